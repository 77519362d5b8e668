//! What is decided about a request before anybody looks at what it asks: whom to believe about where it
//! came from, whether TLS is to be insisted on, and how long it may take to say what it wants.

use std::{
    fmt,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use crate::forwarded::Proxies;

/// HTTP options of one server.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// The proxies in front of the server.
    pub proxies: Proxies,
    /// Whether browsers are told to come over TLS alone.
    pub hsts: Hsts,
    /// How long a body may take to arrive, however it is dribbled. One is at most 64 kB.
    pub body_timeout: Duration,
    /// Whether the server takes no new work.
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

/// Whether the server was told to stop: once one clone is told, all know.
#[derive(Clone, Debug, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// Says that it was.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Whether `Strict-Transport-Security` is sent (RFC 6797).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hsts {
    /// Where the request is known to have come over TLS.
    #[default]
    Auto,
    /// Always, behind a proxy that does not say.
    On,
    /// Never.
    Off,
}

impl FromStr for Hsts {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "auto" => Ok(Self::Auto),
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            _ => Err(()),
        }
    }
}

impl fmt::Display for Hsts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::On => "on",
            Self::Off => "off",
        })
    }
}
