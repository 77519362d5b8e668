//! The store traits: what the core requires of a database, by subject. Each method is one operation and one
//! transaction. A missing row is `Option`, a rejected operation is a variant, a failure is [`StoreError`].

mod administration;
mod events;
mod examination;
mod imports;
mod maintenance;
mod sessions;
mod tokens;
mod users;

use std::time::Duration;

use super::{
    administration::Denial,
    clock::Timestamp,
    id::{Jti, SessionId},
    policy::AccountRule,
    rotation::{Refusal, Rule},
    session::{IssuedToken, Origin, Session, SessionEnd},
    sessionless::Rejection,
    token::Token,
    user::{StoredCredentials, UserKey},
};

pub use administration::{AdminAction, Administration};
pub use events::Events;
pub use examination::{Finding, Health};
pub use imports::Imports;
pub use maintenance::Maintenance;
pub use sessions::{Ending, NewSession, Selection, Sessions};
pub use tokens::{Blacklisting, TokenQuery, TokenStatus, Tokens};
pub use users::{Direction, NewPassword, UserQuery, Users};

/// A database that implements every store trait.
pub trait Store: Users + Sessions + Tokens + Events + Administration + Imports + Maintenance {}

impl<T: Users + Sessions + Tokens + Events + Administration + Imports + Maintenance> Store for T {}

/// An operation failed, and nothing of it was written.
#[derive(Debug, thiserror::Error)]
#[error("the database cannot be used: {0}")]
pub struct StoreError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// The reason a write was not carried out. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A rule of [`administration`](crate::administration) rejects it.
    #[error("the write is denied: {0:?}")]
    Denied(Denial),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Denial> for WriteError {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

/// The result of one batch of a long piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The number of rows that the batch deleted or updated.
    pub count: u64,
    /// Whether no row is left.
    pub is_done: bool,
}

/// A verified refresh or sliding token, as the database needs to know it.
#[derive(Clone, Debug)]
pub struct PresentedToken {
    /// Its `jti`.
    pub jti: Jti,
    /// Its user, if it names one that can be ours.
    pub user: Option<UserKey>,
    /// Its session and generation; `None` when another issuer with the same key issued it.
    pub session: Option<(SessionId, u32)>,
    /// Its `iat`. A token without one counts as older than every revocation.
    pub issued_at: Option<Timestamp>,
    /// Time until which it can be renewed: its `exp`, or the `refresh_exp` of a sliding token.
    pub expires_at: Timestamp,
}

/// A refresh: the token that was presented, and everything the decision may need.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// The token.
    pub token: PresentedToken,
    /// Time of the request.
    pub now: Timestamp,
    /// `REFRESH_REUSE_GRACE`.
    pub grace: Duration,
    /// `LEEWAY`: how long an access token stays acceptable past its `exp`.
    pub leeway: Duration,
    /// The highest generation of its session that this process saw in use.
    pub last_seen_generation: u32,
    /// The origin of the request.
    pub origin: Origin,
    /// Expiry of the access token that is about to be issued.
    pub access_expires_at: Timestamp,
    /// The successor, for a rotation. Its `exp` is limited to the session's end.
    pub successor: IssuedToken,
    /// The id of the session that is opened for a token without one.
    pub new_session: SessionId,
    /// The latest end of that session.
    pub new_session_ends_at: Timestamp,
    /// The effect of a rotation.
    pub mode: RotationMode,
    /// Judges the account that the token belongs to.
    pub rule: AccountRule,
    /// The maximum number of sessions of the user, if one is opened for the token.
    pub max_sessions: u32,
}

impl PresentedToken {
    /// Copies the claims that the database needs from a verified token.
    pub fn of(token: &Token) -> Self {
        Self {
            jti: token.jti.clone(),
            user: token.user.clone(),
            session: token.session.map(|session| (session, token.generation)),
            issued_at: token.issued_at,
            expires_at: token.expires_at,
        }
    }
}

/// The effect of a rotation, from `ROTATE_REFRESH_TOKENS` and `BLACKLIST_AFTER_ROTATION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationMode {
    /// Issue a successor and spend the old token.
    RotateAndBlacklist,
    /// Issue a successor; the old token stays valid.
    Rotate,
    /// Issue no successor; the token stays valid.
    Keep,
}

/// The result of a refresh, with the session as the refresh left it.
#[derive(Clone, Debug)]
pub enum Refreshed {
    /// The session was renewed; the rule says which tokens are issued.
    Renewed(Renewed),
    /// The session is over.
    Refused {
        /// The reason.
        refusal: Refusal,
        /// The session.
        session: Session,
        /// Whether the presented token was spent before the session ended.
        was_spent: bool,
    },
    /// The presented token had been spent, and the refresh revoked the session.
    Reused {
        /// The session.
        session: Session,
        /// The end of the session.
        end: SessionEnd,
        /// The generation of the presented token.
        presented: u32,
    },
    /// The token names a session that does not exist.
    UnknownSession,
    /// The token has no session and is rejected.
    Rejected(Rejection),
}

/// A renewed session.
#[derive(Clone, Debug)]
pub struct Renewed {
    /// The session.
    pub session: Session,
    /// The account of its user, as the transaction read it.
    pub account: StoredCredentials,
    /// The rule that was applied.
    pub rule: Rule,
    /// Whether the refresh opened the session, for a token of another issuer.
    pub is_new_session: bool,
}
