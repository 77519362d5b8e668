//! The file of a generated signing key, which servers without a ring use. It is beside the database, and only its owner
//! can read it.

use std::{
    fs,
    io::{self, ErrorKind},
};

use hallpass_core::keys::{self, Algorithm, KeyRing};
use secrecy::{ExposeSecret, SecretSlice};

use super::{
    ConfigError, RingFile,
    key_ring::{StoredKey, plain_lines},
    owner,
    secret_file::{self, Created},
    source::trimmed,
};

impl RingFile {
    /// Generates a single key without writing it.
    pub(super) fn generate_single(&self, algorithm: Algorithm) -> Result<SecretSlice<u8>, ConfigError> {
        keys::generate(algorithm).map_err(|error| self.refused_single(format!("could not be generated: {error}")))
    }

    /// Writes the single key durably, unless the file exists.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(super) fn keep_single(&self, key: &SecretSlice<u8>) -> Result<Created, ConfigError> {
        secret_file::create(&self.single, &[&self.database], key.expose_secret()).map_err(|error| {
            let problem = owner::explain(&self.single, &error);
            self.refused_single(format!(
                "cannot be created: {problem}; set signing_key or HALLPASS_SIGNING_KEY instead"
            ))
        })
    }

    /// Reads the single key, if the file exists.
    ///
    /// # Errors
    /// When the file cannot be read, is empty, or others can read it.
    pub(super) fn find_single(&self) -> Result<Option<SecretSlice<u8>>, ConfigError> {
        let text = secret_file::read(&self.single).map_err(|problem| self.refused_single(problem))?;
        match text.as_deref().map(trimmed) {
            Some("") => {
                let problem = "is empty: restore a copy, or delete it if it never contained a key";
                Err(self.refused_single(problem.to_owned()))
            }
            key => Ok(key.map(|key| key.as_bytes().to_vec().into())),
        }
    }

    /// Removes the single key's file if this process has just created it beside a ring.
    pub(super) fn remove_single(&self, created: Created) -> Result<(), ConfigError> {
        match created {
            Created::New => fs::remove_file(&self.single).map_err(|error| self.refused(error.to_string())),
            Created::Existed => Ok(()),
        }
    }

    /// Removes the single key's file if the ring contains the key.
    pub(super) fn remove_kept_single(&self, ring: &KeyRing) -> io::Result<()> {
        let text = match fs::read_to_string(&self.single) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            text => text?,
        };
        let single = plain_lines(&text);
        let is_in_ring = ring.keys().iter().any(|key| {
            key.material.expose_secret() == trimmed(&text).as_bytes()
                || StoredKey::of(key).is_ok_and(|stored| stored.secret == single)
        });
        if is_in_ring { fs::remove_file(&self.single) } else { Ok(()) }
    }

    fn refused_single(&self, problem: String) -> ConfigError {
        ConfigError::Value { place: format!("the signing key file {}", self.single.display()), problem }
    }
}
