//! Whether the file that is open is still the one at its path. What is written to a file that was deleted or replaced is
//! lost when the process ends.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use hallpass_core::store::StoreError;

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

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::Place;

    #[test]
    fn a_copy_in_the_place_of_a_file_is_not_the_file() {
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
