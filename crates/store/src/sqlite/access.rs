//! Checks that this user can use a SQLite file and its folder. SQLite opens a file that it cannot write as read-only, without
//! an error.

use std::{
    io,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{Access, access},
    io::Errno,
};

use crate::files;

/// The reason a SQLite file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AccessProblem {
    /// The folder does not exist.
    #[error("the folder {0} does not exist")]
    NoFolder(PathBuf),
    /// The path is not a file.
    #[error("{0} is not a file")]
    NoFile(PathBuf),
    /// The folder, in which SQLite creates files beside the database, is not writable.
    #[error("the folder {0} is not writable: {1}")]
    Folder(PathBuf, #[source] io::Error),
    /// The file is not readable and writable.
    #[error("the file {0} is not readable and writable: {1}")]
    File(PathBuf, #[source] io::Error),
}

/// Checks that the file at `path` can be read and written, or created.
pub(super) fn check(path: &Path) -> Result<(), AccessProblem> {
    let folder = files::folder(path);
    if !folder.is_dir() {
        return Err(AccessProblem::NoFolder(folder.to_owned()));
    }
    if path.exists() && !path.is_file() {
        return Err(AccessProblem::NoFile(path.to_owned()));
    }
    access(folder, Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|error| AccessProblem::Folder(folder.to_owned(), error.into()))?;
    match access(path, Access::READ_OK | Access::WRITE_OK) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(error) => Err(AccessProblem::File(path.to_owned(), error.into())),
    }
}
