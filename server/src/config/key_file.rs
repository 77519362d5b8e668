//! The signing key that nobody set: made once, kept beside the database in a file that only its owner
//! can read. Never a default value.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use app::{
    auth::keys::{self, Algorithm},
    store::DatabaseUrl,
};
use secrecy::{ExposeSecret, SecretSlice};

use super::ConfigError;

/// The key and, if it was made just now for `algorithm`, its file.
pub(super) fn load_or_make(
    database: &DatabaseUrl,
    algorithm: Algorithm,
) -> Result<(SecretSlice<u8>, Option<PathBuf>), ConfigError> {
    let path = beside(database);
    let refused = |problem: String| ConfigError::KeyFile { path: path.clone(), problem };
    match make(&path, algorithm) {
        Ok(key) => Ok((key, Some(path))),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let key = find(database)?.ok_or_else(|| refused("cannot be read: it was deleted just now".into()))?;
            Ok((key, None))
        }
        Err(error) => Err(refused(format!("cannot be made: {error}; set signing_key or HALLPASS_SIGNING_KEY instead"))),
    }
}

/// The key, if one was made before.
pub(super) fn find(database: &DatabaseUrl) -> Result<Option<SecretSlice<u8>>, ConfigError> {
    let path = beside(database);
    let refused = |problem: String| ConfigError::KeyFile { path: path.clone(), problem };
    match fs::read_to_string(&path) {
        Ok(text) => {
            check_permissions(&path).map_err(refused)?;
            Ok(Some(text.trim().as_bytes().to_vec().into()))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refused(format!("cannot be read: {error}"))),
    }
}

/// `hallpass.db` has its key in `hallpass.key`, and a database on a server has it in this folder.
pub(super) fn beside(database: &DatabaseUrl) -> PathBuf {
    database.file().unwrap_or(Path::new("hallpass.db")).with_extension("key")
}

/// A key that is good for one look at the configuration, and kept nowhere.
pub(super) fn imagine(database: &DatabaseUrl, algorithm: Algorithm) -> Result<SecretSlice<u8>, ConfigError> {
    keys::generate(algorithm).map_err(|error| ConfigError::KeyFile {
        path: beside(database),
        problem: format!("could not be made: {error}"),
    })
}

fn make(path: &Path, algorithm: Algorithm) -> io::Result<SecretSlice<u8>> {
    let mut file = private().create_new(true).open(path)?;
    let written = keys::generate(algorithm).map_err(io::Error::other).and_then(|key| {
        file.write_all(key.expose_secret())?;
        file.sync_all()?;
        Ok(key)
    });
    // A start that is cut off here must not leave a key that the next one finds empty.
    if written.is_err() {
        fs::remove_file(path)?;
    }
    written
}

/// For writing a file that only its owner can read.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
pub(super) fn check_permissions(path: &Path) -> Result<(), String> {
    let metadata = fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?;
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(format!("can be read by others (mode {:o}); run: chmod 600 {}", mode & 0o777, path.display()))
}

#[cfg(not(unix))]
pub(super) fn check_permissions(_path: &Path) -> Result<(), String> {
    Ok(())
}
