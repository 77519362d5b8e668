//! Logs: one line per event on standard error, as text or JSON, filtered by `RUST_LOG`. Lines never contain tokens,
//! passwords or bodies, and values from clients cannot start a new line.

mod background;
mod one_line;
#[cfg(feature = "otel")]
mod otel;

use std::{
    env::{self, VarError},
    io::{IsTerminal, stderr},
};

use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

pub use background::DroppedLines;
use background::WaitingLines;
use one_line::OneLine;
#[cfg(feature = "otel")]
pub use otel::continue_trace;

/// The format of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::Display, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum LogFormat {
    /// Plain text: time, level, request, message.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// The log writer and trace exporter. Dropping it writes the remaining lines.
pub struct Telemetry {
    #[cfg(feature = "otel")]
    traces: Option<otel::Traces>,
    /// The number of dropped log lines.
    pub dropped_lines: DroppedLines,
    _lines: WaitingLines,
}

/// Initializes logging for the process.
pub fn start(format: LogFormat) -> Telemetry {
    let chosen = read_filter();
    let (writer, guard) = background::standard_error();
    let dropped_lines = DroppedLines::of(&writer);
    let lines = match format {
        LogFormat::Text => {
            let lines = fmt::layer().with_writer(writer).with_ansi(stderr().is_terminal()).with_target(false);
            lines.fmt_fields(OneLine).boxed()
        }
        LogFormat::Json => {
            let lines = fmt::layer().with_writer(writer).json().flatten_event(true);
            lines.with_current_span(false).with_span_list(true).boxed()
        }
    };
    let subscriber = tracing_subscriber::registry().with(lines);
    #[cfg(feature = "otel")]
    let traces = otel::Traces::start();
    #[cfg(feature = "otel")]
    let subscriber = subscriber.with(traces.as_ref().map(otel::Traces::layer));
    let filter = chosen.clone().unwrap_or_else(|_| default_filter());
    // A second initialization, as in tests, is an error that can be ignored.
    drop(subscriber.with(filter).try_init());
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(tracing::field::display);
        tracing::error!(said = panic.payload_as_str(), at, "the program panicked");
    }));
    if let Err(problem) = chosen {
        tracing::warn!("{problem}");
    }
    Telemetry {
        #[cfg(feature = "otel")]
        traces,
        dropped_lines,
        _lines: guard,
    }
}

/// Checks `RUST_LOG`.
pub(crate) fn check_filter() -> Result<(), String> {
    read_filter().map(drop)
}

fn read_filter() -> Result<Targets, String> {
    let refused =
        || "RUST_LOG is not understood, so info is logged; write it like info or warn,server=debug".to_owned();
    match env::var("RUST_LOG") {
        Ok(text) => parse_filter(&text).ok_or_else(refused),
        Err(VarError::NotPresent) => Ok(default_filter()),
        Err(VarError::NotUnicode(_)) => Err(refused()),
    }
}

/// Parses `RUST_LOG`: levels, and levels of modules, separated by commas. `EnvFilter` also filters by span
/// (`[request]=debug`), but looks up every span each time it is entered or left.
fn parse_filter(text: &str) -> Option<Targets> {
    let directives: Vec<_> = text.split(',').map(str::trim).filter(|directive| !directive.is_empty()).collect();
    if directives.is_empty() {
        return Some(default_filter());
    }
    // A single word that is not a level is a misspelt level. As a target, it would disable all other logs.
    let is_level = |directive: &&str| directive.contains('=') || directive.parse::<LevelFilter>().is_ok();
    let is_understood = directives.iter().all(is_level) && !text.contains('[');
    directives.join(",").parse().ok().filter(|_| is_understood)
}

/// The filter without `RUST_LOG`.
fn default_filter() -> Targets {
    Targets::new().with_default(LevelFilter::INFO)
}

impl Telemetry {
    /// Exports the remaining traces and writes the remaining lines.
    pub fn stop(self) {
        #[cfg(feature = "otel")]
        if let Some(traces) = self.traces {
            traces.stop();
        }
    }
}

/// Does nothing without the `otel` feature.
#[cfg(not(feature = "otel"))]
pub fn continue_trace(_span: &tracing::Span, _headers: &http::HeaderMap) {}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::parse_filter;

    #[test]
    fn levels_apply_to_all_targets_or_to_modules() {
        let logs = |text, target, level| parse_filter(text).expect(text).would_enable(target, &level);
        for unset in ["", " ", ","] {
            assert!(logs(unset, "app", Level::INFO) && !logs(unset, "app", Level::DEBUG), "{unset:?}");
        }
        let text = "WARN, server=debug,hallpass_core=off,";
        assert!(logs(text, "sqlx", Level::WARN) && !logs(text, "sqlx", Level::INFO));
        assert!(logs(text, "server::layers", Level::DEBUG) && !logs(text, "server::layers", Level::TRACE));
        assert!(!logs(text, "hallpass_core::verbs", Level::ERROR));
    }

    #[test]
    fn an_invalid_filter_is_rejected() {
        for text in
            ["inof", "info,sqlx", "app=everything", "a=b=c", "[request]=debug", "app[{user}]=debug", "warn,[request"]
        {
            assert!(parse_filter(text).is_none(), "{text}");
        }
    }
}
