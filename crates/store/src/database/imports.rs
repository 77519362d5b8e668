//! The store of imported users and tokens.

use async_trait::async_trait;
use hallpass_core::{
    import::{ForeignToken, ForeignUser, Import, ImportMode, Outcome},
    store::{Imports, StoreError},
};

use super::Database;
use crate::{tables::import, work::work};

#[async_trait]
impl Imports for Database {
    async fn begin_import(&self, import: Import) -> Result<(), StoreError> {
        match import.mode {
            ImportMode::Rehearse => Ok(()),
            ImportMode::Commit => self.write_globally(work!(|c, _| import::note(c, import.ending.now))).await,
        }
    }

    async fn import_users(&self, users: Vec<ForeignUser>, import: Import) -> Result<Vec<Outcome>, StoreError> {
        self.write_globally(work!(|c, lock| import::users(c, lock, &users, &import))).await
    }

    async fn import_tokens(&self, tokens: Vec<ForeignToken>, import: Import) -> Result<Vec<Outcome>, StoreError> {
        self.write_globally(work!(|c, lock| import::tokens(c, lock, &tokens, &import))).await
    }

    async fn reserve_user_ids(&self, highest: i64, mode: ImportMode) -> Result<(), StoreError> {
        match mode {
            ImportMode::Rehearse => Ok(()),
            ImportMode::Commit => self.write_globally(work!(|c, _| import::reserve_ids(c, highest))).await,
        }
    }
}
