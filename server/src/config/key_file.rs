//! The signing key that no setting names: made once, kept beside the database in a file that only its owner
//! can read. Never a default value.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use hallpass_core::keys::{self, Algorithm};
use hallpass_store::DatabaseUrl;
use secrecy::{ExposeSecret, SecretSlice};

use super::{
    ConfigError, owner,
    secret_file::{self, Created},
    source::trimmed,
};

/// Keeps a new key durably, unless there is one.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn keep(path: &Path, database: &Path, key: &SecretSlice<u8>) -> Result<Created, ConfigError> {
    secret_file::create(path, &[database], key.expose_secret()).map_err(|error| {
        let problem = owner::explain(path, &error);
        refused(path, format!("cannot be made: {problem}; set signing_key or HALLPASS_SIGNING_KEY instead"))
    })
}

/// The key, if one was made before.
///
/// # Errors
/// When the file cannot be read, is empty, or can be read by others.
pub(super) fn find(path: &Path) -> Result<Option<SecretSlice<u8>>, ConfigError> {
    match fs::read_to_string(path) {
        Ok(text) => {
            owner::check_private(path).map_err(|problem| refused(path, problem))?;
            match trimmed(&text) {
                "" => Err(refused(path, "is empty: bring back a copy, or delete it if it never had a key".to_owned())),
                key => Ok(Some(key.as_bytes().to_vec().into())),
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refused(path, format!("cannot be read: {}", owner::explain(path, &error)))),
    }
}

/// `hallpass.db` has its key in `hallpass.key`, and a database on a server has it in this folder.
pub(super) fn beside(database: &DatabaseUrl) -> PathBuf {
    file(database).with_extension("key")
}

/// The file that the database is; for one on a server, the file that it would be here.
pub(super) fn file(database: &DatabaseUrl) -> &Path {
    database.file().unwrap_or(Path::new("hallpass.db"))
}

/// A new key, which is kept nowhere yet.
pub(super) fn generate(path: &Path, algorithm: Algorithm) -> Result<SecretSlice<u8>, ConfigError> {
    keys::generate(algorithm).map_err(|error| refused(path, format!("could not be made: {error}")))
}

fn refused(path: &Path, problem: String) -> ConfigError {
    ConfigError::KeyFile { path: path.to_owned(), problem }
}
