//! Waits for other processes where SQLite's busy timeout does not: while another process switches a new file to WAL, or closes
//! it as the last one, SQLite returns `SQLITE_BUSY` at once.

use std::{
    thread,
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteError},
};
use tokio::task;

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(10);

/// The primary result code of `SQLITE_BUSY` (<https://sqlite.org/rescode.html>).
const BUSY: i32 = 5;

/// Connects. Retries for up to `wait` while another process holds the file.
pub(super) async fn connect(options: &SqliteConnectOptions, wait: Duration) -> sqlx::Result<SqliteConnection> {
    let until = Instant::now() + wait;
    loop {
        match options.connect().await {
            Err(error) if is_busy(&error) && Instant::now() < until => pause(PAUSE).await,
            connected => return connected,
        }
    }
}

/// Sleeps by the system clock, which other processes and file times follow, and not by Tokio's, which tests pause.
pub(super) async fn pause(duration: Duration) {
    // It fails only when the runtime shuts down.
    drop(task::spawn_blocking(move || thread::sleep(duration)).await);
}

fn is_busy(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(BUSY)
}

/// The primary result code of a SQLite error.
pub(crate) fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let error = error.as_database_error()?.try_downcast_ref::<SqliteError>()?;
    let code: i32 = sqlx::error::DatabaseError::code(error)?.parse().ok()?;
    Some(code & 0xff)
}
