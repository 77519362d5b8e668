//! Whether the file that is open is still the one at its path. What is written to a file that was deleted or replaced is
//! lost when the process ends.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::auth::store::StoreError;

/// The path of an open file, and which file it was.
pub(super) struct Place {
    path: PathBuf,
    identity: Identity,
}

/// The file at the path is another one, or is missing.
#[derive(Debug, thiserror::Error)]
#[error("the file {0} was moved, deleted or replaced under the server; put it back, or restart with the right one")]
struct Displaced(PathBuf);

impl Place {
    /// The file at `path`, which is open.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), identity: identity(path)? })
    }

    /// Checks that the file is still there.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match identity(&self.path) {
            Ok(found) if found == self.identity => Ok(()),
            Ok(_) | Err(_) => Err(StoreError(Box::new(Displaced(self.path.clone())))),
        }
    }
}

/// The device and the number of the file.
#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()))
}

/// Elsewhere an open file can be neither moved nor deleted.
#[cfg(not(unix))]
type Identity = ();

#[cfg(not(unix))]
fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(drop)
}
