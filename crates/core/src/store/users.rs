//! Accounts: created, found, and changed by their owners.

use async_trait::async_trait;
use hallpass_types::{Listing, UserOrdering};
use secrecy::SecretString;

use super::{Ending, StoreError, WriteError};
use crate::{
    id::{SessionId, UserId},
    paging::PageRequest,
    search::SearchWords,
    user::{Email, NewUser, StoredCredentials, User, UserIdField, UserKey},
};

/// A user's next password.
#[derive(Clone, Debug)]
pub struct NewPassword {
    /// The user it is for.
    pub user: UserId,
    /// The hash of the new password.
    pub hash: SecretString,
    /// The stored hash that the current password was checked against. `None` if the current password was not asked for.
    pub checked: Option<SecretString>,
    /// The session that stays open.
    pub keep: Option<SessionId>,
}

/// A query for users. A user must match every condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserQuery {
    /// Words that the username or the e-mail address contains, compared without case.
    pub words: SearchWords,
    /// Whether the account is active.
    pub is_active: Option<bool>,
    /// Whether the user has access to the administration.
    pub is_staff: Option<bool>,
    /// The field to sort by.
    pub order: UserOrdering,
    /// The direction to sort in.
    pub direction: Direction,
}

/// A sort direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// The store of user accounts.
#[async_trait]
pub trait Users: Send + Sync {
    /// Adds a user. The write itself checks that the username is unique, and the e-mail address where tokens name their
    /// user by it.
    async fn create_user(&self, user: NewUser) -> Result<User, WriteError>;

    /// Finds a user and its password hash by username.
    async fn find_credentials(&self, username: &str) -> Result<Option<StoredCredentials>, StoreError>;

    /// Finds a user by id.
    async fn find_user(&self, user: UserId) -> Result<Option<User>, StoreError>;

    /// Finds the user that a token names, with its password hash. `None` if the key is empty or matches several users.
    async fn find_account(&self, user: &UserKey) -> Result<Option<StoredCredentials>, StoreError>;

    /// Lists a page of users. `None` if the page does not exist.
    async fn list_users(&self, query: UserQuery, page: PageRequest) -> Result<Option<Listing<User>>, StoreError>;

    /// Replaces a password hash by a stronger hash of the same password. Does nothing if the stored hash is no longer
    /// `old`.
    async fn upgrade_password(&self, user: UserId, old: SecretString, new: SecretString) -> Result<(), StoreError>;

    /// Sets a password and revokes the user's sessions, except the one to keep, in one transaction. Returns `false` if
    /// the stored hash is not the one that was checked.
    async fn set_password(&self, new: NewPassword, ending: Ending) -> Result<bool, StoreError>;

    /// Changes the user's e-mail address. Where tokens name their user by it, all of the user's sessions are revoked.
    /// Returns `false` if the user does not exist.
    async fn change_profile(
        &self,
        user: UserId,
        email: Email,
        user_id_field: UserIdField,
        ending: Ending,
    ) -> Result<bool, WriteError>;
}
