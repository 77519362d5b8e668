//! Writes standard error in a separate thread, so that requests never wait for the reader of the log. Lines that do not
//! fit the queue are dropped and counted.

use std::{io::stderr, time::Duration};

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};

use crate::output;

/// Maximum number of queued lines. They take a few megabytes at most.
const MAX_WAITING_LINES: usize = 8192;

/// The time for which shutdown waits for the remaining lines.
const FLUSH_WITHIN: Duration = Duration::from_secs(2);

/// A writer that never blocks, and the guard that writes the queued lines when it is dropped.
pub(super) fn standard_error() -> (NonBlocking, WaitingLines) {
    let builder = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(MAX_WAITING_LINES);
    let (writer, guard) = builder.thread_name("log").finish(stderr());
    (writer, WaitingLines(Some(guard)))
}

/// The queued lines. Dropping it writes them with a timeout, because the pipe may have no reader.
pub(super) struct WaitingLines(Option<WorkerGuard>);

impl Drop for WaitingLines {
    fn drop(&mut self) {
        // The guard reports a full queue on standard output, which may be the same blocked pipe.
        let guard = self.0.take();
        output::run_within(FLUSH_WITHIN, move || drop(guard));
    }
}

/// The number of log lines dropped since the start. Clones count the same lines.
#[derive(Clone, Debug, Default)]
pub struct DroppedLines(Option<ErrorCounter>);

impl DroppedLines {
    pub(super) fn of(writer: &NonBlocking) -> Self {
        Self(Some(writer.error_counter()))
    }

    /// The current number.
    pub fn count(&self) -> usize {
        self.0.as_ref().map_or(0, ErrorCounter::dropped_lines)
    }

    /// Logs the number if it has changed since `reported`, and returns the number that is now logged. If this line is
    /// dropped, the next call repeats it.
    pub fn report(&self, reported: usize) -> usize {
        let dropped = self.count();
        if dropped == reported {
            return reported;
        }
        tracing::warn!(
            dropped = dropped - reported,
            dropped_since_start = dropped,
            "log lines dropped because standard error was not read in time"
        );
        if self.count() == dropped { dropped } else { reported }
    }
}
