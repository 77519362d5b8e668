//! Where settings stand: the file and the environment, which wins. Each is taken once; what nobody
//! took is a mistake.

use std::{collections::BTreeMap, ffi::OsString, io::ErrorKind, path::PathBuf};

use app::auth::{
    keys,
    settings::{AccessTokenProfile, RegistrationMode, SessionCheck, Settings},
};
use secrecy::SecretSlice;
use toml::{Table, Value};
use url::Url;

use super::{ConfigError, DEFAULT_FILE, value::FromValue};

const PREFIX: &str = "HALLPASS_";

pub(super) struct Source {
    file: PathBuf,
    table: Table,
    environment: BTreeMap<String, String>,
    foreign: BTreeMap<String, String>,
    /// Every setting that was asked for: all there are, once the core has what it needs.
    known: Vec<&'static str>,
    /// Where each setting that was taken stands.
    places: BTreeMap<&'static str, String>,
}

impl Source {
    /// Reads the file, which may be absent unless it was named, and sorts the environment.
    pub(super) fn open(
        file: Option<PathBuf>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let is_named = file.is_some();
        let file = file.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && !is_named => String::new(),
            Err(error) => return Err(ConfigError::File { path: file, problem: error.to_string() }),
        };
        let table = text
            .parse::<Table>()
            .map_err(|error| ConfigError::File { path: file.clone(), problem: describe_syntax(&text, &error) })?;
        let (ours, foreign) = environment
            .into_iter()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .partition(|(name, _)| name.starts_with(PREFIX));
        Ok(Self { file, table, environment: ours, foreign, known: Vec::new(), places: BTreeMap::new() })
    }

    /// A variable of another program's.
    pub(super) fn foreign(&self, name: &str) -> Option<String> {
        self.foreign.get(name).cloned()
    }

    /// The setting of that name, if it is set.
    pub(super) fn take<T: FromValue>(&mut self, name: &'static str) -> Result<Option<T>, ConfigError> {
        self.known.push(name);
        let variable = format!("{PREFIX}{}", name.to_ascii_uppercase());
        let from_file = self.table.remove(name);
        let (place, value) = match (self.environment.remove(&variable), from_file) {
            (Some(text), _) => (variable, T::from_text(&text)),
            (None, Some(value)) => (format!("{name} in {}", self.file.display()), T::from_toml(&value)),
            (None, None) => return Ok(None),
        };
        self.places.insert(name, place.clone());
        value.map(Some).map_err(|problem| ConfigError::Value { place, problem })
    }

    /// The signing key's bytes: the text's own, as Django's `SECRET_KEY`, or PEM.
    pub(super) fn take_signing_key(&mut self) -> Result<Option<SecretSlice<u8>>, ConfigError> {
        Ok(self.take::<String>("signing_key")?.map(|key| key.into_bytes().into()))
    }

    /// Where a setting that was taken stands.
    pub(super) fn place(&self, name: &str) -> Option<String> {
        self.places.get(name).cloned()
    }

    /// Takes what the core needs.
    pub(super) fn apply(&mut self, auth: &mut Settings) -> Result<(), ConfigError> {
        macro_rules! take {
            ($($name:ident => $field:expr;)*) => {
                $(if let Some(value) = self.take(stringify!($name))? {
                    $field = value;
                })*
            };
        }
        take! {
            access_token_lifetime => auth.access_token_lifetime;
            refresh_token_lifetime => auth.refresh_token_lifetime;
            rotate_refresh_tokens => auth.rotate_refresh_tokens;
            blacklist_after_rotation => auth.blacklist_after_rotation;
            update_last_login => auth.update_last_login;
            leeway => auth.leeway;
            auth_header_types => auth.auth_header_types;
            auth_header_name => auth.auth_header_name;
            user_id_claim => auth.user_id_claim;
            token_type_claim => auth.token_type_claim;
            jti_claim => auth.jti_claim;
            user_id_field => auth.user_id_field;
            auth_token_classes => auth.auth_token_classes;
            sliding_token_lifetime => auth.sliding_token_lifetime;
            sliding_token_refresh_lifetime => auth.sliding_token_refresh_lifetime;
            sliding_token_refresh_exp_claim => auth.sliding_token_refresh_exp_claim;
            check_revoke_token => auth.check_revoke_token;
            revoke_token_claim => auth.revoke_token_claim;
            check_user_is_active => auth.check_user_is_active;
            refresh_reuse_grace => auth.refresh_reuse_grace;
            session_max_lifetime => auth.session_max_lifetime;
            max_sessions_per_user => auth.max_sessions_per_user;
            session_check => auth.session_check;
            clients => auth.clients;
            security_event_retention => auth.security_event_retention;
            registration => auth.registration;
            password_min_length => auth.password_policy.min_length;
        }
        auth.verifying_key = self.take("verifying_key")?;
        auth.audience = self.take("audience")?;
        auth.issuer = self.take("issuer")?;
        Ok(())
    }

    /// Every setting that was asked for.
    #[cfg(test)]
    pub(super) fn known(&self) -> &[&'static str] {
        &self.known
    }

    /// Nothing may be left that nobody took.
    pub(super) fn finish(&self) -> Result<(), ConfigError> {
        // A name that is none of ours can hold anything, and is shown in one line all the same.
        let from_file =
            self.table.keys().map(|key| (key.clone(), format!("{} in {}", key.escape_debug(), self.file.display())));
        let variables = self.environment.keys().map(|name| {
            let key = name.trim_start_matches(PREFIX).to_ascii_lowercase();
            (key, format!("{} in the environment", name.escape_debug()))
        });
        match variables.chain(from_file).next() {
            Some((key, place)) => Err(ConfigError::Unknown { place, hint: self.hint(&key) }),
            None => Ok(()),
        }
    }

    fn hint(&self, key: &str) -> String {
        let similarity = |name: &&&str| strsim::jaro_winkler(key, name);
        let nearest = self.known.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
        match nearest.filter(|name| similarity(name) > 0.85) {
            Some(name) => format!("; did you mean {name}?"),
            None => "; docs/configuration.md and docs/settings.md list them all".to_owned(),
        }
    }
}

/// A URL without user, password, parameters and fragment. One that is not understood is not shown, since any part of it
/// may be secret.
fn without_credentials(url: &str) -> String {
    let parsed =
        Url::parse(url).ok().filter(|parsed| !url.contains('#') && !parsed.query().unwrap_or_default().contains('@'));
    match parsed {
        Some(parsed) => format!("{}://{}{}", parsed.scheme(), parsed.host_str().unwrap_or_default(), parsed.path()),
        None => "(hidden)".to_owned(),
    }
}

/// What is wrong and on which line. The line itself is not shown: a secret may stand there.
fn describe_syntax(text: &str, error: &toml::de::Error) -> String {
    let line = super::line_of(text, error);
    format!("line {line} is no TOML: {}", error.message())
}

/// The core's settings in words.
pub(super) fn describe(auth: &Settings) -> Vec<(&'static str, String)> {
    let seconds = |duration: std::time::Duration| Value::Integer(duration.as_secs().cast_signed()).to_string() + "s";
    let optional = |text: &Option<String>| text.clone().unwrap_or_else(|| "(not set)".to_owned());
    vec![
        ("algorithm", keys::name(auth.algorithm).to_owned()),
        ("access_token_lifetime", seconds(auth.access_token_lifetime)),
        ("refresh_token_lifetime", seconds(auth.refresh_token_lifetime)),
        ("rotate_refresh_tokens", auth.rotate_refresh_tokens.to_string()),
        ("blacklist_after_rotation", auth.blacklist_after_rotation.to_string()),
        ("refresh_reuse_grace", seconds(auth.refresh_reuse_grace)),
        ("session_max_lifetime", seconds(auth.session_max_lifetime)),
        ("max_sessions_per_user", auth.max_sessions_per_user.to_string()),
        ("update_last_login", auth.update_last_login.to_string()),
        ("jwk_url", optional(&auth.foreign_issuer.as_ref().map(|issuer| without_credentials(&issuer.url)))),
        (
            "access_token_profile",
            match &auth.access_token_profile {
                AccessTokenProfile::Jwt => "jwt".to_owned(),
                AccessTokenProfile::Rfc9068 { client_id } => format!("at+jwt, for the client {client_id}"),
            },
        ),
        ("audience", auth.audience.as_ref().map_or_else(|| optional(&None), |audience| audience.names().join(", "))),
        ("issuer", optional(&auth.issuer)),
        ("leeway", seconds(auth.leeway)),
        ("auth_header_types", auth.auth_header_types.join(", ")),
        ("auth_header_name", format!("HTTP_{}", auth.auth_header_name.as_str().replace('-', "_").to_ascii_uppercase())),
        ("user_id_claim", auth.user_id_claim.clone()),
        ("token_type_claim", auth.token_type_claim.clone()),
        ("jti_claim", auth.jti_claim.clone()),
        ("user_id_field", auth.user_id_field.name().to_owned()),
        ("auth_token_classes", auth.auth_token_classes.iter().map(|kind| kind.class()).collect::<Vec<_>>().join(", ")),
        ("sliding_token_lifetime", seconds(auth.sliding_token_lifetime)),
        ("sliding_token_refresh_lifetime", seconds(auth.sliding_token_refresh_lifetime)),
        ("sliding_token_refresh_exp_claim", auth.sliding_token_refresh_exp_claim.clone()),
        ("check_revoke_token", auth.check_revoke_token.to_string()),
        ("revoke_token_claim", auth.revoke_token_claim.clone()),
        ("check_user_is_active", auth.check_user_is_active.to_string()),
        ("clients", auth.clients.names().join(", ")),
        ("security_event_retention", seconds(auth.security_event_retention)),
        ("password_min_length", auth.password_policy.min_length.to_string()),
        (
            "session_check",
            match auth.session_check {
                SessionCheck::RevocationSet => "revocation-set".to_owned(),
                SessionCheck::Stateless => "stateless".to_owned(),
                SessionCheck::Database => "database".to_owned(),
            },
        ),
        (
            "registration",
            match auth.registration {
                RegistrationMode::Open => "open".to_owned(),
                RegistrationMode::Closed => "closed".to_owned(),
            },
        ),
    ]
}
