//! The types of setting values: how each is read from TOML or from text, and how `check-config` shows it.

mod list;

use std::{net::SocketAddr, time::Duration};

use hallpass_core::{
    keys::{self, ALGORITHMS, Algorithm},
    limits::Rate,
    settings::{RegistrationMode, SessionCheck},
    user::UserIdField,
};
use http::HeaderName;
use strum::VariantNames;
use toml::Value;

pub(super) use list::without_surrounding_space;

use crate::{forwarded::ForwardedHeader, http_options::Hsts, telemetry::LogFormat};

/// The meaning of an empty value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Empty {
    /// An error: the default is not empty.
    Rejected,
    /// The same as no value.
    Unset,
}

/// The type of a setting. Errors say which values are allowed.
pub(super) trait SettingValue: Sized {
    /// The meaning of an empty value.
    const EMPTY: Empty = Empty::Rejected;

    /// Reads a TOML value.
    fn from_toml(value: &Value) -> Result<Self, String>;

    /// Reads the text of an environment variable.
    fn from_text(text: &str) -> Result<Self, String> {
        Self::from_toml(&Value::String(text.to_owned()))
    }

    /// The value as `check-config` prints it, without secrets.
    fn show(&self) -> String;
}

/// Implements [`SettingValue`] for enums whose variants are named by strum.
macro_rules! named {
    ($($kind:ty),+) => {$(
        impl SettingValue for $kind {
            fn from_toml(value: &Value) -> Result<Self, String> {
                let found = value.as_str().and_then(|text| text.parse().ok());
                found.ok_or_else(|| format!("must be {}", alternatives(Self::VARIANTS)))
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )+};
}

named!(ForwardedHeader, Hsts, LogFormat, RegistrationMode, SessionCheck, UserIdField);

/// `a, b or c`.
fn alternatives(names: &[&str]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        names => names.concat(),
    }
}

impl SettingValue for String {
    fn from_toml(value: &Value) -> Result<Self, String> {
        value.as_str().map(str::to_owned).ok_or_else(|| "must be text in quotes".to_owned())
    }

    fn show(&self) -> String {
        self.clone()
    }
}

impl SettingValue for bool {
    fn from_toml(value: &Value) -> Result<Self, String> {
        let from_text = |text: &str| match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        };
        let found = value.as_bool().or_else(|| value.as_str().and_then(from_text));
        found.ok_or_else(|| "must be true or false".to_owned())
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl SettingValue for usize {
    fn from_toml(value: &Value) -> Result<Self, String> {
        let number = value.as_integer().and_then(|number| Self::try_from(number).ok());
        let found = number.or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        found.ok_or_else(|| "must be a whole number".to_owned())
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl SettingValue for u32 {
    fn from_toml(value: &Value) -> Result<Self, String> {
        usize::from_toml(value)?.try_into().map_err(|_| format!("must be at most {}", Self::MAX))
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl SettingValue for Duration {
    /// Whole seconds, or numbers with the units `s`, `m`, `h` and `d`. The other units of humantime are rejected: `M` would
    /// be months.
    fn from_toml(value: &Value) -> Result<Self, String> {
        let number = |value: &Value| usize::from_toml(value).ok().map(|seconds| Self::from_secs(seconds as u64));
        let has_known_units = |text: &&str| {
            text.split(|c: char| c.is_ascii_digit() || c == ' ').all(|unit| matches!(unit, "" | "s" | "m" | "h" | "d"))
        };
        let written = || humantime::parse_duration(value.as_str().filter(has_known_units)?).ok();
        let found = number(value).or_else(written);
        found.ok_or_else(|| "must be a duration like 30s, 5m, 12h or 7d, or whole seconds".to_owned())
    }

    fn show(&self) -> String {
        format!("{}s", self.as_secs())
    }
}

/// A setting that is `on` or `off`.
pub(super) struct Switch(pub(super) bool);

impl SettingValue for Switch {
    fn from_toml(value: &Value) -> Result<Self, String> {
        match value.as_str() {
            Some("on") => Ok(Self(true)),
            Some("off") => Ok(Self(false)),
            Some(_) | None => bool::from_toml(value).map(Self).map_err(|_| "must be on or off".to_owned()),
        }
    }

    fn show(&self) -> String {
        if self.0 { "on" } else { "off" }.to_owned()
    }
}

/// A rate, or `off`.
impl SettingValue for Option<Rate> {
    fn from_toml(value: &Value) -> Result<Self, String> {
        let wrong = || "must be a rate like 10/min, 1/s, 100/h or 1000/d, or off".to_owned();
        match value.as_str() {
            Some("off") => Ok(None),
            text => text.and_then(Rate::parse).map(Some).ok_or_else(wrong),
        }
    }

    fn show(&self) -> String {
        self.map_or_else(|| "off".to_owned(), |rate| rate.to_string())
    }
}

/// A socket address, or `off`.
impl SettingValue for Option<SocketAddr> {
    const EMPTY: Empty = Empty::Unset;

    fn from_toml(value: &Value) -> Result<Self, String> {
        match String::from_toml(value)?.as_str() {
            "off" => Ok(None),
            text => text
                .parse()
                .map(Some)
                .map_err(|_| format!("is {text:?}, which is neither off nor an address and port like 127.0.0.1:9464")),
        }
    }

    fn show(&self) -> String {
        self.map_or_else(|| "off".to_owned(), |address| address.to_string())
    }
}

/// A setting without a default.
impl<T: SettingValue> SettingValue for Option<T> {
    const EMPTY: Empty = Empty::Unset;

    fn from_toml(value: &Value) -> Result<Self, String> {
        T::from_toml(value).map(Some)
    }

    fn from_text(text: &str) -> Result<Self, String> {
        T::from_text(text).map(Some)
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(|| "(not set)".to_owned(), T::show)
    }
}

impl SettingValue for Algorithm {
    fn from_toml(value: &Value) -> Result<Self, String> {
        let found = value.as_str().and_then(keys::find);
        found.ok_or_else(|| format!("must be one of {}", ALGORITHMS.map(|(name, _)| name).join(", ")))
    }

    fn show(&self) -> String {
        keys::name(*self).to_owned()
    }
}

impl SettingValue for HeaderName {
    /// A header as WSGI spells it: `HTTP_X_ACCESS_TOKEN` for `X-Access-Token`.
    fn from_toml(value: &Value) -> Result<Self, String> {
        let name = value.as_str().and_then(|name| name.strip_prefix("HTTP_"));
        let is_upper = |name: &&str| name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        let found = name.filter(is_upper).and_then(|name| name.replace('_', "-").to_ascii_lowercase().parse().ok());
        found.ok_or_else(|| "must be a header as WSGI spells it, like HTTP_AUTHORIZATION or HTTP_X_TOKEN".to_owned())
    }

    fn show(&self) -> String {
        format!("HTTP_{}", self.as_str().replace('-', "_").to_ascii_uppercase())
    }
}
