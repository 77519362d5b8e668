//! The file of a generated signing key, beside the database. Only its owner can read it.

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

/// Writes a new key durably, unless the file exists.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn keep(path: &Path, database: &Path, key: &SecretSlice<u8>) -> Result<Created, ConfigError> {
    secret_file::create(path, &[database], key.expose_secret()).map_err(|error| {
        let problem = owner::explain(path, &error);
        refused(path, format!("cannot be created: {problem}; set signing_key or HALLPASS_SIGNING_KEY instead"))
    })
}

/// Reads the key, if the file exists.
///
/// # Errors
/// When the file cannot be read, is empty, or others can read it.
pub(super) fn find(path: &Path) -> Result<Option<SecretSlice<u8>>, ConfigError> {
    match fs::read_to_string(path) {
        Ok(text) => {
            owner::check_private(path).map_err(|problem| refused(path, problem))?;
            match trimmed(&text) {
                "" => {
                    Err(refused(path, "is empty: restore a copy, or delete it if it never contained a key".to_owned()))
                }
                key => Ok(Some(key.as_bytes().to_vec().into())),
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refused(path, format!("cannot be read: {}", owner::explain(path, &error)))),
    }
}

/// The key file of a database: `hallpass.key` for `hallpass.db` and for PostgreSQL.
pub(super) fn beside(database: &DatabaseUrl) -> PathBuf {
    file(database).with_extension("key")
}

/// The database file. For PostgreSQL, the file that the database would be by default.
pub(super) fn file(database: &DatabaseUrl) -> &Path {
    database.file().unwrap_or(Path::new("hallpass.db"))
}

/// Generates a key without writing it.
pub(super) fn generate(path: &Path, algorithm: Algorithm) -> Result<SecretSlice<u8>, ConfigError> {
    keys::generate(algorithm).map_err(|error| refused(path, format!("could not be generated: {error}")))
}

fn refused(path: &Path, problem: String) -> ConfigError {
    ConfigError::KeyFile { path: path.to_owned(), problem }
}
