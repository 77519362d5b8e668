//! Configuration: `hallpass.toml`, overridden by environment variables. An unknown or invalid setting stops the start
//! with one sentence that names the setting and where it is set.
//!
//! The reader is ours instead of figment's, which prints secrets in its errors and changes values of variables:
//! docs/decisions/0009-read-settings-ourselves.md.

mod environment;
mod error;
mod first_key;
mod key_file;
mod key_ring;
mod key_source;
mod observability;
mod owner;
mod secret_file;
mod source;
mod table;
pub mod time;
mod value;

use std::{net::SocketAddr, path::PathBuf};

use hallpass_core::{
    clock::{Clock, SystemClock},
    keys::{Algorithm, KeyRing},
    limits::Limits,
    settings::{AccessTokenProfile, ForeignIssuer, Settings, SettingsError},
};
use hallpass_store::{DatabaseUrl, UrlError};
use secrecy::{ExposeSecret, SecretSlice};
use url::Url;

pub use error::ConfigError;
pub(crate) use key_ring::{RingFile, RingVersion};
pub(crate) use key_source::KeySource;
pub use observability::Observability;
pub(crate) use owner::check_private;

use first_key::FirstKey;
use secret_file::Created;
use source::Source;
use table::Section;
use value::{SettingValue, Switch};

use crate::{connections::Bounds, http_options::HttpOptions};

/// The `client_id` of access tokens by default: the first party's login API is the only client.
const DEFAULT_CLIENT_ID: &str = "hallpass";

/// The default configuration file.
pub const DEFAULT_FILE: &str = "hallpass.toml";

/// The default database.
const DEFAULT_DATABASE_URL: &str = "sqlite://hallpass.db";

/// The default listen address.
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
    /// Trusted proxies and HSTS.
    pub http: HttpOptions,
    /// Logs, metrics and shutdown.
    pub observability: Observability,
    /// Settings of the core.
    pub auth: Settings,
    /// The file for the new signing key, if no key existed and one was generated.
    pub new_key_file: Option<PathBuf>,
    /// The source of the signing keys.
    pub(crate) keys: KeySource,
    /// The key ring at this start, if there is one.
    pub ring: Option<KeyRing>,
    /// Variables that look like settings but are ignored, because Kubernetes sets variables of this form.
    pub ignored_variables: Vec<String>,
}

impl Config {
    /// Reads the configuration without writing anything; [`keep_new_key`](Self::keep_new_key) writes a new key.
    ///
    /// # Errors
    /// The first invalid or unsafe setting.
    pub fn load(file: Option<PathBuf>) -> Result<Self, ConfigError> {
        Self::from_source(&mut Source::open(file, std::env::vars_os())?)
    }

    /// Writes the new signing key, if one was generated, to its file. If another process has written a key or a ring
    /// meanwhile, that one is used.
    pub(crate) fn keep_new_key(mut self) -> Result<Self, ConfigError> {
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

    /// The existing keys, for commands that also work without: `None` if there is no key yet.
    pub(crate) fn find_keys(file: Option<PathBuf>) -> Result<Option<KeyRing>, ConfigError> {
        match Self::load(file) {
            Ok(config) if config.new_key_file.is_some() => Ok(None),
            Ok(config) => config.key_ring().map(Some),
            Err(ConfigError::NoSharedKey) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The message for the operator when a key was generated at this start.
    pub(crate) fn new_key_notice(&self) -> Option<String> {
        let file = self.new_key_file.as_ref()?.display();
        Some(format!(
            "No signing key was set, so one was generated: {file}. Back it up: without it, all tokens become invalid."
        ))
    }

    /// All signing keys: the ring, or the single key of a server without a ring.
    pub(crate) fn key_ring(&self) -> Result<KeyRing, ConfigError> {
        match &self.ring {
            Some(ring) => Ok(ring.clone()),
            None => Ok(KeyRing::of(self.keys.first()?)),
        }
    }

    fn from_source(source: &mut Source) -> Result<Self, ConfigError> {
        let database_url = database_url(source)?;
        let listen = listen_address(source)?;
        let observability = Observability::load(source, listen)?;
        let max_connections = source.take("max_connections")?.unwrap_or(Bounds::default().connections);
        if max_connections == 0 {
            return Err(source.error("max_connections", "must be at least 1".to_owned()));
        }
        let mut http = HttpOptions::default();
        http.read(source)?;
        let wanted: Option<Algorithm> = source.take("algorithm")?;
        let file = RingFile::beside(&database_url);
        let algorithm = wanted.unwrap_or(Algorithm::HS256);
        let key = FirstKey::find(source, algorithm, &file, &database_url)?;
        let mut auth = Settings { algorithm: key.algorithm, ..Settings::with_signing_key(key.material) };
        read_settings(source, &mut auth, algorithm)?;
        source.finish()?;
        if key.ring.is_some() {
            // The ring contains the public keys.
            auth.verifying_key = None;
        }
        let configured = source.place("signing_key");
        auth.validate().map_err(|SettingsError { setting, problem }| match (setting, &configured) {
            ("signing_key", None) => {
                ConfigError::Value { place: "the signing key in the key file".to_owned(), problem }
            }
            _ => source.error(setting, problem),
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

    /// The settings as `check-config` prints them: `name = value` lines without secrets.
    pub(crate) fn describe(&self) -> String {
        let auth = &self.auth;
        let server = vec![
            ("database_url", self.database_url.to_string()),
            ("listen", self.listen.to_string()),
            ("max_connections", self.max_connections.to_string()),
            ("signing_key", format!("{} bytes, hidden", auth.signing_key.expose_secret().len())),
            ("algorithm", auth.algorithm.show()),
            ("limits", Switch(auth.limits != Limits::OFF).show()),
            ("jwk_url", auth.foreign_issuer.as_ref().map(|issuer| without_credentials(&issuer.url)).show()),
            ("access_token_profile", describe_profile(&auth.access_token_profile)),
        ];
        let sections = [self.observability.describe(), self.http.describe(), auth.limits.describe(), auth.describe()];
        let lines = server.into_iter().chain(sections.into_iter().flatten());
        lines.map(|(name, value)| format!("{name} = {value}\n")).collect()
    }
}

/// Reads the settings of the core. `algorithm` is that of the other issuer, if there is one.
fn read_settings(source: &mut Source, auth: &mut Settings, algorithm: Algorithm) -> Result<(), ConfigError> {
    auth.read(source)?;
    // Not in the table: `check-config` prints one line per setting, and PEM has several.
    source.read("verifying_key", &mut auth.verifying_key)?;
    auth.access_token_profile = access_token_profile(source)?;
    let jwk_url = source.take::<Option<String>>("jwk_url")?.flatten();
    auth.foreign_issuer = jwk_url.map(|url| ForeignIssuer { url, algorithm });
    // `limits = "off"` wins, but mistakes in the limits are errors all the same.
    auth.limits.read(source)?;
    if let Some(Switch(false)) = source.take("limits")? {
        auth.limits = Limits::OFF;
    }
    Ok(())
}

/// `access_token_profile` and `access_token_client_id`.
fn access_token_profile(source: &mut Source) -> Result<AccessTokenProfile, ConfigError> {
    let profile = source.take::<String>("access_token_profile")?;
    let client_id = source.take("access_token_client_id")?.unwrap_or_else(|| DEFAULT_CLIENT_ID.to_owned());
    match profile.as_deref() {
        None | Some("jwt") => Ok(AccessTokenProfile::Jwt),
        Some("at+jwt") => Ok(AccessTokenProfile::Rfc9068 { client_id }),
        Some(_) => Err(source.error("access_token_profile", "must be jwt or at+jwt".to_owned())),
    }
}

fn describe_profile(profile: &AccessTokenProfile) -> String {
    match profile {
        AccessTokenProfile::Jwt => "jwt".to_owned(),
        AccessTokenProfile::Rfc9068 { client_id } => format!("at+jwt, for the client {client_id}"),
    }
}

/// A URL without user, password, parameters and fragment. An invalid URL is hidden, because any part of it may be secret.
fn without_credentials(url: &str) -> String {
    let parsed =
        Url::parse(url).ok().filter(|parsed| !url.contains('#') && !parsed.query().unwrap_or_default().contains('@'));
    match parsed {
        Some(parsed) => format!("{}://{}{}", parsed.scheme(), parsed.host_str().unwrap_or_default(), parsed.path()),
        None => "(hidden)".to_owned(),
    }
}

/// The line of a syntax error, counted from one.
fn line_of(text: &str, error: &toml::de::Error) -> usize {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    before.matches('\n').count() + 1
}

/// `HALLPASS_DATABASE_URL`, or the default.
fn database_url(source: &mut Source) -> Result<DatabaseUrl, ConfigError> {
    let url = source.take::<String>("database_url")?;
    let url = url.as_deref().unwrap_or(DEFAULT_DATABASE_URL).parse();
    url.map_err(|error: UrlError| source.error("database_url", error.to_string()))
}

/// `HALLPASS_LISTEN`, then `LEPTOS_SITE_ADDR`, which cargo-leptos sets, then the default.
fn listen_address(source: &mut Source) -> Result<SocketAddr, ConfigError> {
    let from_leptos = source.foreign("LEPTOS_SITE_ADDR")?;
    let listen = source.take::<String>("listen")?;
    let name = if listen.is_none() && from_leptos.is_some() { "LEPTOS_SITE_ADDR" } else { "listen" };
    let address = listen.or(from_leptos).unwrap_or_else(|| DEFAULT_LISTEN.to_owned());
    address.parse().map_err(|_| {
        source.error(name, format!("is {address:?}, which is not an address and port like {DEFAULT_LISTEN}"))
    })
}

#[cfg(test)]
mod tests;
