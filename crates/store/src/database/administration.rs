//! The store of admin actions.

use async_trait::async_trait;
use hallpass_core::{
    administration::Change,
    id::{Jti, SessionId, UserId},
    store::{AdminAction, Administration, Progress, WriteError},
    user::{NewUser, User},
};
use secrecy::SecretString;

use super::Database;
use crate::{
    tables::{admin_actions, blacklisting},
    work::work,
};

#[async_trait]
impl Administration for Database {
    async fn create_user_by(&self, user: NewUser, action: AdminAction) -> Result<User, WriteError> {
        self.decide_globally(work!(|c, lock| admin_actions::create_user(c, lock, &user, &action))).await
    }

    async fn change_users(
        &self,
        users: Vec<UserId>,
        change: Change,
        action: AdminAction,
    ) -> Result<Vec<User>, WriteError> {
        self.decide_globally(work!(|c, lock| admin_actions::change_users(c, lock, &users, &change, &action))).await
    }

    async fn set_password_by(
        &self,
        user: UserId,
        password: SecretString,
        action: AdminAction,
    ) -> Result<(), WriteError> {
        self.decide_globally(work!(|c, lock| admin_actions::set_password(c, lock, user, &password, &action))).await
    }

    async fn revoke_session_by(&self, user: UserId, session: SessionId, action: AdminAction) -> Result<(), WriteError> {
        self.decide_globally(work!(|c, lock| admin_actions::revoke_session(c, lock, user, session, &action))).await
    }

    async fn reset_sessions(&self, user: UserId, limit: u32, action: AdminAction) -> Result<Progress, WriteError> {
        self.decide_globally(work!(|c, lock| admin_actions::reset_sessions(c, lock, user, limit, &action))).await
    }

    async fn blacklist_by(&self, jtis: Vec<Jti>, action: AdminAction) -> Result<(), WriteError> {
        self.decide_globally(work!(|c, lock| blacklisting::blacklist_all(c, lock, &jtis, &action))).await
    }
}
