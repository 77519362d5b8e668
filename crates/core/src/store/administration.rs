//! Admin actions. Each transaction reads the acting administrator again, asks
//! [`administration`](crate::administration) for permission, and records a security event. A denied action writes nothing.

use std::time::Duration;

use async_trait::async_trait;
use hallpass_types::EndReason;
use secrecy::SecretString;

use super::{Ending, Progress, WriteError};
use crate::{
    administration::Change,
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    session::Origin,
    user::{NewUser, User, UserIdField},
};

/// The administrator, the time and the origin of an admin action.
#[derive(Clone, Debug)]
pub struct AdminAction {
    /// The administrator.
    pub actor: UserId,
    /// Time of the request.
    pub now: Timestamp,
    /// The administrator's client.
    pub origin: Origin,
    /// The time for which an access token is accepted past its `exp` (`LEEWAY`).
    pub leeway: Duration,
    /// The field by which tokens name their user (`USER_ID_FIELD`).
    pub user_id_field: UserIdField,
}

impl AdminAction {
    /// The ending of sessions that the action revokes.
    pub fn ending(&self, reason: EndReason) -> Ending {
        Ending { actor: Some(self.actor), ..Ending::new(reason, self.now, &self.origin, self.leeway) }
    }
}

/// The store of admin actions.
#[async_trait]
pub trait Administration: Send + Sync {
    /// Adds a user.
    async fn create_user_by(&self, user: NewUser, action: AdminAction) -> Result<User, WriteError>;

    /// Makes the same change to each of these users, or to none. The ids are distinct. Deactivation revokes all sessions of
    /// the users in the same transaction.
    async fn change_users(
        &self,
        users: Vec<UserId>,
        change: Change,
        action: AdminAction,
    ) -> Result<Vec<User>, WriteError>;

    /// Sets a password and revokes all of the user's sessions.
    async fn set_password_by(
        &self,
        user: UserId,
        password: SecretString,
        action: AdminAction,
    ) -> Result<(), WriteError>;

    /// Revokes one open session of the user.
    async fn revoke_session_by(&self, user: UserId, session: SessionId, action: AdminAction) -> Result<(), WriteError>;

    /// Records that all of the user's sessions are revoked, and revokes up to `limit` of them.
    async fn reset_sessions(&self, user: UserId, limit: u32, action: AdminAction) -> Result<Progress, WriteError>;

    /// Blacklists each of these tokens and revokes its session, also if it was spent before; or none of them.
    async fn blacklist_by(&self, jtis: Vec<Jti>, action: AdminAction) -> Result<(), WriteError>;
}
