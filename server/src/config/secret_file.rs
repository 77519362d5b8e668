//! Files with secrets. They are written to a temporary file and renamed, so that no reader sees a partial file, and
//! only their owner can read them.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use hallpass_store::files::{Owner, folder};
use tempfile::{Builder, NamedTempFile};

use super::owner;

/// The result of creating a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Created {
    /// The file was created.
    New,
    /// The file existed and was not changed.
    Existed,
}

/// Reads a file, if it exists.
///
/// # Errors
/// When it cannot be read, or others can read it.
pub(super) fn read(path: &Path) -> Result<Option<String>, String> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot be read: {}", owner::explain(path, &error))),
    };
    owner::check_private(path).map(|()| Some(text))
}

/// Creates a file durably, unless it exists. The new file gets the owner of `references`.
pub(super) fn create(path: &Path, references: &[&Path], content: &[u8]) -> io::Result<Created> {
    let file = write_aside(path, content)?;
    give_owner(file.as_file(), path, references)?;
    match file.persist_noclobber(path) {
        Ok(_) => sync_folder(path).map(|()| Created::New),
        Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => Ok(Created::Existed),
        Err(refused) => Err(refused.error),
    }
}

/// Replaces or creates a file durably. An existing file keeps its owner, group and permissions.
pub(super) fn replace(path: &Path, references: &[&Path], content: &[u8]) -> io::Result<()> {
    let file = write_aside(path, content)?;
    match Owner::of(path)? {
        Some(owner) => {
            owner.give(file.as_file())?;
            file.as_file().set_permissions(path.metadata()?.permissions())?;
        }
        None => give_owner(file.as_file(), path, references)?,
    }
    file.persist(path).map_err(|refused| refused.error)?;
    sync_folder(path)
}

/// Opens a file for locking, and creates it if needed.
pub(super) fn open_lock(path: &Path, references: &[&Path]) -> io::Result<File> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    give_owner(&file, path, references).map(|()| file)
}

/// Gives a new file the owner of `references`.
fn give_owner(file: &File, path: &Path, references: &[&Path]) -> io::Result<()> {
    Owner::for_new(path, references)?.map_or(Ok(()), |owner| owner.give(file))
}

/// Writes a temporary file beside `path`, syncs it, and makes it readable only by its owner.
fn write_aside(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let name = path.file_name().unwrap_or_default();
    let mut file = Builder::new().prefix(name).suffix(".new").tempfile_in(folder(path))?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// A rename is durable once its folder is synced.
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

#[cfg(test)]
mod tests;
