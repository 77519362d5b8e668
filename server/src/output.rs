//! Output of commands. A write error never stops a command: a closed pipe, as in `hallpass … | head`, ends the output
//! silently, and other errors are reported when the command ends.

use std::{
    fmt,
    io::{self, ErrorKind, Write, stderr, stdout},
    sync::{OnceLock, mpsc},
    thread,
    time::Duration,
};

/// The first error of standard output, except a closed pipe.
static FIRST_ERROR: OnceLock<io::Error> = OnceLock::new();

/// Whether the reader of standard output is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// More output may be written.
    Reads,
    /// The reader has closed the pipe, or standard output has failed.
    Gone,
}

/// Writes a line to standard output.
pub fn line(text: impl fmt::Display) -> Reader {
    write(format_args!("{text}\n"))
}

/// Writes text to standard output without a line break.
pub fn text(text: impl fmt::Display) -> Reader {
    write(format_args!("{text}"))
}

fn write(text: fmt::Arguments<'_>) -> Reader {
    let mut out = stdout().lock();
    match out.write_fmt(text).and_then(|()| out.flush()) {
        Ok(()) => Reader::Reads,
        Err(error) => {
            if error.kind() != ErrorKind::BrokenPipe {
                // Only the first error is reported.
                drop(FIRST_ERROR.set(error));
            }
            Reader::Gone
        }
    }
}

/// Timeout for writing a line to standard error.
const NOTICE_WITHIN: Duration = Duration::from_secs(2);

/// Writes a line to standard error. Errors are ignored, and a blocked pipe does not stop the process.
pub fn notice(text: impl fmt::Display) {
    let line = format!("{text}\n");
    run_within(NOTICE_WITHIN, move || drop(stderr().write_all(line.as_bytes())));
}

/// Runs `work` in a thread and waits for it until the timeout. A blocked thread ends with the process.
pub(crate) fn run_within(timeout: Duration, work: impl FnOnce() + Send + 'static) {
    let (done, finished) = mpsc::channel();
    thread::spawn(move || {
        work();
        done.send(())
    });
    _ = finished.recv_timeout(timeout);
}

/// The first error of standard output, if there was one.
pub fn error() -> Option<&'static io::Error> {
    FIRST_ERROR.get()
}
