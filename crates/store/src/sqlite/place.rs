//! Checks that the open file is still the file at its path. Writes to a deleted or replaced file are lost when the process
//! ends.

use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use hallpass_core::store::StoreError;

/// The path and the identity of an open file.
pub(super) struct Place {
    path: PathBuf,
    identity: Identity,
}

/// The file at the path is missing or is another file.
#[derive(Debug, thiserror::Error)]
#[error(
    "the file {0} was moved, deleted or replaced while the server runs; restore it, or restart the server with the right file"
)]
struct Displaced(PathBuf);

impl Place {
    /// Identifies the open file at `path`.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), identity: identity(path)? })
    }

    /// Checks that the file is still at its path.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        match identity(&self.path) {
            Ok(found) if found == self.identity => Ok(()),
            Ok(_) | Err(_) => Err(StoreError(Box::new(Displaced(self.path.clone())))),
        }
    }
}

/// The device and the inode of the file.
type Identity = (u64, u64);

fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Place;

    #[test]
    fn a_moved_or_replaced_file_is_detected() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, away) = (folder.path().join("hallpass.db"), folder.path().join("away.db"));
        fs::write(&file, "").expect("a file");
        let place = Place::of(&file).expect("a file");
        assert!(place.check().is_ok());
        fs::rename(&file, &away).expect("a file that moves");
        assert!(place.check().is_err(), "moved away");
        fs::copy(&away, &file).expect("a copy");
        assert!(place.check().is_err(), "replaced");
        fs::rename(&away, &file).expect("a file that moves");
        assert!(place.check().is_ok(), "moved back");
    }
}
