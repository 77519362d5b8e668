//! The key that signs at this start, and where it was found.

use std::path::PathBuf;

use hallpass_core::{
    clock::{Clock, SystemClock},
    keys::{Algorithm, KeyRing},
};
use hallpass_store::DatabaseUrl;
use secrecy::SecretSlice;

use super::{ConfigError, RingFile, key_file, source::Source};

/// The key, and what came with it.
pub(super) struct FirstKey {
    pub(super) algorithm: Algorithm,
    pub(super) material: SecretSlice<u8>,
    /// The ring that it is of.
    pub(super) ring: Option<KeyRing>,
    /// The file that it is to be kept in, when it is new.
    pub(super) new_file: Option<PathBuf>,
}

impl FirstKey {
    /// `signing_key`, or the ring's, or the one in its own file, or a new one.
    pub(super) fn find(
        source: &mut Source,
        algorithm: Algorithm,
        file: &RingFile,
        database: &DatabaseUrl,
    ) -> Result<Self, ConfigError> {
        if let Some(material) = source.take_signing_key()? {
            return Ok(Self { algorithm, material, ring: None, new_file: None });
        }
        if let Some(ring) = file.read()? {
            let signing = ring.signing(SystemClock.now());
            let (algorithm, material) = (signing.algorithm(), signing.material.clone());
            return Ok(Self { algorithm, material, ring: Some(ring), new_file: None });
        }
        match key_file::find(file.single())? {
            Some(material) => Ok(Self { algorithm, material, ring: None, new_file: None }),
            None if database.file().is_none() => Err(ConfigError::NoSharedKey),
            None => {
                let material = key_file::generate(file.single(), algorithm)?;
                Ok(Self { algorithm, material, ring: None, new_file: Some(file.single().to_owned()) })
            }
        }
    }
}
