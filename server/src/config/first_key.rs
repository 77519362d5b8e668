//! The key that signs tokens after this start.

use std::path::PathBuf;

use hallpass_core::{
    clock::{Clock, SystemClock},
    keys::{Algorithm, KeyRing},
};
use hallpass_store::DatabaseUrl;
use secrecy::SecretSlice;

use super::{ConfigError, RingFile, source::Source};

/// The signing key and its source.
pub(super) struct FirstKey {
    pub(super) algorithm: Algorithm,
    pub(super) material: SecretSlice<u8>,
    /// The ring that contains the key.
    pub(super) ring: Option<KeyRing>,
    /// The file for a newly generated key.
    pub(super) new_file: Option<PathBuf>,
}

impl FirstKey {
    /// Uses `signing_key`, else the ring, else the single key's file, else generates a key.
    pub(super) fn find(
        source: &mut Source,
        algorithm: Algorithm,
        file: &RingFile,
        database: &DatabaseUrl,
    ) -> Result<Self, ConfigError> {
        if let Some(key) = source.take::<String>("signing_key")? {
            return Ok(Self { algorithm, material: key.into_bytes().into(), ring: None, new_file: None });
        }
        if let Some(ring) = file.read()? {
            let signing = ring.signing(SystemClock.now());
            let (algorithm, material) = (signing.algorithm(), signing.material.clone());
            return Ok(Self { algorithm, material, ring: Some(ring), new_file: None });
        }
        match file.find_single()? {
            Some(material) => Ok(Self { algorithm, material, ring: None, new_file: None }),
            None if database.file().is_none() => Err(ConfigError::NoSharedKey),
            None => {
                let material = file.generate_single(algorithm)?;
                Ok(Self { algorithm, material, ring: None, new_file: Some(file.single().to_owned()) })
            }
        }
    }
}
