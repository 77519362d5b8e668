//! Configuration: `hallpass.toml`, then the environment, each setting under one name. Whatever is not
//! understood stops the start with one sentence that says which key and where.

mod environment;
mod first_key;
mod http_options;
mod key_file;
mod key_ring;
mod observability;
mod owner;
mod profile;
mod secret_file;
mod source;
pub mod time;
mod value;

use std::{net::SocketAddr, path::PathBuf};

use hallpass_core::{
    clock::{Clock, SystemClock},
    keys::{Algorithm, KeyRing, RingKey},
    settings::Settings,
};
use hallpass_store::{DatabaseUrl, UrlError};
use secrecy::{ExposeSecret, SecretSlice};

pub use key_ring::{RingFile, RingVersion};
pub use observability::Observability;
pub use owner::check_private;

use first_key::FirstKey;
use secret_file::Created;
use source::Source;

use crate::{connections::Bounds, http_options::HttpOptions};

/// Where the settings are when nothing is said.
pub const DEFAULT_FILE: &str = "hallpass.toml";

/// Where the database is when nothing is said.
const DEFAULT_DATABASE_URL: &str = "sqlite://hallpass.db";

/// Where the server listens when nothing is said.
const DEFAULT_LISTEN: &str = "127.0.0.1:3000";

/// The settings of the process.
#[derive(Debug)]
pub struct Config {
    /// `HALLPASS_DATABASE_URL`.
    pub database_url: DatabaseUrl,
    /// `HALLPASS_LISTEN`.
    pub listen: SocketAddr,
    /// `HALLPASS_MAX_CONNECTIONS`.
    pub max_connections: usize,
    /// Proxies, and what browsers are told about TLS.
    pub http: HttpOptions,
    /// Logs, metrics, and how it stops.
    pub observability: Observability,
    /// What the core needs.
    pub auth: Settings,
    /// The file that the signing key is to be kept in, when there was no key and a new one was made.
    pub new_key_file: Option<PathBuf>,
    /// Where all our keys come from.
    pub keys: KeySource,
    /// The ring, as it was at this start, if there is one.
    pub ring: Option<KeyRing>,
    /// Variables that look like settings and are ignored, because Kubernetes sets variables of their form.
    pub ignored_variables: Vec<String>,
}

/// Where our keys come from: the ring's file, and `signing_key` from the configuration, which leads it.
#[derive(Clone, Debug)]
pub struct KeySource {
    /// The ring's file, which may not be there yet.
    pub file: RingFile,
    /// Whether `signing_key` is set, and where.
    pub configured: Option<String>,
    /// `ALGORITHM`, where it is set: what new keys are for.
    pub algorithm: Option<Algorithm>,
    /// The key that signs without a ring.
    first: Settings,
}

impl KeySource {
    /// The ring, as the server uses it; `None` while there is no file.
    ///
    /// # Errors
    /// When the file is refused.
    pub fn load(&self) -> Result<Option<KeyRing>, ConfigError> {
        let ring = self.file.read()?;
        Ok(match &self.configured {
            Some(_) => ring.map(|ring| self.first().map(|leader| ring.led_by(leader))).transpose()?,
            None => ring,
        })
    }

    /// The key that signs without a ring.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn first(&self) -> Result<RingKey, ConfigError> {
        let refused = |error: hallpass_core::settings::SettingsError| ConfigError::Value {
            place: error.setting.to_owned(),
            problem: error.problem,
        };
        self.first.key().map_err(refused)
    }
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
    /// The key ring cannot be used.
    #[error("the key ring {path} {problem}")]
    KeyRing {
        /// Which.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// Servers that share a database must not each make a key of their own.
    #[error(
        "no signing key is set, and servers that share a PostgreSQL database need the same: set signing_key \
         (HALLPASS_SIGNING_KEY), or bring the file hallpass.key or hallpass.keys of another server here"
    )]
    NoSharedKey,
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
    /// Reads the settings. Nothing is written: a new key is kept by [`keep_new_key`](Self::keep_new_key).
    ///
    /// # Errors
    /// The first thing that is not understood or would not be safe.
    pub fn load(file: Option<PathBuf>) -> Result<Self, ConfigError> {
        Self::from_source(&mut Source::open(file, std::env::vars_os())?)
    }

    /// Keeps the new signing key, if there was none, in its file. Where another process has kept a key or begun a ring
    /// meanwhile, those are used.
    ///
    /// # Errors
    /// When the file cannot be written, or the other key cannot be used.
    pub fn keep_new_key(mut self) -> Result<Self, ConfigError> {
        while self.new_key_file.is_some() {
            let kept = self.keys.file.keep_single(&self.auth.signing_key)?;
            if let Some(ring) = self.keys.load()? {
                self.keys.file.remove_single(kept)?;
                let signing = ring.signing(SystemClock.now());
                self.use_key(signing.algorithm(), signing.material.clone())?;
                self.ring = Some(ring);
            } else if kept == Created::New {
                break;
            } else if let Some(material) = self.keys.file.find_single()? {
                self.use_key(self.auth.algorithm, material)?;
            }
        }
        Ok(self)
    }

    fn use_key(&mut self, algorithm: Algorithm, material: SecretSlice<u8>) -> Result<(), ConfigError> {
        self.auth.algorithm = algorithm;
        self.auth.signing_key = material;
        self.keys.first = self.auth.clone();
        self.new_key_file = None;
        self.keys.first().map(drop)
    }

    /// The keys that there are, for a command that works without: `None` when there is no key yet.
    ///
    /// # Errors
    /// When the configuration or the keys are not understood.
    pub fn find_keys(file: Option<PathBuf>) -> Result<Option<KeyRing>, ConfigError> {
        match Self::load(file) {
            Ok(config) if config.new_key_file.is_some() => Ok(None),
            Ok(config) => config.key_ring().map(Some),
            Err(ConfigError::NoSharedKey) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the operator has to know when a key was made at this start.
    pub fn new_key_notice(&self) -> Option<String> {
        let file = self.new_key_file.as_ref()?.display();
        Some(format!("No signing key was set, so one was made: {file}. Keep it: without it every token is void."))
    }

    /// All our keys; of a server without a ring, its single one.
    ///
    /// # Errors
    /// When that cannot be used.
    pub fn key_ring(&self) -> Result<KeyRing, ConfigError> {
        match &self.ring {
            Some(ring) => Ok(ring.clone()),
            None => Ok(KeyRing::of(self.keys.first()?)),
        }
    }

    fn from_source(source: &mut Source) -> Result<Self, ConfigError> {
        let database_url = database_url(source)?;
        let listen = listen_address(source)?;
        let observability = observability::read_observability(source, listen)?;
        let max_connections = http_options::take_connections(source, Bounds::default().connections)?;
        let http = http_options::take_http_options(source)?;
        let wanted: Option<Algorithm> = source.take("algorithm")?;
        let file = RingFile::beside(&database_url);
        let algorithm = wanted.unwrap_or(Algorithm::HS256);
        let key = FirstKey::find(source, algorithm, &file, &database_url)?;
        let is_from_ring = key.ring.is_some();
        let mut auth = Settings { algorithm: key.algorithm, ..Settings::with_signing_key(key.material) };
        source.apply(&mut auth)?;
        auth.access_token_profile = profile::take_profile(source)?;
        auth.foreign_issuer = profile::take_issuer(source, algorithm)?;
        auth.limits = http_options::take_limits(source)?;
        source.finish()?;
        if is_from_ring {
            // The ring knows the public halves of its keys.
            auth.verifying_key = None;
        }
        let configured = source.place("signing_key");
        auth.validate().map_err(|error| ConfigError::Value {
            place: match source.place(error.setting) {
                Some(place) => place,
                None if error.setting == "signing_key" && configured.is_none() => {
                    "the signing key in the key file".to_owned()
                }
                None => error.setting.to_owned(),
            },
            problem: error.problem,
        })?;
        let keys = KeySource { file, configured, algorithm: wanted, first: auth.clone() };
        let ring = match key.ring {
            Some(ring) => Some(ring),
            None => keys.load()?,
        };
        let (new_key_file, ignored_variables) = (key.new_file, source.ignored());
        Ok(Self {
            database_url,
            listen,
            max_connections,
            http,
            observability,
            auth,
            new_key_file,
            keys,
            ring,
            ignored_variables,
        })
    }

    /// The settings in words, one a line, without secrets.
    pub fn describe(&self) -> String {
        let auth = &self.auth;
        let lines = [
            ("database_url", self.database_url.to_string()),
            ("listen", self.listen.to_string()),
            ("max_connections", self.max_connections.to_string()),
            ("signing_key", format!("{} bytes, hidden", auth.signing_key.expose_secret().len())),
        ];
        let settings = source::describe(auth);
        let http = http_options::describe(&self.http, &auth.limits);
        let lines = lines.into_iter().chain(observability::describe(&self.observability)).chain(http).chain(settings);
        lines.map(|(name, value)| format!("{name} = {value}\n")).collect()
    }
}

/// The line of a mistake, counted from one.
fn line_of(text: &str, error: &toml::de::Error) -> usize {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    before.matches('\n').count() + 1
}

/// `HALLPASS_DATABASE_URL`, or the default.
fn database_url(source: &mut Source) -> Result<DatabaseUrl, ConfigError> {
    let url = source.take::<String>("database_url")?;
    let url = url.as_deref().unwrap_or(DEFAULT_DATABASE_URL).parse();
    url.map_err(|error: UrlError| ConfigError::Value {
        place: source.place("database_url").unwrap_or_default(),
        problem: error.to_string(),
    })
}

/// `HALLPASS_LISTEN`, or what `cargo leptos` asks for, or the default.
fn listen_address(source: &mut Source) -> Result<SocketAddr, ConfigError> {
    let from_leptos = source.foreign("LEPTOS_SITE_ADDR")?;
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
