//! The store of imported users and tokens.

use async_trait::async_trait;
use hallpass_core::{
    import::{ForeignToken, ForeignUser, Import, ImportMode, Outcome},
    store::{Imports, StoreError},
};

use super::Database;
use crate::{backend::work, tables::import};

#[async_trait]
impl Imports for Database {
    async fn begin_import(&self, import: Import) -> Result<(), StoreError> {
        match import.mode {
            ImportMode::Rehearse => Ok(()),
            ImportMode::Commit => {
                self.backend.write_globally(work!(|c, _| import::note(c, import.ending.now).await)).await
            }
        }
    }

    async fn import_users(&self, users: Vec<ForeignUser>, import: Import) -> Result<Vec<Outcome>, StoreError> {
        self.backend.write_globally(work!(|c, lock| import::users(c, lock, &users, &import).await)).await
    }

    async fn import_tokens(&self, tokens: Vec<ForeignToken>, import: Import) -> Result<Vec<Outcome>, StoreError> {
        self.backend.write_globally(work!(|c, lock| import::tokens(c, lock, &tokens, &import).await)).await
    }

    async fn reserve_user_ids(&self, highest: i64, mode: ImportMode) -> Result<(), StoreError> {
        match mode {
            ImportMode::Rehearse => Ok(()),
            ImportMode::Commit => {
                self.backend.write_globally(work!(|c, _| import::reserve_ids(c, highest).await)).await
            }
        }
    }
}
