//! Maintenance of the database.

use async_trait::async_trait;
use hallpass_core::{
    clock::Timestamp,
    store::{Maintenance, Progress, StoreError},
};

use super::Database;
use crate::{
    tables::{flush, users, write_probe},
    work::work,
};

#[async_trait]
impl Maintenance for Database {
    async fn flush_expired(&self, before: Timestamp, limit: u32) -> Result<Progress, StoreError> {
        self.write_globally(work!(|c, lock| flush::flush_expired(c, lock, before, limit))).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.read(work!(|c| users::check_readable(c))).await
    }

    async fn probe_write(&self) -> Result<(), StoreError> {
        if let Self::Sqlite(sqlite) = self {
            sqlite.check_place()?;
        }
        self.write(work!(|c, _| write_probe::write(c))).await
    }

    fn waiting(&self) -> Option<usize> {
        match self {
            Self::Sqlite(sqlite) => Some(sqlite.writer().waiting()),
            Self::Postgres(_) => None,
        }
    }
}
