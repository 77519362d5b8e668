//! The kinds of value that a setting takes, from a TOML file or from the environment's text.

use std::{net::IpAddr, time::Duration};

use hallpass_core::{
    clients::{Client, Clients},
    keys::{self, ALGORITHMS, Algorithm},
    limits::Rate,
    settings::{RegistrationMode, SessionCheck},
    token::{Audience, TokenType},
    user::UserIdField,
};
use http::HeaderName;
use ipnet::IpNet;
use toml::Value;

use super::{
    http_options::{Limit, Switch},
    source::trimmed,
};
use crate::{
    forwarded::{ForwardedHeader, canonical},
    http_options::Hsts,
    telemetry::LogFormat,
};

/// A kind of value. `Err` says in words what would be right.
pub(super) trait FromValue: Sized {
    /// From a TOML value.
    fn from_toml(value: &Value) -> Result<Self, String>;

    /// From the text of an environment variable.
    fn from_text(text: &str) -> Result<Self, String> {
        Self::from_toml(&Value::String(text.to_owned()))
    }
}

impl FromValue for String {
    fn from_toml(value: &Value) -> Result<Self, String> {
        value.as_str().map(str::to_owned).ok_or_else(|| "must be text in quotes".to_owned())
    }
}

impl FromValue for bool {
    fn from_toml(value: &Value) -> Result<Self, String> {
        let from_text = |text: &str| match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        };
        let found = value.as_bool().or_else(|| value.as_str().and_then(from_text));
        found.ok_or_else(|| "must be true or false".to_owned())
    }
}

impl FromValue for usize {
    fn from_toml(value: &Value) -> Result<Self, String> {
        let number = value.as_integer().and_then(|number| Self::try_from(number).ok());
        let found = number.or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        found.ok_or_else(|| "must be a whole number".to_owned())
    }
}

impl FromValue for u32 {
    fn from_toml(value: &Value) -> Result<Self, String> {
        usize::from_toml(value)?.try_into().map_err(|_| format!("must be at most {}", Self::MAX))
    }
}

impl FromValue for Duration {
    /// Whole seconds, or a number with a unit: `30s`, `5m`, `12h`, `7d`.
    fn from_toml(value: &Value) -> Result<Self, String> {
        let seconds = match value {
            Value::Integer(seconds) => u64::try_from(*seconds).ok(),
            Value::String(text) => seconds(text),
            Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
        };
        let found = seconds.map(Self::from_secs);
        found.ok_or_else(|| "must be a duration like 30s, 5m, 12h or 7d, or whole seconds".to_owned())
    }
}

fn seconds(text: &str) -> Option<u64> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let factor = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

impl FromValue for Vec<String> {
    /// An array of text, or words between commas.
    fn from_toml(value: &Value) -> Result<Self, String> {
        let wrong = || "must be a list like [\"Bearer\", \"JWT\"], or words between commas".to_owned();
        match value {
            Value::Array(items) => {
                items.iter().map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
            }
            Value::String(text) => Ok(text.split(',').map(|word| word.trim().to_owned()).collect()),
            Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Table(_) => {
                Err(wrong())
            }
        }
    }
}

impl FromValue for Vec<IpNet> {
    /// Addresses, and networks with the length of their prefix.
    fn from_toml(value: &Value) -> Result<Self, String> {
        let wrong = || "must be a list of addresses and networks like [\"127.0.0.1\", \"10.0.0.0/8\"]".to_owned();
        let read = |word: &String| {
            let network = word.parse().ok().or_else(|| word.parse::<IpAddr>().ok().map(IpNet::from));
            network
                .map(canonical)
                .ok_or_else(|| format!("has {word:?}, which is not an address or a network like 10.0.0.0/8"))
        };
        let words = Vec::<String>::from_toml(value).map_err(|_| wrong())?;
        words.iter().filter(|word| !word.is_empty()).map(read).collect()
    }
}

impl FromValue for ForwardedHeader {
    fn from_toml(value: &Value) -> Result<Self, String> {
        let found = value.as_str().and_then(|text| text.parse().ok());
        found.ok_or_else(|| "must be X-Forwarded-For or Forwarded".to_owned())
    }
}

impl FromValue for Hsts {
    fn from_toml(value: &Value) -> Result<Self, String> {
        let found = value.as_str().and_then(|text| text.parse().ok());
        found.ok_or_else(|| "must be auto, on or off".to_owned())
    }
}

impl FromValue for LogFormat {
    fn from_toml(value: &Value) -> Result<Self, String> {
        match value.as_str() {
            Some("text") => Ok(Self::Text),
            Some("json") => Ok(Self::Json),
            Some(_) | None => Err("must be text or json".to_owned()),
        }
    }
}

impl FromValue for Switch {
    fn from_toml(value: &Value) -> Result<Self, String> {
        match value.as_str() {
            Some("on") => Ok(Self(true)),
            Some("off") => Ok(Self(false)),
            Some(_) | None => bool::from_toml(value).map(Self).map_err(|_| "must be on or off".to_owned()),
        }
    }
}

impl FromValue for Limit {
    fn from_toml(value: &Value) -> Result<Self, String> {
        let wrong = || "must be a rate like 10/min, 1/s, 100/h or 1000/d, or off".to_owned();
        match value.as_str() {
            Some("off") => Ok(Self(None)),
            text => text.and_then(Rate::parse).map(|rate| Self(Some(rate))).ok_or_else(wrong),
        }
    }
}

impl FromValue for Audience {
    /// Text, or an array of it; in the environment an array stands in brackets, as in TOML.
    fn from_toml(value: &Value) -> Result<Self, String> {
        match value {
            Value::String(name) => Ok(Self::One(name.clone())),
            Value::Array(items) if !items.is_empty() => {
                let names = items.iter().map(|item| item.as_str().map(str::to_owned));
                names.collect::<Option<_>>().map(Self::Several).ok_or_else(no_audience)
            }
            Value::Array(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Table(_) => Err(no_audience()),
        }
    }

    fn from_text(text: &str) -> Result<Self, String> {
        if !text.starts_with('[') {
            return Ok(Self::One(text.to_owned()));
        }
        inline(text).ok_or_else(no_audience).and_then(|names| Self::from_toml(&names))
    }
}

fn no_audience() -> String {
    "must be text, or a list of it like [\"web\", \"api\"]".to_owned()
}

impl FromValue for Algorithm {
    fn from_toml(value: &Value) -> Result<Self, String> {
        let found = value.as_str().and_then(keys::find);
        found.ok_or_else(|| format!("must be one of {}", ALGORITHMS.map(|(name, _)| name).join(", ")))
    }
}

impl FromValue for SessionCheck {
    fn from_toml(value: &Value) -> Result<Self, String> {
        match value.as_str() {
            Some("revocation-set") => Ok(Self::RevocationSet),
            Some("stateless") => Ok(Self::Stateless),
            Some("database") => Ok(Self::Database),
            Some(_) | None => Err("must be revocation-set, stateless or database".to_owned()),
        }
    }
}

impl FromValue for UserIdField {
    fn from_toml(value: &Value) -> Result<Self, String> {
        match value.as_str() {
            Some("id" | "pk") => Ok(Self::Id),
            Some("username") => Ok(Self::Username),
            Some("email") => Ok(Self::Email),
            Some(_) | None => Err("must be id, username or email".to_owned()),
        }
    }
}

impl FromValue for Vec<TokenType> {
    /// Simple JWT's classes by their dotted paths, or the last word of those, or the type claim's word.
    fn from_toml(value: &Value) -> Result<Self, String> {
        let wrong = || "must be a list of AccessToken and SlidingToken".to_owned();
        let names = <Vec<String>>::from_toml(value).map_err(|_| wrong())?;
        let kind_of = |name: &String| {
            let class = name.strip_prefix("rest_framework_simplejwt.tokens.").unwrap_or(name);
            [TokenType::Access, TokenType::Sliding]
                .into_iter()
                .find(|kind| [kind.class(), kind.name()].contains(&class))
        };
        names.iter().map(|name| kind_of(name).ok_or_else(wrong)).collect()
    }
}

impl FromValue for HeaderName {
    /// As WSGI spells a header field in its environment: `HTTP_X_ACCESS_TOKEN` for `X-Access-Token`.
    fn from_toml(value: &Value) -> Result<Self, String> {
        let name = value.as_str().and_then(|name| name.strip_prefix("HTTP_"));
        let is_upper = |name: &&str| name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        let found = name.filter(is_upper).and_then(|name| name.replace('_', "-").to_ascii_lowercase().parse().ok());
        found.ok_or_else(|| "must be a header as WSGI spells it, like HTTP_AUTHORIZATION or HTTP_X_TOKEN".to_owned())
    }
}

impl FromValue for Clients {
    /// `[clients.NAME]` with `secret` or `secret_hash`. No sentence shows a secret.
    fn from_toml(value: &Value) -> Result<Self, String> {
        let clients = value.as_table().ok_or_else(|| "must be tables like [clients.gateway]".to_owned())?;
        clients.iter().map(|(name, client)| read_client(name, client)).collect()
    }

    /// The same, as TOML writes a table on one line: `{gateway = {secret = "…"}}`.
    fn from_text(text: &str) -> Result<Self, String> {
        let wrong = || "must be a table in TOML like {gateway = {secret = \"…\"}}".to_owned();
        inline(text).ok_or_else(wrong).and_then(|clients| Self::from_toml(&clients))
    }
}

/// A value as TOML writes it on one line.
fn inline(text: &str) -> Option<Value> {
    format!("value = {text}").parse::<toml::Table>().ok()?.remove("value").map(without_surrounding_space)
}

/// The value with each text in it trimmed, as one from the environment is.
pub(super) fn without_surrounding_space(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(trimmed(&text).to_owned()),
        Value::Array(items) => Value::Array(items.into_iter().map(without_surrounding_space).collect()),
        Value::Table(members) => {
            Value::Table(members.into_iter().map(|(name, value)| (name, without_surrounding_space(value))).collect())
        }
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) => value,
    }
}

fn read_client(name: &str, client: &Value) -> Result<Client, String> {
    let wrong = || format!("{name:?} must have secret or secret_hash, in quotes, and nothing else");
    let members = client.as_table().filter(|members| members.len() == 1).ok_or_else(wrong)?;
    let text = |member: &str| members.get(member).and_then(Value::as_str);
    let client = match (text("secret"), text("secret_hash")) {
        (Some(secret), _) => Client::with_secret(name, secret),
        (None, Some(hash)) => Client::with_secret_hash(name, hash),
        (None, None) => return Err(wrong()),
    };
    client.map_err(|problem| format!("{name:?} {problem}"))
}

impl FromValue for RegistrationMode {
    fn from_toml(value: &Value) -> Result<Self, String> {
        match value.as_str() {
            Some("open") => Ok(Self::Open),
            Some("closed") => Ok(Self::Closed),
            Some(_) | None => Err("must be open or closed".to_owned()),
        }
    }
}
