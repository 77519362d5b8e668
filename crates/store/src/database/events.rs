//! The store of security events.

use async_trait::async_trait;
use hallpass_core::{
    clock::Timestamp,
    event::{Event, EventQuery},
    failures::FailedSignIns,
    paging::PageRequest,
    store::{Events, StoreError},
};
use hallpass_types::Listing;

use super::Database;
use crate::{backend::work, tables::events};

#[async_trait]
impl Events for Database {
    async fn list_events(&self, query: EventQuery, page: PageRequest) -> Result<Option<Listing<Event>>, StoreError> {
        self.backend.snapshot(work!(|c| events::list(c, query, page).await)).await
    }

    async fn note_failed_sign_ins(&self, failed: Vec<FailedSignIns>) -> Result<(), StoreError> {
        self.backend.write_globally(work!(|c, _| events::note_failed(c, &failed).await)).await
    }

    async fn flush_events(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.backend.write_globally(work!(|c, _| events::flush(c, before, limit).await)).await
    }
}
