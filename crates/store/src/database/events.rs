//! The store of security events.

use async_trait::async_trait;
use hallpass_core::{
    clock::Timestamp,
    event::EventQuery,
    failures::FailedSignIns,
    paging::PageRequest,
    store::{Events, Progress, StoreError},
};
use hallpass_types::{EventRecord, Listing};

use super::Database;
use crate::{tables::events, work::work};

#[async_trait]
impl Events for Database {
    async fn list_events(
        &self,
        query: EventQuery,
        page: PageRequest,
    ) -> Result<Option<Listing<EventRecord>>, StoreError> {
        self.snapshot(work!(|c| events::list(c, query, page))).await
    }

    async fn note_failed_sign_ins(&self, failed: Vec<FailedSignIns>) -> Result<(), StoreError> {
        self.write_globally(work!(|c, _| events::note_failed(c, &failed))).await
    }

    async fn flush_events(&self, before: Timestamp, limit: u32) -> Result<Progress, StoreError> {
        self.write_globally(work!(|c, _| events::flush(c, before, limit))).await
    }
}
