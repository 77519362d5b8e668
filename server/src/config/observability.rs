//! What of the configuration is about watching the process, and about how it is stopped.

use std::{net::SocketAddr, time::Duration};

use super::{ConfigError, source::Source};
use crate::telemetry::LogFormat;

/// The longest that a server which was told to stop may go on taking requests.
const MAX_STOP_DELAY: Duration = Duration::from_mins(5);

/// How the process is watched.
#[derive(Clone, Debug)]
pub struct Observability {
    /// `HALLPASS_LOG_FORMAT`.
    pub log_format: LogFormat,
    /// `HALLPASS_METRICS_LISTEN`: where the metrics are, and nothing else; `None`: nothing is counted.
    pub metrics_listen: Option<SocketAddr>,
    /// `HALLPASS_STOP_DELAY`: how long a server that was told to stop goes on, and says that it is not ready.
    pub stop_delay: Duration,
}

/// `log_format`, `metrics_listen` and `stop_delay`, beside the server's own address.
pub(super) fn read_observability(source: &mut Source, listen: SocketAddr) -> Result<Observability, ConfigError> {
    Ok(Observability {
        log_format: source.take("log_format")?.unwrap_or_default(),
        metrics_listen: take_metrics(source, listen)?,
        stop_delay: take_delay(source)?,
    })
}

fn take_metrics(source: &mut Source, listen: SocketAddr) -> Result<Option<SocketAddr>, ConfigError> {
    let Some(text) = source.take_optional::<String>("metrics_listen")?.filter(|text| text != "off") else {
        return Ok(None);
    };
    let refused =
        |problem: String| ConfigError::Value { place: source.place("metrics_listen").unwrap_or_default(), problem };
    let address: SocketAddr = text.parse().map_err(|_| {
        refused(format!("is {text:?}, which is neither off nor an address and port like 127.0.0.1:9464"))
    })?;
    let is_public = address.port() != 0
        && address.port() == listen.port()
        && (address.ip().to_canonical() == listen.ip().to_canonical()
            || address.ip().is_unspecified()
            || listen.ip().is_unspecified());
    if is_public {
        return Err(refused(format!("is {address}, where everybody is served ({listen}): give it a port of its own")));
    }
    Ok(Some(address))
}

fn take_delay(source: &mut Source) -> Result<Duration, ConfigError> {
    let delay: Duration = source.take("stop_delay")?.unwrap_or_default();
    if delay > MAX_STOP_DELAY {
        return Err(ConfigError::Value {
            place: source.place("stop_delay").unwrap_or_default(),
            problem: "must be at most 5m".to_owned(),
        });
    }
    Ok(delay)
}

/// These settings in words.
pub(super) fn describe(observability: &Observability) -> [(&'static str, String); 3] {
    let format = match observability.log_format {
        LogFormat::Text => "text",
        LogFormat::Json => "json",
    };
    [
        ("log_format", format.to_owned()),
        (
            "metrics_listen",
            observability.metrics_listen.map_or_else(|| "off".to_owned(), |address| address.to_string()),
        ),
        ("stop_delay", format!("{}s", observability.stop_delay.as_secs())),
    ]
}
