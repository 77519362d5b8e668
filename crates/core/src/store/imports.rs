//! Import of users and tokens from another database.

use async_trait::async_trait;

use super::StoreError;
use crate::import::{ForeignToken, ForeignUser, Import, ImportMode, Outcome};

/// The store of imported users and tokens.
#[async_trait]
pub trait Imports: Send + Sync {
    /// Records that an import takes place. From then on, a token without a session is accepted only for imported users.
    /// A rehearsal records nothing.
    async fn begin_import(&self, import: Import) -> Result<(), StoreError>;

    /// Adds or updates users under their ids. Fields that were changed here keep their value
    /// ([`Merge`](crate::import::Merge)). Returns one outcome for each user, in the same order.
    async fn import_users(&self, users: Vec<ForeignUser>, import: Import) -> Result<Vec<Outcome>, StoreError>;

    /// Adds or updates refresh tokens by `jti`. A token that is blacklisted on either side is blacklisted. Returns one
    /// outcome for each token, in the same order.
    async fn import_tokens(&self, tokens: Vec<ForeignToken>, import: Import) -> Result<Vec<Outcome>, StoreError>;

    /// Assigns no id up to this one to a new user: tokens of a user who was deleted elsewhere may name it.
    async fn reserve_user_ids(&self, highest: i64, mode: ImportMode) -> Result<(), StoreError>;
}
