//! Sessions: opened, listed, and revoked.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use hallpass_types::{EndReason, Listing};
use secrecy::SecretString;

use super::{Progress, StoreError};
use crate::{
    clock::Timestamp,
    id::{SessionId, UserId},
    paging::PageRequest,
    revocation::{Followed, Position, RevocationSet},
    session::{Origin, Session, SessionEnd},
};

/// A session to open.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The session.
    pub session: Session,
    /// The stored hash that the password was checked against.
    pub password: SecretString,
    /// Whether to store the time as the user's last sign-in (`UPDATE_LAST_LOGIN`).
    pub update_last_login: bool,
    /// The maximum number of sessions of the user.
    pub max_sessions: u32,
    /// `LEEWAY`, for sessions that are revoked to stay within the maximum.
    pub leeway: Duration,
}

/// A selection of open sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only sessions of this user.
    pub user: Option<UserId>,
    /// Only sessions opened before this time.
    pub before: Option<Timestamp>,
    /// A session to leave out.
    pub keep: Option<SessionId>,
}

/// The reason, time and author of a revocation of sessions.
#[derive(Clone, Debug)]
pub struct Ending {
    /// The reason.
    pub reason: EndReason,
    /// Time of the revocation.
    pub now: Timestamp,
    /// The client that revoked them.
    pub origin: Origin,
    /// The time for which an access token is accepted past its `exp` (`LEEWAY`).
    pub leeway: Duration,
    /// The administrator who revoked them. `None` for the account's owner and the command line.
    pub actor: Option<UserId>,
}

impl Ending {
    /// A revocation by the account's owner or from the command line.
    pub fn new(reason: EndReason, now: Timestamp, origin: &Origin, leeway: Duration) -> Self {
        Self { reason, now, origin: origin.clone(), leeway, actor: None }
    }

    /// The end to record for each session.
    pub fn end(&self) -> SessionEnd {
        SessionEnd { reason: self.reason, at: self.now, by: self.origin.device() }
    }
}

/// The store of sessions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Opens a session with its first refresh token. `None` if the user does not exist, is inactive, or no longer has the
    /// password that was checked.
    async fn open_session(&self, session: NewSession) -> Result<Option<Session>, StoreError>;

    /// Finds a session by id.
    async fn find_session(&self, session: SessionId) -> Result<Option<Session>, StoreError>;

    /// Lists a page of the user's open sessions, the most recently renewed first. `None` if the page does not exist.
    async fn list_sessions_of(
        &self,
        user: UserId,
        now: Timestamp,
        page: PageRequest,
    ) -> Result<Option<Listing<Session>>, StoreError>;

    /// Revokes one session of the user. Returns `false` if it does not exist, belongs to another user, or has ended.
    async fn revoke_session(&self, user: UserId, session: SessionId, ending: Ending) -> Result<bool, StoreError>;

    /// Revokes up to `limit` of the selected sessions.
    async fn revoke_sessions(&self, selection: Selection, limit: u32, ending: Ending) -> Result<Progress, StoreError>;

    /// Records the highest generation of each session whose access token was used.
    async fn note_seen(&self, seen: Vec<(SessionId, u32)>) -> Result<(), StoreError>;

    /// The revoked sessions, in memory. Each commit of this store adds the sessions it revoked before it is
    /// acknowledged, also when the caller no longer waits.
    fn revocations(&self) -> Arc<RevocationSet>;

    /// Reads the revocations after a position that an earlier call returned. The default position is before all of them.
    async fn revocations_after(&self, position: Position) -> Result<Followed, StoreError>;

    /// Waits until another process may have revoked sessions. Never resolves where the database cannot notify; callers
    /// poll as well.
    async fn wait_for_revocations(&self);
}
