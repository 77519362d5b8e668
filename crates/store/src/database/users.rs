//! The store of user accounts.

use async_trait::async_trait;
use hallpass_core::{
    administration::Change,
    id::UserId,
    paging::PageRequest,
    store::{Ending, NewPassword, StoreError, UserQuery, Users, WriteError},
    user::{Email, NewUser, StoredCredentials, User, UserIdField, UserKey},
};
use hallpass_types::Listing;
use secrecy::SecretString;

use super::Database;
use crate::{
    tables::{changes, endings, users},
    work::work,
};

#[async_trait]
impl Users for Database {
    async fn create_user(&self, user: NewUser) -> Result<User, WriteError> {
        match user.user_id_field {
            // The global lock makes the check of a unique e-mail address and the insert one step.
            UserIdField::Email => self.decide_globally(work!(|c, _| users::create(c, &user))).await,
            UserIdField::Id | UserIdField::Username => self.decide(work!(|c, _| users::create(c, &user))).await,
        }
    }

    async fn find_credentials(&self, username: &str) -> Result<Option<StoredCredentials>, StoreError> {
        let username = username.to_owned();
        self.read(work!(|c| users::find_credentials(c, &username))).await
    }

    async fn find_user(&self, user: UserId) -> Result<Option<User>, StoreError> {
        self.read(work!(|c| users::find(c, user))).await
    }

    async fn find_account(&self, user: &UserKey) -> Result<Option<StoredCredentials>, StoreError> {
        let user = user.clone();
        self.read(work!(|c| users::find_account(c, &user))).await
    }

    async fn list_users(&self, query: UserQuery, page: PageRequest) -> Result<Option<Listing<User>>, StoreError> {
        self.snapshot(work!(|c| users::list(c, &query, page))).await
    }

    async fn upgrade_password(&self, user: UserId, old: SecretString, new: SecretString) -> Result<(), StoreError> {
        self.write(work!(|c, unlocked| {
            let user = unlocked.user(c, user).await?;
            users::upgrade_password(c, &user, &old, &new).await
        }))
        .await
    }

    async fn set_password(&self, new: NewPassword, ending: Ending) -> Result<bool, StoreError> {
        self.write_globally(work!(|c, lock| {
            let user = lock.user(c, new.user).await?;
            let is_set = users::set_password(c, &user, &new, &ending).await?;
            if is_set {
                endings::revoke_all_of(c, &user, new.keep, &ending).await?;
            }
            Ok(is_set)
        }))
        .await
    }

    async fn change_profile(
        &self,
        user: UserId,
        email: Email,
        user_id_field: UserIdField,
        ending: Ending,
    ) -> Result<bool, WriteError> {
        let change = Change { email: Some(email), ..Change::default() };
        self.decide_globally(work!(|c, lock| {
            let user = lock.user(c, user).await?;
            changes::change_own(c, &user, &change, user_id_field, &ending).await
        }))
        .await
    }
}
