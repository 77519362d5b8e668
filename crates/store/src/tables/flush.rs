//! Deletes rows that no token needs any more, in batches. It skips locked rows instead of waiting for them.

use hallpass_core::{clock::Timestamp, store::Progress};

use super::locks::{self, GlobalLock};
use crate::sql::{self, Connection};

/// Deletes one batch. Counts the outstanding tokens.
pub(crate) async fn flush_expired(
    connection: &mut Connection<'_>,
    lock: GlobalLock,
    before: Timestamp,
    limit: u32,
) -> sqlx::Result<Progress> {
    if !locks::clearing(connection, &lock).await? {
        return Ok(Progress { count: 0, is_done: true });
    }
    let tokens = sql::query_either(
        connection,
        "DELETE FROM outstanding_tokens WHERE id IN
             (SELECT id FROM outstanding_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
        "DELETE FROM outstanding_tokens WHERE id IN
             (SELECT id FROM outstanding_tokens WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2
              FOR UPDATE SKIP LOCKED)",
    );
    let sessions = sql::query_either(
        connection,
        "DELETE FROM sessions WHERE id IN
             (SELECT id FROM sessions WHERE current_expires_at <= $1 AND access_expires_at <= $1
              ORDER BY current_expires_at LIMIT $2)",
        "DELETE FROM sessions WHERE id IN
             (SELECT id FROM sessions WHERE current_expires_at <= $1 AND access_expires_at <= $1
              ORDER BY current_expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)",
    );
    let revocations = sql::query(
        "DELETE FROM revocations WHERE sequence IN
             (SELECT sequence FROM revocations WHERE until <= $1 ORDER BY until LIMIT $2)",
    );
    let mut deleted = [0; 3];
    for (deleted, statement) in deleted.iter_mut().zip([tokens, sessions, revocations]) {
        *deleted = statement.bind(before).bind(limit).execute(connection).await?;
    }
    let is_done = deleted.iter().all(|count| *count < u64::from(limit));
    Ok(Progress { count: deleted[0], is_done })
}
