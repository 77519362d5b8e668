//! Settings whose values are lists or tables.

use std::net::IpAddr;

use hallpass_core::{
    clients::{Client, Clients},
    token::{Audience, TokenType},
};
use ipnet::IpNet;
use toml::Value;

use super::{Empty, SettingValue};
use crate::{config::source::trimmed, forwarded::canonical};

impl SettingValue for Vec<String> {
    /// A TOML array, or text separated by commas.
    fn from_toml(value: &Value) -> Result<Self, String> {
        let words = |text: &str| text.split(',').map(|word| word.trim().to_owned()).collect();
        let found = value.as_str().map(words).or_else(|| strings(value));
        found.ok_or_else(|| "must be a list like [\"Bearer\", \"JWT\"], or words between commas".to_owned())
    }

    fn show(&self) -> String {
        self.join(", ")
    }
}

/// The strings of a TOML array.
fn strings(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

impl SettingValue for Vec<IpNet> {
    const EMPTY: Empty = Empty::Unset;

    /// IP addresses, and networks in CIDR notation.
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

    fn show(&self) -> String {
        match self.as_slice() {
            [] => "(none)".to_owned(),
            networks => networks.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        }
    }
}

impl SettingValue for Audience {
    /// Text or a TOML array. In an environment variable, an array is written in brackets.
    fn from_toml(value: &Value) -> Result<Self, String> {
        let one = value.as_str().map(|name| Self::One(name.to_owned()));
        let several = || strings(value).filter(|names| !names.is_empty()).map(Self::Several);
        one.or_else(several).ok_or_else(|| "must be text, or a list of it like [\"web\", \"api\"]".to_owned())
    }

    fn from_text(text: &str) -> Result<Self, String> {
        let list = text.starts_with('[').then(|| inline(text).unwrap_or_else(|| Value::Array(Vec::new())));
        Self::from_toml(&list.unwrap_or_else(|| Value::String(text.to_owned())))
    }

    fn show(&self) -> String {
        self.names().join(", ")
    }
}

impl SettingValue for Vec<TokenType> {
    /// Simple JWT's class paths, their last segment, or the value of the type claim.
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

    fn show(&self) -> String {
        self.iter().map(|kind| kind.class()).collect::<Vec<_>>().join(", ")
    }
}

impl SettingValue for Clients {
    const EMPTY: Empty = Empty::Unset;

    /// Tables `[clients.NAME]` with `secret` or `secret_hash`. Errors never show a secret.
    fn from_toml(value: &Value) -> Result<Self, String> {
        let clients = value.as_table().ok_or_else(|| "must be tables like [clients.gateway]".to_owned())?;
        clients.iter().map(|(name, client)| read_client(name, client)).collect()
    }

    /// The same as an inline table: `{gateway = {secret = "…"}}`.
    fn from_text(text: &str) -> Result<Self, String> {
        let wrong = || "must be a table in TOML like {gateway = {secret = \"…\"}}".to_owned();
        inline(text).ok_or_else(wrong).and_then(|clients| Self::from_toml(&clients))
    }

    fn show(&self) -> String {
        self.names().join(", ")
    }
}

/// Parses an inline TOML value.
fn inline(text: &str) -> Option<Value> {
    format!("value = {text}").parse::<toml::Table>().ok()?.remove("value").map(without_surrounding_space)
}

/// Trims every string in the value, as values of environment variables are.
pub(in crate::config) fn without_surrounding_space(value: Value) -> Value {
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
