//! What of the configuration is about those who ask: proxies, TLS, and how much they may ask.

use hallpass_core::limits::{Limits, Rate};

use super::{ConfigError, source::Source};
use crate::{forwarded::Proxies, http_options::HttpOptions};

/// `trusted_proxies`, `trusted_proxy_header` and `hsts`.
pub(super) fn take_http_options(source: &mut Source) -> Result<HttpOptions, ConfigError> {
    let proxies = Proxies {
        trusted: source.take_optional("trusted_proxies")?.unwrap_or_default(),
        header: source.take("trusted_proxy_header")?.unwrap_or_default(),
    };
    Ok(HttpOptions { proxies, hsts: source.take("hsts")?.unwrap_or_default(), ..HttpOptions::default() })
}

/// `max_connections`: without any, nobody could be served.
pub(super) fn take_connections(source: &mut Source, default: usize) -> Result<usize, ConfigError> {
    match source.take("max_connections")? {
        Some(0) => Err(ConfigError::Value {
            place: source.place("max_connections").unwrap_or_default(),
            problem: "must be at least 1".to_owned(),
        }),
        connections => Ok(connections.unwrap_or(default)),
    }
}

/// A limit as it is set: a rate, or none.
pub(super) struct Limit(pub(super) Option<Rate>);

/// Whether something is on.
pub(super) struct Switch(pub(super) bool);

/// `limits`, which turns all the others off, and the others, which are read all the same.
pub(super) fn take_limits(source: &mut Source) -> Result<Limits, ConfigError> {
    let Switch(is_on) = source.take("limits")?.unwrap_or(Switch(true));
    let usual = Limits::default();
    let mut take = |name, usual| Ok(source.take(name)?.map_or(usual, |Limit(rate)| rate));
    let limits = Limits {
        sign_in_per_account: take("limit_sign_in_per_account", usual.sign_in_per_account)?,
        sign_in_per_address: take("limit_sign_in_per_address", usual.sign_in_per_address)?,
        register_per_address: take("limit_register_per_address", usual.register_per_address)?,
        refresh_per_session: take("limit_refresh_per_session", usual.refresh_per_session)?,
        refused_refresh_per_address: take("limit_refused_refresh_per_address", usual.refused_refresh_per_address)?,
        free_failures: usual.free_failures,
    };
    Ok(if is_on { limits } else { Limits::OFF })
}

/// These settings in words.
pub(super) fn describe(http: &HttpOptions, limits: &Limits) -> Vec<(&'static str, String)> {
    let rate = |rate: Option<Rate>| rate.map_or_else(|| "off".to_owned(), |rate| rate.to_string());
    let trusted: Vec<_> = http.proxies.trusted.iter().map(ToString::to_string).collect();
    vec![
        ("trusted_proxies", if trusted.is_empty() { "(none)".to_owned() } else { trusted.join(", ") }),
        ("trusted_proxy_header", http.proxies.header.to_string()),
        ("hsts", http.hsts.to_string()),
        ("limits", if *limits == Limits::OFF { "off" } else { "on" }.to_owned()),
        ("limit_sign_in_per_account", rate(limits.sign_in_per_account)),
        ("limit_sign_in_per_address", rate(limits.sign_in_per_address)),
        ("limit_register_per_address", rate(limits.register_per_address)),
        ("limit_refresh_per_session", rate(limits.refresh_per_session)),
        ("limit_refused_refresh_per_address", rate(limits.refused_refresh_per_address)),
    ]
}
