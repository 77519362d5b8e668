//! Standard error, written by a thread of its own, so that no request waits for whoever reads the log. Lines that
//! cannot be written in time are dropped and counted.

use std::{io::stderr, sync::mpsc, thread, time::Duration};

use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};

/// How many lines may wait to be written. They take some megabytes at most.
const MAX_WAITING_LINES: usize = 8192;

/// How long the end of the process waits for the remaining lines.
const FLUSH_WITHIN: Duration = Duration::from_secs(2);

/// A writer that never blocks, and what writes the waiting lines when it is dropped.
pub(super) fn standard_error() -> (NonBlocking, WaitingLines) {
    let builder = NonBlockingBuilder::default().lossy(true).buffered_lines_limit(MAX_WAITING_LINES);
    let (writer, guard) = builder.thread_name("log").finish(stderr());
    (writer, WaitingLines(Some(guard)))
}

/// The lines that wait. Dropping it writes them within a bound, also when nobody reads.
pub(super) struct WaitingLines(Option<WorkerGuard>);

impl Drop for WaitingLines {
    fn drop(&mut self) {
        // The guard reports a full queue on standard output, which may be the same pipe that nobody reads.
        let (guard, (done, ended)) = (self.0.take(), mpsc::channel());
        thread::spawn(move || {
            drop(guard);
            done.send(())
        });
        // A thread that is stuck ends with the process.
        _ = ended.recv_timeout(FLUSH_WITHIN);
    }
}

/// The number of log lines dropped since the start. Clones count the same lines.
#[derive(Clone, Debug, Default)]
pub struct DroppedLines(Option<ErrorCounter>);

impl DroppedLines {
    pub(super) fn of(writer: &NonBlocking) -> Self {
        Self(Some(writer.error_counter()))
    }

    /// How many there are by now.
    pub fn count(&self) -> usize {
        self.0.as_ref().map_or(0, ErrorCounter::dropped_lines)
    }

    /// Logs the number if it has changed since it was last logged, and returns the number that is logged by now.
    /// A report that is dropped itself is made again by the next call.
    pub fn report(&self, reported: usize) -> usize {
        let dropped = self.count();
        if dropped == reported {
            return reported;
        }
        tracing::warn!(
            dropped = dropped - reported,
            dropped_since_start = dropped,
            "log lines were dropped because standard error was not read in time"
        );
        if self.count() == dropped { dropped } else { reported }
    }
}
