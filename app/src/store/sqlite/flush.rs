//! Clearing away what no token can need any more, a little at a time.

use sqlx::SqliteConnection;

use crate::auth::{clock::Timestamp, store::Flushed};

/// One batch.
pub(super) async fn flush_expired(
    connection: &mut SqliteConnection,
    before: Timestamp,
    limit: u32,
) -> sqlx::Result<Flushed> {
    let tokens = delete(
        connection,
        "DELETE FROM outstanding_tokens WHERE id IN
             (SELECT id FROM outstanding_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        before,
        limit,
    )
    .await?;
    let sessions = delete(
        connection,
        "DELETE FROM sessions WHERE id IN
             (SELECT id FROM sessions WHERE current_expires_at <= $1 AND access_expires_at <= $1
              ORDER BY current_expires_at LIMIT $2)",
        before,
        limit,
    )
    .await?;
    let revocations = delete(
        connection,
        "DELETE FROM revocations WHERE sequence IN
             (SELECT sequence FROM revocations WHERE until <= $1 ORDER BY until LIMIT $2)",
        before,
        limit,
    )
    .await?;
    let is_done = [tokens, sessions, revocations].iter().all(|gone| *gone < u64::from(limit));
    Ok(Flushed { tokens, is_done })
}

async fn delete(
    connection: &mut SqliteConnection,
    statement: &'static str,
    before: Timestamp,
    limit: u32,
) -> sqlx::Result<u64> {
    let done = sqlx::query(statement).bind(before.millis()).bind(limit).execute(connection).await?;
    Ok(done.rows_affected())
}
