//! Checkpoints: copies the write-ahead log into the database file on a separate connection, so that no write waits for it.

use std::time::Duration;

use sqlx::{Connection, SqliteConnection};
use tokio::{
    sync::mpsc,
    time::{self, Instant},
};

/// The number of pages in the log (64 MiB) at which the writer itself makes a checkpoint, after which the log restarts. Under
/// continuous writes only the writer can restart the log.
pub(super) const MAX_LOG_PAGES: &str = "16384";

/// The pause before a checkpoint. A page that is written several times is copied once, but a larger checkpoint slows the
/// writer's own syncs.
const GATHER: Duration = Duration::from_millis(20);

/// The pause after a checkpoint, as a multiple of its duration, so that a slow disk is free for the writer.
const REST: u32 = 2;

/// The pause after a failed checkpoint, as on a full disk.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Makes a checkpoint after each write, until the writer stops.
pub(super) async fn copy(mut connection: SqliteConnection, mut written: mpsc::Receiver<()>) {
    let mut rest = GATHER;
    while written.recv().await.is_some() {
        time::sleep(rest).await;
        let begun = Instant::now();
        rest = match sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut connection).await {
            Ok(_) => GATHER.max(begun.elapsed() * REST),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "SQLite checkpoint failed, retrying");
                REST_AFTER_FAILURE
            }
        };
    }
    drop(connection.close().await);
}
