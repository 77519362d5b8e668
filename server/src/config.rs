//! Configuration: `hallpass.toml`, then the environment, each setting under one name. Whatever is not
//! understood stops the start with one sentence that says which key and where.

mod key_file;
mod source;
mod value;

use std::{net::SocketAddr, path::PathBuf};

use app::auth::{keys::Algorithm, settings::Settings};
use secrecy::ExposeSecret;

use source::Source;

/// Where the database is when nothing is said.
const DEFAULT_DATABASE_URL: &str = "sqlite://hallpass.db";

/// Where the server listens when nothing is said.
const DEFAULT_LISTEN: &str = "127.0.0.1:3000";

/// The settings of the process.
#[derive(Debug)]
pub struct Config {
    /// `HALLPASS_DATABASE_URL`.
    pub database_url: String,
    /// `HALLPASS_LISTEN`.
    pub listen: SocketAddr,
    /// What the core needs.
    pub auth: Settings,
    /// The signing key's file, when it was made at this very start.
    pub new_key_file: Option<PathBuf>,
}

/// Why a configuration was refused: one sentence, which key and where.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read or is no TOML.
    #[error("{path} cannot be read: {problem}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// A key is none of ours.
    #[error("{place} is not a setting{hint}")]
    Unknown {
        /// The key and where it stands.
        place: String,
        /// The setting that may have been meant.
        hint: String,
    },
    /// A value is not of the kind that the setting takes.
    #[error("{place} {problem}")]
    Value {
        /// The key and where it stands.
        place: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// The key file cannot be used.
    #[error("the signing key file {path} {problem}")]
    KeyFile {
        /// Which.
        path: PathBuf,
        /// Why.
        problem: String,
    },
}

impl Config {
    /// Reads the settings for a command that needs the database.
    ///
    /// # Errors
    /// The first thing that is not understood or would not be safe.
    pub fn load(file: Option<PathBuf>) -> Result<Self, ConfigError> {
        Self::from_source(Source::open(file, std::env::vars_os())?)
    }

    fn from_source(mut source: Source) -> Result<Self, ConfigError> {
        let database_url = source.take("database_url")?.unwrap_or_else(|| DEFAULT_DATABASE_URL.to_owned());
        let listen = listen_address(&mut source)?;
        let algorithm = source.take("algorithm")?.unwrap_or(Algorithm::HS256);
        let (key, new_key_file) = match source.take_signing_key()? {
            Some(key) => (key, None),
            None => key_file::load_or_make(&database_url, algorithm)?,
        };
        let is_from_file = source.place("signing_key").is_none();
        let mut auth = Settings { algorithm, ..Settings::with_signing_key(key) };
        source.apply(&mut auth)?;
        source.finish()?;
        auth.validate().map_err(|error| ConfigError::Value {
            place: match source.place(error.setting) {
                Some(place) => place,
                None if error.setting == "signing_key" && is_from_file => "the signing key in the key file".to_owned(),
                None => error.setting.to_owned(),
            },
            problem: error.problem,
        })?;
        Ok(Self { database_url, listen, auth, new_key_file })
    }

    /// The settings in words, one a line, without secrets.
    pub fn describe(&self) -> String {
        let auth = &self.auth;
        let lines = [
            ("database_url", self.database_url.clone()),
            ("listen", self.listen.to_string()),
            ("signing_key", format!("{} bytes, hidden", auth.signing_key.expose_secret().len())),
        ];
        let settings = source::describe(auth);
        let lines = lines.into_iter().chain(settings);
        lines.map(|(name, value)| format!("{name} = {value}\n")).collect()
    }
}

/// `HALLPASS_LISTEN`, or what `cargo leptos` asks for, or the default.
fn listen_address(source: &mut Source) -> Result<SocketAddr, ConfigError> {
    let from_leptos = source.foreign("LEPTOS_SITE_ADDR");
    let (place, address) = match source.take::<String>("listen")? {
        Some(address) => (source.place("listen").unwrap_or_default(), address),
        None => match from_leptos {
            Some(address) => ("LEPTOS_SITE_ADDR".to_owned(), address),
            None => ("listen".to_owned(), DEFAULT_LISTEN.to_owned()),
        },
    };
    address.parse().map_err(|_| ConfigError::Value {
        place,
        problem: format!("is {address:?}, which is not an address and port like {DEFAULT_LISTEN}"),
    })
}

#[cfg(test)]
mod tests;
