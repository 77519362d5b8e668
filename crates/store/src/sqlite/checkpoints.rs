//! Checkpoints. What the writer has synced to the write-ahead log is copied into the file beside it, so that
//! nobody who waits for a write waits for that too.

use std::time::Duration;

use sqlx::{Connection, SqliteConnection};
use tokio::{
    sync::mpsc,
    time::{self, Instant},
};

/// How many pages the log may grow to (64 MiB) before the writer copies what is left of it, after which the log
/// begins anew. While writes follow upon one another nobody else can make it begin anew.
pub(super) const MAX_LOG_PAGES: &str = "16384";

/// How long writes gather before they are copied: a page written many times is copied once, but the more there is
/// to sync at once, the longer the writer's own syncs take meanwhile.
const GATHER: Duration = Duration::from_millis(20);

/// How much longer than the copying took it rests after, so that a slow disk is left to the writer.
const REST: u32 = 2;

/// How long it rests after copying failed, as on a full disk.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Copies on a connection of its own whenever something was `written`, until the writer has gone.
pub(super) async fn copy(mut connection: SqliteConnection, mut written: mpsc::Receiver<()>) {
    let mut rest = GATHER;
    while written.recv().await.is_some() {
        time::sleep(rest).await;
        let begun = Instant::now();
        rest = match sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(&mut connection).await {
            Ok(_) => GATHER.max(begun.elapsed() * REST),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the database's log could not be copied into its file; it is tried again");
                REST_AFTER_FAILURE
            }
        };
    }
    drop(connection.close().await);
}
