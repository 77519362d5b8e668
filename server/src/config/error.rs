//! Configuration errors.

use std::path::PathBuf;

/// The reason the configuration was rejected: one sentence that names the setting and the place where it is set.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read or is not TOML.
    #[error("{path} cannot be read: {problem}")]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        problem: String,
    },
    /// A key or variable is not a setting.
    #[error("{place} is not a setting{hint}")]
    Unknown {
        /// The key or variable, and where it is set.
        place: String,
        /// The most similar setting.
        hint: String,
    },
    /// The value of a setting, or a key file, cannot be used.
    #[error("{place} {problem}")]
    Value {
        /// The setting and where it is set, or the key file.
        place: String,
        /// The problem, and the allowed values.
        problem: String,
    },
    /// Servers that share a database must not each create a key.
    #[error(
        "no signing key is set, and servers that share a PostgreSQL database need the same: set signing_key \
         (HALLPASS_SIGNING_KEY), or copy hallpass.key or hallpass.keys from another server"
    )]
    NoSharedKey,
}
