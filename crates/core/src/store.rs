//! The store traits: what the core requires of a database, by subject. Each method is one operation and one
//! transaction. A missing row is `Option`, a rejected operation is a variant, a failure is [`StoreError`].

mod administration;
mod events;
mod examination;
mod imports;
mod maintenance;
mod refresh;
mod sessions;
mod tokens;
mod users;

use super::{
    administration::Denial,
    rotation::{Refusal, Rule},
    session::{Session, SessionEnd},
    sessionless::Rejection,
    user::StoredCredentials,
};

pub use administration::{AdminAction, Administration};
pub use events::Events;
pub use examination::{Finding, Health};
pub use imports::Imports;
pub use maintenance::Maintenance;
pub use refresh::Refresh;
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
