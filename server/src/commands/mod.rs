//! What the binary does, one file a command. Each says in a sentence what it did.

pub mod changepassword;
pub mod check_config;
pub mod createuser;
pub mod doctor;
pub mod flushexpiredtokens;
pub mod import_django;
pub mod keys;
pub mod migrate;
pub mod move_to;
mod prompt;
pub mod revoke;
pub mod serve;
pub mod token;

use std::{error::Error as _, path::PathBuf, sync::Arc};

use hallpass_core::{
    Auth, Error,
    clock::{SystemClock, SystemRandomness},
    fault::FieldFault,
    import::ImportError,
    settings::SettingsError,
    store::StoreError,
};
use hallpass_store::{self, ConnectError, DjangoError, MoveError};
use hallpass_verify::JwkUrl;

use crate::{
    config::{Config, ConfigError},
    output,
};

/// Why a command failed: one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The configuration was refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The settings cannot work.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The database did not open.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// What was typed is not good.
    #[error("{}", sentences(.0))]
    Fields(Vec<FieldFault>),
    /// The core refused or failed.
    #[error(transparent)]
    Core(Error),
    /// The database failed.
    #[error(transparent)]
    Database(StoreError),
    /// The user that was named does not exist.
    #[error("user {0:?} does not exist")]
    NoSuchUser(String),
    /// What was given cannot be read, or is not what was needed.
    #[error("{0}")]
    Input(String),
    /// The Django database is none, or cannot be opened.
    #[error(transparent)]
    Django(#[from] DjangoError),
    /// A move was refused, or broke off.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// A migration of the application failed.
    #[error("the application's migrations: {0}")]
    Migrations(#[from] sqlx::migrate::MigrateError),
    /// An import broke off.
    #[error("{0}; what was brought until now stays, and the import can be run again")]
    Import(#[from] ImportError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}; choose another with {setting}")]
    Listen {
        /// Which.
        address: std::net::SocketAddr,
        /// The setting that says so.
        setting: &'static str,
        /// Why.
        cause: std::io::Error,
    },
    /// The process could not be told to stop in good order.
    #[error("signals cannot be handled: {0}; the server was not started, because it could not stop in good order")]
    Signals(std::io::Error),
    /// The keys cannot become what was asked for.
    #[error("{0}")]
    Keys(String),
    /// `doctor` found this many problems and has printed them.
    #[error("{0} problem{plural} found", plural = if *.0 == 1 { "" } else { "s" })]
    Unwell(usize),
    /// Some tokens were not good; each was said to be.
    #[error("tokens that are not valid: {0}")]
    BadTokens(usize),
}

impl Failure {
    /// The sentence, and whatever its causes add to it.
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

fn sentences(fields: &[FieldFault]) -> String {
    let sentences: Vec<_> = fields.iter().map(|error| format!("{}: {}", error.field, error.fault)).collect();
    sentences.join("\n       ")
}

/// What happens when the signing key's file is missing beside open sessions, whose tokens it signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LostKey {
    /// The command is refused.
    Refuse,
    /// A new key is made, and everybody signs in again.
    Replace,
}

/// Reads the configuration, and writes a new signing key to its file if there was none.
async fn load(file: Option<PathBuf>, lost_key: LostKey) -> Result<Config, Failure> {
    keep_key(Config::load(file)?, lost_key).await
}

/// Writes a new signing key to its file if there was none.
pub(crate) async fn keep_key(config: Config, lost_key: LostKey) -> Result<Config, Failure> {
    if let (Some(key), Some(database), LostKey::Refuse) = (&config.new_key_file, config.database_url.file(), lost_key)
        && hallpass_store::has_open_sessions(database).await?
    {
        return Err(Failure::Keys(format!(
            "the signing key is lost: {key} and {ring} do not exist, and {database} has sessions whose tokens were signed \
             with it. Bring one of the two files back from a copy. If there is none, start once with: hallpass serve \
             --new-key, which makes a new key, and everybody signs in again",
            key = key.display(),
            ring = config.keys.file.path().display(),
            database = database.display(),
        )));
    }
    Ok(config.keep_new_key()?)
}

/// Opens the database that the configuration names and puts the core on it.
async fn open(config: Config) -> Result<Arc<Auth>, Failure> {
    if let Some(notice) = config.new_key_notice() {
        output::notice(format_args!("{notice}"));
    }
    open_core(config).await.map(Arc::new)
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

async fn open_configured(file: Option<PathBuf>) -> Result<Arc<Auth>, Failure> {
    open(load(file, LostKey::Refuse).await?).await
}
