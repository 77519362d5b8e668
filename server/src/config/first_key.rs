//! The key that signs at this start, and where it was found.

use std::path::PathBuf;

use app::{
    auth::{
        clock::{Clock, SystemClock},
        keys::{Algorithm, KeyRing},
    },
    store::DatabaseUrl,
};
use secrecy::SecretSlice;

use super::{ConfigError, RingFile, key_file, source::Source};

/// The key, and what came with it.
pub(super) struct FirstKey {
    pub(super) algorithm: Algorithm,
    pub(super) material: SecretSlice<u8>,
    /// The ring that it is of.
    pub(super) ring: Option<KeyRing>,
    /// Its file, when it was made just now or would be.
    pub(super) new_file: Option<PathBuf>,
}

/// What is done where there is no key yet.
#[derive(Clone, Copy)]
pub(super) enum NoKey {
    /// One is made and kept.
    Make,
    /// One is thought up, to look at all the rest.
    Imagine,
}

impl FirstKey {
    /// `signing_key`, or the ring's.
    pub(super) fn find(
        source: &mut Source,
        algorithm: Algorithm,
        file: &RingFile,
    ) -> Result<Option<Self>, ConfigError> {
        if let Some(material) = source.take_signing_key()? {
            return Ok(Some(Self { algorithm, material, ring: None, new_file: None }));
        }
        let Some(ring) = file.read()? else { return Ok(None) };
        let signing = ring.signing(SystemClock.now());
        let (algorithm, material) = (signing.algorithm(), signing.material.clone());
        Ok(Some(Self { algorithm, material, ring: Some(ring), new_file: None }))
    }

    /// The single one in its file, or a new one.
    pub(super) fn alone(database: &DatabaseUrl, algorithm: Algorithm, no_key: NoKey) -> Result<Self, ConfigError> {
        let (material, new_file) = match (no_key, key_file::find(database)?) {
            (_, Some(material)) => (material, None),
            (NoKey::Make, None) if database.file().is_none() => return Err(ConfigError::NoSharedKey),
            (NoKey::Make, None) => key_file::load_or_make(database, algorithm)?,
            (NoKey::Imagine, None) => (key_file::imagine(database, algorithm)?, Some(key_file::beside(database))),
        };
        Ok(Self { algorithm, material, ring: None, new_file })
    }
}
