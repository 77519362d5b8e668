//! Reads settings: from the file and from the environment, which wins. Each setting is taken once, by the same rules
//! wherever it is; what nobody took is a mistake.

use std::{collections::BTreeMap, ffi::OsString, io::ErrorKind, path::PathBuf};

use hallpass_core::{
    keys,
    settings::{AccessTokenProfile, RegistrationMode, SessionCheck, Settings},
};
use secrecy::SecretSlice;
use toml::{Table, Value};
use url::Url;

use super::{
    ConfigError, DEFAULT_FILE,
    environment::{self, Environment, Found},
    owner,
    value::{FromValue, without_surrounding_space},
};

pub(super) struct Source {
    file: PathBuf,
    table: Table,
    environment: Environment,
    /// Every setting that was asked for: all there are, once the core has what it needs.
    known: Vec<&'static str>,
    /// Where each setting that was taken is.
    places: BTreeMap<&'static str, String>,
}

/// What an empty value means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    /// It is a mistake: the default is something else than nothing.
    Refused,
    /// It is not set.
    Unset,
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
            Err(error) => return Err(ConfigError::File { problem: owner::explain(&file, &error), path: file }),
        };
        let text = text.trim_start_matches(BYTE_ORDER_MARK);
        let table = text
            .parse::<Table>()
            .map_err(|error| ConfigError::File { path: file.clone(), problem: describe_syntax(text, &error) })?;
        let environment = Environment::new(environment);
        Ok(Self { file, table, environment, known: Vec::new(), places: BTreeMap::new() })
    }

    /// A variable of another program.
    pub(super) fn foreign(&self, name: &str) -> Result<Option<String>, ConfigError> {
        self.environment.foreign(name)
    }

    /// The setting of that name, if it is set. An empty value is refused.
    pub(super) fn take<T: FromValue>(&mut self, name: &'static str) -> Result<Option<T>, ConfigError> {
        self.take_or(name, Empty::Refused)
    }

    /// The setting of that name, if it is set. Its default is nothing, and so is an empty value.
    pub(super) fn take_optional<T: FromValue>(&mut self, name: &'static str) -> Result<Option<T>, ConfigError> {
        self.take_or(name, Empty::Unset)
    }

    fn take_or<T: FromValue>(&mut self, name: &'static str, empty: Empty) -> Result<Option<T>, ConfigError> {
        self.known.push(name);
        let is_set = |text: &str| !text.is_empty() || empty == Empty::Refused;
        let variable = self.environment.take(name)?.filter(|found| is_set(&found.text));
        let value = self.table.remove(name).map(without_surrounding_space);
        let value = value.filter(|value| value.as_str().is_none_or(is_set));
        let (place, is_empty, read) = match (variable, value) {
            (Some(Found { place, text }), _) => (place, text.is_empty(), T::from_text(&text)),
            (None, Some(value)) => {
                (format!("{name} in {}", self.file.display()), value.as_str() == Some(""), T::from_toml(&value))
            }
            (None, None) => return Ok(None),
        };
        self.places.insert(name, place.clone());
        let read = if is_empty { Err("is empty; give it a value, or leave it out".to_owned()) } else { read };
        read.map(Some).map_err(|problem| ConfigError::Value { place, problem })
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
            security_event_retention => auth.security_event_retention;
            registration => auth.registration;
            password_min_length => auth.password_policy.min_length;
        }
        auth.verifying_key = self.take_optional("verifying_key")?;
        auth.audience = self.take_optional("audience")?;
        auth.issuer = self.take_optional("issuer")?;
        if let Some(clients) = self.take_optional("clients")? {
            auth.clients = clients;
        }
        Ok(())
    }

    /// Every setting that was asked for.
    #[cfg(test)]
    pub(super) fn known(&self) -> &[&'static str] {
        &self.known
    }

    /// The variables that are ignored, because Kubernetes sets variables of their form.
    pub(super) fn ignored(&self) -> Vec<String> {
        self.environment.ignored()
    }

    /// Nothing may be left that nobody took.
    pub(super) fn finish(&self) -> Result<(), ConfigError> {
        let in_other_letters = || self.environment.in_other_letters(&self.known);
        if let Some(variable) = self.environment.unknown().or_else(in_other_letters) {
            let (name, end) = environment::setting(variable);
            let hint = self.hint(&name, |name| format!("{}{end}", environment::variable(name)));
            // A name that is none of ours can hold anything, and is shown in one line all the same.
            let place = format!("{} in the environment", variable.escape_debug());
            return Err(ConfigError::Unknown { place, hint });
        }
        match self.table.keys().next() {
            Some(key) => {
                let (name, _) = environment::setting(key);
                let place = format!("{} in {}", key.escape_debug(), self.file.display());
                Err(ConfigError::Unknown { place, hint: self.hint(&name, str::to_owned) })
            }
            None => Ok(()),
        }
    }

    fn hint(&self, name: &str, spelling: impl Fn(&str) -> String) -> String {
        let similarity = |known: &&&str| strsim::jaro_winkler(name, known);
        let nearest = self.known.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
        match nearest.filter(|known| similarity(known) > 0.85) {
            Some(known) => format!("; did you mean {}?", spelling(known)),
            None => "; docs/configuration.md and docs/settings.md list them all".to_owned(),
        }
    }
}

/// What some editors begin a file with.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A value without the white space around it, such as the line break at the end of a mounted secret.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_start_matches(BYTE_ORDER_MARK).trim()
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
