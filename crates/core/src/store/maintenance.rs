//! Deletion of expired rows, and health checks.

use async_trait::async_trait;

use super::{Progress, StoreError};
use crate::clock::Timestamp;

/// Maintenance of the database.
#[async_trait]
pub trait Maintenance: Send + Sync {
    /// Deletes up to `limit` outstanding tokens that expired before a time, and as many sessions and revocations that are
    /// no longer needed. Counts the tokens.
    async fn flush_expired(&self, before: Timestamp, limit: u32) -> Result<Progress, StoreError>;

    /// Checks that the database answers.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Checks that the database accepts writes, by writing a row that nothing reads.
    async fn probe_write(&self) -> Result<(), StoreError>;

    /// The number of writes in the queue of the single writer. `None` without such a queue.
    fn waiting(&self) -> Option<usize> {
        None
    }
}
