//! What commands write for the person who runs them. Output that cannot be written never stops the work: a closed
//! pipe, as in `hallpass … | head`, ends the output quietly, and any other error is reported when the command ends.

use std::{
    fmt,
    io::{self, ErrorKind, Write, stderr, stdout},
    sync::{OnceLock, mpsc},
    thread,
    time::Duration,
};

/// The first error of standard output, apart from a closed pipe. There is one standard output in a process.
static FIRST_ERROR: OnceLock<io::Error> = OnceLock::new();

/// Whether the reader of standard output is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// It may read more.
    Reads,
    /// It has closed its end, or standard output has failed.
    Gone,
}

/// Writes a line to standard output.
pub fn line(text: impl fmt::Display) -> Reader {
    write(format_args!("{text}\n"))
}

/// Writes text to standard output as it is.
pub fn text(text: impl fmt::Display) -> Reader {
    write(format_args!("{text}"))
}

fn write(text: fmt::Arguments<'_>) -> Reader {
    let mut out = stdout().lock();
    match out.write_fmt(text).and_then(|()| out.flush()) {
        Ok(()) => Reader::Reads,
        Err(error) => {
            if error.kind() != ErrorKind::BrokenPipe {
                // A later error says nothing new.
                drop(FIRST_ERROR.set(error));
            }
            Reader::Gone
        }
    }
}

/// How long a line to standard error is waited for.
const NOTICE_WITHIN: Duration = Duration::from_secs(2);

/// Writes a line to standard error. When that fails, nobody can be told; when nobody reads it, the process goes on.
pub fn notice(text: impl fmt::Display) {
    let (line, (done, ended)) = (format!("{text}\n"), mpsc::channel());
    thread::spawn(move || {
        drop(stderr().write_all(line.as_bytes()));
        done.send(())
    });
    // A thread that is stuck ends with the process.
    _ = ended.recv_timeout(NOTICE_WITHIN);
}

/// The error that kept output from being written, if there was one.
pub fn error() -> Option<&'static io::Error> {
    FIRST_ERROR.get()
}
