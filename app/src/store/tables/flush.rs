//! Clearing away what no token can need any more, a little at a time.

use super::locks;
use crate::{
    auth::{clock::Timestamp, store::Flushed},
    store::sql::{self, Connection},
};

/// One batch.
pub(in crate::store) async fn flush_expired(
    connection: &mut Connection<'_>,
    before: Timestamp,
    limit: u32,
) -> sqlx::Result<Flushed> {
    if !locks::clearing(connection).await? {
        return Ok(Flushed { tokens: 0, is_done: true });
    }
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
    connection: &mut Connection<'_>,
    statement: &'static str,
    before: Timestamp,
    limit: u32,
) -> sqlx::Result<u64> {
    sql::query(statement).bind(before).bind(limit).execute(connection).await
}
