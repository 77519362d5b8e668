//! Waits for other processes where SQLite itself does not: it answers `SQLITE_BUSY` at once while another process
//! switches a new file to WAL, or closes it as the last one.

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

/// `SQLITE_BUSY`, without the bits of its extended codes (<https://sqlite.org/rescode.html>).
const BUSY: i32 = 5;

/// Connects, and tries again for as long as `wait` while another process holds the file.
pub(super) async fn connect(options: &SqliteConnectOptions, wait: Duration) -> sqlx::Result<SqliteConnection> {
    let until = Instant::now() + wait;
    loop {
        match options.connect().await {
            Err(error) if is_busy(&error) && Instant::now() < until => pause(PAUSE).await,
            connected => return connected,
        }
    }
}

/// Waits by the system's clock, by which other processes and the times of files go.
pub(super) async fn pause(duration: Duration) {
    // It fails only when the runtime ends.
    drop(task::spawn_blocking(move || thread::sleep(duration)).await);
}

fn is_busy(error: &sqlx::Error) -> bool {
    primary_code(error) == Some(BUSY)
}

/// The primary result code of an error of SQLite.
pub(crate) fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let error = error.as_database_error()?.try_downcast_ref::<SqliteError>()?;
    let code: i32 = sqlx::error::DatabaseError::code(error)?.parse().ok()?;
    Some(code & 0xff)
}
