//! Per-server HTTP options: trusted proxies, HSTS and the timeout of request bodies.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::forwarded::Proxies;

/// The options that apply to every request.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// The proxies in front of the server.
    pub proxies: Proxies,
    /// Whether responses carry `Strict-Transport-Security`.
    pub hsts: Hsts,
    /// The time a whole request body, at most 64 kB, may take to arrive.
    pub body_timeout: Duration,
    /// Set when the server is shutting down.
    pub stopping: Stopping,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            proxies: Proxies::default(),
            hsts: Hsts::default(),
            body_timeout: Duration::from_secs(30),
            stopping: Stopping::default(),
        }
    }
}

/// A shutdown flag shared by all clones.
#[derive(Clone, Debug, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// Sets the flag.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the server is shutting down.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Whether `Strict-Transport-Security` is sent (RFC 6797).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::Display, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum Hsts {
    /// Only on responses to requests that came over TLS.
    #[default]
    Auto,
    /// Always: for deployments whose proxy does not report TLS.
    On,
    /// Never.
    Off,
}
