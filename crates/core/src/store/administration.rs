//! What administration asks of a database. A deed looks at its doer inside its own transaction
//! ([`administration`](crate::administration)), and its security event is part of it.

use async_trait::async_trait;
use hallpass_types::{BlacklistReason, EndReason, UserOrdering};
use secrecy::SecretString;

use super::{Ending, StoreError, Swept};
use crate::{
    administration::{Change, Denial},
    clock::Timestamp,
    event::{Event, EventQuery},
    failures::FailedSignIns,
    id::{Jti, SessionId, UserId},
    paging::{Listed, PageRequest},
    search::SearchWords,
    session::{Origin, Session},
    user::{NewUser, User, UserIdField},
};

/// An administrator's deed: who, when, from where.
#[derive(Clone, Debug)]
pub struct Deed {
    /// Who.
    pub actor: UserId,
    /// Now.
    pub now: Timestamp,
    /// From where.
    pub origin: Origin,
    /// How long an access token stays acceptable past its `exp` (`LEEWAY`).
    pub leeway: std::time::Duration,
    /// What of a user stands in its tokens (`USER_ID_FIELD`).
    pub naming: UserIdField,
}

impl Deed {
    /// The end that it puts to sessions.
    pub fn ending(&self, reason: EndReason) -> Ending {
        Ending { reason, now: self.now, origin: self.origin.clone(), leeway: self.leeway, actor: Some(self.actor) }
    }
}

/// A deed can be denied, which changes nothing, or the database can fail.
pub type Done<T> = Result<Result<T, Denial>, StoreError>;

/// Which users are asked for: all that meet every condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserQuery {
    /// Each of these stands in the name or the address, in either case of A to Z.
    pub words: SearchWords,
    /// Whether they may be used.
    pub is_active: Option<bool>,
    /// Whether they may enter the administration.
    pub is_staff: Option<bool>,
    /// By what they are ordered.
    pub order: UserOrdering,
    /// Which way.
    pub direction: Direction,
}

/// Which way a list runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The least first.
    Ascending,
    /// The greatest first.
    Descending,
}

/// A refresh token that was issued or presented.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutstandingToken {
    /// Its `jti`.
    pub jti: Jti,
    /// Whose, if it names somebody.
    pub user: Option<UserId>,
    /// That user's name, while there is one.
    pub username: Option<String>,
    /// Its session.
    pub session: Option<SessionId>,
    /// The session's generation when it was issued.
    pub generation: u32,
    /// Its `iat`.
    pub created_at: Timestamp,
    /// Its `exp`.
    pub expires_at: Timestamp,
    /// When and why it was spent or taken back.
    pub blacklisted: Option<(Timestamp, BlacklistReason)>,
}

/// Which tokens are asked for: all that meet every condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenQuery {
    /// Of this user.
    pub user: Option<UserId>,
    /// Of this session.
    pub session: Option<SessionId>,
    /// Whether they are blacklisted.
    pub is_blacklisted: Option<bool>,
    /// Whether they have expired.
    pub is_expired: Option<bool>,
    /// Now.
    pub now: Timestamp,
}

/// What administration asks of the database. A page that does not exist is `None`.
#[async_trait]
pub trait Administration: Send + Sync {
    /// A page of users.
    async fn list_users(&self, query: UserQuery, page: PageRequest) -> Result<Option<Listed<User>>, StoreError>;

    /// Adds a user.
    async fn create_user_by(&self, user: NewUser, deed: Deed) -> Done<User>;

    /// Changes a user. Deactivating ends all of the user's sessions in the same step.
    async fn change_user(&self, user: UserId, change: Change, deed: Deed) -> Done<User>;

    /// The same change of each of these users, or of none. Each is named once.
    async fn change_users(&self, users: Vec<UserId>, change: Change, deed: Deed) -> Done<Vec<User>>;

    /// Sets a password and ends all of the user's sessions.
    async fn set_password_by(&self, user: UserId, password: SecretString, deed: Deed) -> Done<()>;

    /// A page of the user's living sessions, the one last renewed first.
    async fn list_sessions_of(
        &self,
        user: UserId,
        now: Timestamp,
        page: PageRequest,
    ) -> Result<Option<Listed<Session>>, StoreError>;

    /// Ends one living session of the user.
    async fn end_session_by(&self, user: UserId, session: SessionId, deed: Deed) -> Done<()>;

    /// Records that all sessions of the user end, and ends up to `limit` of them.
    async fn reset_sessions(&self, user: UserId, limit: u32, deed: Deed) -> Done<Swept>;

    /// A page of outstanding tokens, the one issued last first.
    async fn list_tokens(
        &self,
        query: TokenQuery,
        page: PageRequest,
    ) -> Result<Option<Listed<OutstandingToken>>, StoreError>;

    /// The outstanding token of that name.
    async fn find_token(&self, jti: Jti) -> Result<Option<OutstandingToken>, StoreError>;

    /// Blacklists each of these tokens and ends its session, also when it was spent before; or none.
    async fn blacklist_by(&self, jtis: Vec<Jti>, deed: Deed) -> Done<()>;

    /// A page of security events, the last one first.
    async fn list_events(&self, query: EventQuery, page: PageRequest) -> Result<Option<Listed<Event>>, StoreError>;

    /// Writes refused sign-ins down: those of one account and hour become one event.
    async fn note_failed_sign_ins(&self, failed: Vec<FailedSignIns>) -> Result<(), StoreError>;

    /// Deletes up to `limit` security events from before a moment. Answers how many.
    async fn flush_events(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError>;
}
