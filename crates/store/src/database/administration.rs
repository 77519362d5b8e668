//! The store of admin actions.

use async_trait::async_trait;
use hallpass_core::{
    administration::Change,
    id::{Jti, SessionId, UserId},
    store::{AdminAction, AdminActionError, Administration, Swept},
    user::{NewUser, User},
};
use secrecy::SecretString;

use super::Database;
use crate::{
    backend::work,
    tables::{admin_actions, blacklisting},
};

#[async_trait]
impl Administration for Database {
    async fn create_user_by(&self, user: NewUser, action: AdminAction) -> Result<User, AdminActionError> {
        self.backend.administer(work!(|c, lock| admin_actions::create_user(c, lock, &user, &action).await)).await
    }

    async fn change_user(&self, user: UserId, change: Change, action: AdminAction) -> Result<User, AdminActionError> {
        self.backend
            .administer(work!(|c, lock| admin_actions::change_user(c, lock, user, &change, &action).await))
            .await
    }

    async fn change_users(
        &self,
        users: Vec<UserId>,
        change: Change,
        action: AdminAction,
    ) -> Result<Vec<User>, AdminActionError> {
        self.backend
            .administer(work!(|c, lock| admin_actions::change_users(c, lock, &users, &change, &action).await))
            .await
    }

    async fn set_password_by(
        &self,
        user: UserId,
        password: SecretString,
        action: AdminAction,
    ) -> Result<(), AdminActionError> {
        self.backend
            .administer(work!(|c, lock| admin_actions::set_password(c, lock, user, &password, &action).await))
            .await
    }

    async fn end_session_by(
        &self,
        user: UserId,
        session: SessionId,
        action: AdminAction,
    ) -> Result<(), AdminActionError> {
        self.backend
            .administer(work!(|c, lock| admin_actions::end_session(c, lock, user, session, &action).await))
            .await
    }

    async fn reset_sessions(&self, user: UserId, limit: u32, action: AdminAction) -> Result<Swept, AdminActionError> {
        self.backend
            .administer(work!(|c, lock| admin_actions::reset_sessions(c, lock, user, limit, &action).await))
            .await
    }

    async fn blacklist_by(&self, jtis: Vec<Jti>, action: AdminAction) -> Result<(), AdminActionError> {
        self.backend.administer(work!(|c, lock| blacklisting::blacklist_all(c, lock, &jtis, &action).await)).await
    }
}
