//! The commands of the binary, one file each.

pub(crate) mod changepassword;
pub(crate) mod check_config;
pub(crate) mod createuser;
pub(crate) mod doctor;
pub(crate) mod flushexpiredtokens;
pub(crate) mod import_django;
pub(crate) mod keys;
pub(crate) mod migrate;
pub(crate) mod move_to;
mod prompt;
pub(crate) mod revoke;
pub(crate) mod serve;
pub(crate) mod token;

use std::{error::Error as _, path::PathBuf, sync::Arc};

use hallpass_core::{
    Auth, Error,
    clock::{SystemClock, SystemRandomness},
    import::ImportError,
    settings::SettingsError,
    store::StoreError,
    violation::FieldViolation,
};
use hallpass_store::{ConnectError, DjangoError, MoveError};
use hallpass_verify::JwkUrl;

use crate::{
    config::{Config, ConfigError},
    output,
};

/// The reason a command failed, as a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration is invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The settings are invalid.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The database did not open.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The input is invalid.
    #[error("{}", sentences(.0))]
    Fields(Vec<FieldViolation>),
    /// The core returned an error.
    #[error(transparent)]
    Core(Error),
    /// The database failed.
    #[error(transparent)]
    Database(StoreError),
    /// The given user does not exist.
    #[error("user {0:?} does not exist")]
    NoSuchUser(String),
    /// The input cannot be read, or is not of the required kind.
    #[error("{0}")]
    Input(String),
    /// The source is not a Django database, or cannot be opened.
    #[error(transparent)]
    Django(#[from] DjangoError),
    /// A move was rejected or interrupted.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// A migration of the application failed.
    #[error("the application's migrations: {0}")]
    Migrations(#[from] sqlx::migrate::MigrateError),
    /// An import was interrupted.
    #[error("{0}; what was imported so far is kept, and the import can be repeated")]
    Import(#[from] ImportError),
    /// The address is not available.
    #[error("cannot listen on {address}: {cause}; choose another with {setting}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// The setting with the address.
        setting: &'static str,
        /// The reason.
        cause: std::io::Error,
    },
    /// Signal handlers cannot be installed.
    #[error(
        "signal handlers cannot be installed: {0}; the server was not started, because it could not shut down cleanly"
    )]
    Signals(std::io::Error),
    /// The key ring does not allow the change.
    #[error("{0}")]
    Keys(String),
    /// `doctor` found this many problems and has printed them.
    #[error("{0} problem{plural} found", plural = if *.0 == 1 { "" } else { "s" })]
    ProblemsFound(usize),
    /// This many tokens are invalid; each was reported.
    #[error("invalid tokens: {0}")]
    BadTokens(usize),
}

impl Failure {
    /// The message, followed by those of its causes that it does not contain.
    pub fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut next = self.source();
        while let Some(cause) = next {
            let words = cause.to_string();
            if !text.contains(&words) {
                text = format!("{text}: {words}");
            }
            next = cause.source();
        }
        text
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(fields) => Self::Fields(fields),
            Error::Unavailable { cause: Some(cause), .. } => Self::Database(cause),
            error => Self::Core(error),
        }
    }
}

fn sentences(fields: &[FieldViolation]) -> String {
    let sentences: Vec<_> = fields.iter().map(|error| format!("{}: {}", error.field, error.violation)).collect();
    sentences.join("\n       ")
}

/// The reaction to a missing file of the signing key while sessions that it signed are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostKey {
    /// The command fails.
    Refuse,
    /// A new key is generated, and all users must sign in again.
    Replace,
}

/// Reads the configuration, and writes a new signing key to its file if there was none.
async fn load(file: Option<PathBuf>) -> Result<Config, Failure> {
    keep_key(Config::load(file)?, LostKey::Refuse).await
}

/// Writes a new signing key to its file if there was none.
pub(crate) async fn keep_key(config: Config, lost_key: LostKey) -> Result<Config, Failure> {
    if let (Some(key), Some(database), LostKey::Refuse) = (&config.new_key_file, config.database_url.file(), lost_key)
        && hallpass_store::has_open_sessions(database).await?
    {
        return Err(Failure::Keys(format!(
            "the signing key is lost: {key} and {ring} do not exist, and {database} has sessions whose tokens were signed \
             with it. Restore one of the two files from a backup. Without a backup, start once with: hallpass serve \
             --new-key, which generates a new key, and all users must sign in again",
            key = key.display(),
            ring = config.keys.file.path().display(),
            database = database.display(),
        )));
    }
    Ok(config.keep_new_key()?)
}

/// Opens the database that the configuration names, for callers that add to the core.
pub(crate) async fn open_core(config: Config) -> Result<Auth, Failure> {
    let store = hallpass_store::connect(&config.database_url).await?;
    let issuer = config.auth.foreign_issuer.clone();
    let mut auth = Auth::new(config.auth, store, Arc::new(SystemClock), Arc::new(SystemRandomness))?;
    if let Some(ring) = config.ring {
        auth.replace_keys(ring);
    }
    if let Some(issuer) = issuer {
        let source = JwkUrl::new(issuer.url, hallpass_verify::TIMEOUT)
            .map_err(|error| Failure::Input(format!("jwk_url cannot be used: {error}")))?;
        auth = auth.accepting(Arc::new(source));
    }
    Ok(auth)
}

/// Opens the configured database and creates the core.
async fn open_configured(file: Option<PathBuf>) -> Result<Auth, Failure> {
    let config = load(file).await?;
    if let Some(notice) = config.new_key_notice() {
        output::notice(notice);
    }
    open_core(config).await
}
