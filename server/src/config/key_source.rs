//! The source of the signing keys: the key ring's file, and `signing_key`, which takes precedence.

use hallpass_core::{
    keys::{Algorithm, KeyRing, RingKey},
    settings::{Settings, SettingsError},
};

use super::{ConfigError, RingFile};

/// The key ring's file, and `signing_key` from the configuration, which signs before the ring's keys.
#[derive(Clone, Debug)]
pub(crate) struct KeySource {
    /// The ring's file, which may not exist yet.
    pub(crate) file: RingFile,
    /// The place where `signing_key` is set.
    pub(crate) configured: Option<String>,
    /// `ALGORITHM`, if it is set: the algorithm of new keys.
    pub(crate) algorithm: Option<Algorithm>,
    /// The settings with the key that signs without a ring.
    pub(super) first: Settings,
}

impl KeySource {
    /// The ring as the server uses it. `None` if the file does not exist.
    pub(crate) fn load(&self) -> Result<Option<KeyRing>, ConfigError> {
        match (self.file.read()?, &self.configured) {
            (Some(ring), Some(_)) => Ok(Some(ring.led_by(self.first()?))),
            (ring, _) => Ok(ring),
        }
    }

    /// The key that signs without a ring.
    pub(crate) fn first(&self) -> Result<RingKey, ConfigError> {
        self.first
            .key()
            .map_err(|SettingsError { setting, problem }| ConfigError::Value { place: setting.to_owned(), problem })
    }
}
