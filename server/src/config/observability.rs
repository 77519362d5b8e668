//! Logs, metrics and shutdown of the process.

use std::{net::SocketAddr, time::Duration};

use super::{ConfigError, source::Source, table::Section};
use crate::telemetry::LogFormat;

/// The longest `stop_delay`.
const MAX_STOP_DELAY: Duration = Duration::from_mins(5);

/// Logs, metrics and shutdown.
#[derive(Clone, Debug, Default)]
pub struct Observability {
    /// `HALLPASS_LOG_FORMAT`.
    pub log_format: LogFormat,
    /// `HALLPASS_METRICS_LISTEN`: the address of the metrics listener. `None` disables metrics.
    pub metrics_listen: Option<SocketAddr>,
    /// `HALLPASS_STOP_DELAY`: how long the server keeps serving, and reports that it is not ready, after SIGTERM.
    pub stop_delay: Duration,
}

impl Observability {
    /// Reads the section. Metrics must not be public, so they need a port other than the server's.
    pub(super) fn load(source: &mut Source, listen: SocketAddr) -> Result<Self, ConfigError> {
        let mut section = Self::default();
        section.read(source)?;
        if section.stop_delay > MAX_STOP_DELAY {
            return Err(source.error("stop_delay", "must be at most 5m".to_owned()));
        }
        match section.metrics_listen {
            Some(metrics) if overlap(metrics, listen) => Err(source
                .error("metrics_listen", format!("is {metrics}, which is public ({listen}): use a separate port"))),
            Some(_) | None => Ok(section),
        }
    }
}

/// Whether both listeners would accept the same connections.
fn overlap(a: SocketAddr, b: SocketAddr) -> bool {
    let is_same_ip = a.ip().to_canonical() == b.ip().to_canonical();
    a.port() != 0 && a.port() == b.port() && (is_same_ip || a.ip().is_unspecified() || b.ip().is_unspecified())
}
