//! Logs: one line an event, to standard error, as text for people or as JSON for programs. `RUST_LOG`
//! chooses what; no token, password or body is ever part of one, and nothing that a caller sends can begin
//! a line of its own.

mod background;
mod one_line;
#[cfg(feature = "otel")]
mod otel;

use std::{
    env::{self, VarError},
    io::{IsTerminal, stderr},
};

use http::HeaderMap;
use tracing::Span;
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

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people: time, level, request, what happened.
    #[default]
    Text,
    /// For programs: one JSON object.
    Json,
}

/// What writes logs and sends traces. Dropping it writes the lines that still wait.
pub struct Telemetry {
    #[cfg(feature = "otel")]
    traces: Option<otel::Traces>,
    /// The lines that were dropped.
    pub dropped_lines: DroppedLines,
    _lines: WaitingLines,
}

/// Starts logging, once for the process.
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
    let filter = chosen.clone().unwrap_or_else(|_| default_filter());
    #[cfg(feature = "otel")]
    let (telemetry, started) = {
        let traces = otel::Traces::start();
        let layer = traces.as_ref().map(otel::Traces::layer);
        (Telemetry { traces, dropped_lines, _lines: guard }, subscriber.with(layer).with(filter).try_init())
    };
    #[cfg(not(feature = "otel"))]
    let (telemetry, started) = (Telemetry { dropped_lines, _lines: guard }, subscriber.with(filter).try_init());
    // A second start, as in tests, finds the first one's subscriber in place.
    drop(started);
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(tracing::field::display);
        tracing::error!(said = panic.payload_as_str(), at, "the program panicked");
    }));
    if let Err(problem) = chosen {
        tracing::warn!("{problem}");
    }
    telemetry
}

/// Whether `RUST_LOG` is understood.
///
/// # Errors
/// What happens instead, and what would be right.
pub fn check_filter() -> Result<(), String> {
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

/// What `RUST_LOG` chooses: levels, and those of single modules, with commas between. `EnvFilter` could choose by
/// spans as well (`[request]=debug`), and to that end looks each of them up whenever it is entered or left.
fn parse_filter(text: &str) -> Option<Targets> {
    let directives: Vec<_> = text.split(',').map(str::trim).filter(|directive| !directive.is_empty()).collect();
    if directives.is_empty() {
        return Some(default_filter());
    }
    // A word alone would be a module of which everything is logged, and nothing of all others: a misspelt level.
    let is_level = |directive: &&str| directive.contains('=') || directive.parse::<LevelFilter>().is_ok();
    let is_understood = directives.iter().all(is_level) && !text.contains('[');
    directives.join(",").parse().ok().filter(|_| is_understood)
}

/// What is logged when nothing is chosen.
fn default_filter() -> Targets {
    Targets::new().with_default(LevelFilter::INFO)
}

impl Telemetry {
    /// Sends the remaining traces and writes the remaining lines.
    pub fn stop(self) {
        #[cfg(feature = "otel")]
        if let Some(traces) = self.traces {
            traces.stop();
        }
    }
}

/// Lets a request's span go on where its caller's trace is, if the headers tell of one.
#[cfg(feature = "otel")]
pub fn continue_trace(span: &Span, headers: &HeaderMap) {
    otel::continue_trace(span, headers);
}

/// Without OpenTelemetry there is no trace to go on with.
#[cfg(not(feature = "otel"))]
pub fn continue_trace(_span: &Span, _headers: &HeaderMap) {}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::parse_filter;

    #[test]
    fn levels_are_chosen_for_all_and_for_modules() {
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
    fn what_is_not_understood_is_told_from_what_is() {
        for text in
            ["inof", "info,sqlx", "app=everything", "a=b=c", "[request]=debug", "app[{user}]=debug", "warn,[request"]
        {
            assert!(parse_filter(text).is_none(), "{text}");
        }
    }
}
