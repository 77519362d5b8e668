//! Deletion of expired rows, and health checks.

use async_trait::async_trait;

use super::StoreError;
use crate::clock::Timestamp;

/// The result of one batch of deleting expired rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flushed {
    /// The number of deleted outstanding tokens.
    pub tokens: u64,
    /// Whether no expired row is left.
    pub is_done: bool,
}

/// Maintenance of the database.
#[async_trait]
pub trait Maintenance: Send + Sync {
    /// Deletes up to `limit` outstanding tokens that expired before a time, and as many sessions and revocations that are
    /// no longer needed.
    async fn flush_expired(&self, before: Timestamp, limit: u32) -> Result<Flushed, StoreError>;

    /// Checks that the database answers.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Checks that the database accepts writes, by writing a row that nothing reads.
    async fn probe_write(&self) -> Result<(), StoreError>;

    /// The number of writes in the queue of the single writer. `None` without such a queue.
    fn waiting(&self) -> Option<usize> {
        None
    }
}
