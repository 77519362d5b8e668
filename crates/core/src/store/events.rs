//! Security events.

use async_trait::async_trait;
use hallpass_types::{EventRecord, Listing};

use super::{Progress, StoreError};
use crate::{clock::Timestamp, event::EventQuery, failures::FailedSignIns, paging::PageRequest};

/// The store of security events. Every other write records its own event in the same transaction.
#[async_trait]
pub trait Events: Send + Sync {
    /// Lists a page of security events, the latest first. `None` if the page does not exist.
    async fn list_events(
        &self,
        query: EventQuery,
        page: PageRequest,
    ) -> Result<Option<Listing<EventRecord>>, StoreError>;

    /// Records failed sign-ins. Those of one account and hour are one event with a count.
    async fn note_failed_sign_ins(&self, failed: Vec<FailedSignIns>) -> Result<(), StoreError>;

    /// Deletes up to `limit` security events from before a time.
    async fn flush_events(&self, before: Timestamp, limit: u32) -> Result<Progress, StoreError>;
}
