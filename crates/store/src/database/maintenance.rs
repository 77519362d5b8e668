//! Maintenance of the database.

use async_trait::async_trait;
use hallpass_core::{
    clock::Timestamp,
    store::{Flushed, Maintenance, StoreError},
};

use super::Database;
use crate::{
    backend::work,
    tables::{flush, users},
};

#[async_trait]
impl Maintenance for Database {
    async fn flush_expired(&self, before: Timestamp, limit: u32) -> Result<Flushed, StoreError> {
        self.backend.write_globally(work!(|c, lock| flush::flush_expired(c, lock, before, limit).await)).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.backend.read(work!(|c| users::look(c).await)).await
    }

    async fn probe_write(&self) -> Result<(), StoreError> {
        self.backend.probe_write().await
    }

    fn waiting(&self) -> Option<usize> {
        self.backend.waiting()
    }
}
