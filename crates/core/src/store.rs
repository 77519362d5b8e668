//! What the core asks of a database: one domain verb a method, one transaction each. Absent is
//! `Option`, refused is a variant, broken is [`StoreError`].

mod administration;
mod examination;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use hallpass_types::EndReason;
use secrecy::SecretString;

use super::{
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    import::{ForeignToken, ForeignUser, Import, ImportMode, Outcome},
    policy::AccountRule,
    revocation::{Followed, Position, RevocationSet},
    rotation::{Refusal, Rule},
    session::{IssuedToken, Origin, Session, SessionEnd},
    sessionless::{Question, Rejection, Verdict},
    token::Token,
    user::{Email, NewUser, StoredCredentials, User, UserIdField, UserKey},
};

pub use administration::{Administration, Deed, Direction, Done, OutstandingToken, TokenQuery, UserQuery};
pub use examination::{Finding, Health};

/// The database did not do what it was asked; nothing of it happened.
#[derive(Debug, thiserror::Error)]
#[error("the database cannot be used: {0}")]
pub struct StoreError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// A session that begins.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// The stored hash that the password was checked against.
    pub password: SecretString,
    /// Its first refresh token.
    pub token: IssuedToken,
    /// Now.
    pub now: Timestamp,
    /// When it ends whatever happens.
    pub ends_at: Timestamp,
    /// When its first access token ends.
    pub access_expires_at: Timestamp,
    /// Where from.
    pub origin: Origin,
    /// Whether to note the sign-in at the user (`UPDATE_LAST_LOGIN`).
    pub update_last_login: bool,
    /// How many sessions the user may have at a time.
    pub max_sessions: u32,
    /// `LEEWAY`, for a session that ends to make room for this one.
    pub leeway: Duration,
}

/// A user's next password.
#[derive(Clone, Debug)]
pub struct NewPassword {
    /// Whose.
    pub user: UserId,
    /// Its hash.
    pub hash: SecretString,
    /// The hash in force that the old password was checked against, if it was asked for.
    pub checked: Option<SecretString>,
    /// The session that goes on.
    pub keep: Option<SessionId>,
}

/// A verified refresh or sliding token, as the database needs to know it.
#[derive(Clone, Debug)]
pub struct PresentedToken {
    /// Its `jti`.
    pub jti: Jti,
    /// Its user, if it names one that can be ours.
    pub user: Option<UserKey>,
    /// Its session and generation; `None` when another issuer with the same key made it.
    pub session: Option<(SessionId, u32)>,
    /// Its `iat`; without one it counts as older than everything.
    pub issued_at: Option<Timestamp>,
    /// Until when it can be renewed: its `exp`, or what a sliding token says.
    pub expires_at: Timestamp,
}

/// A refresh: the token that was presented, and everything the decision may need.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// The token.
    pub token: PresentedToken,
    /// Now.
    pub now: Timestamp,
    /// `REFRESH_REUSE_GRACE`.
    pub grace: Duration,
    /// `LEEWAY`: how long an access token stays acceptable past its `exp`.
    pub leeway: Duration,
    /// The highest generation of its session that this process saw in use.
    pub last_seen_generation: u32,
    /// Where the request came from.
    pub origin: Origin,
    /// When the access token that is about to be made ends.
    pub access_expires_at: Timestamp,
    /// The successor, should there be a rotation. Its `exp` is cut to the session's end.
    pub successor: IssuedToken,
    /// The session for a token that has none, should it need one.
    pub new_session: SessionId,
    /// The end of that session.
    pub new_session_ends_at: Timestamp,
    /// What rotating means.
    pub mode: RotationMode,
    /// Judges the account that the token belongs to.
    pub rule: AccountRule,
    /// How many sessions the user may have at a time, should the token need one.
    pub max_sessions: u32,
}

impl PresentedToken {
    /// Takes what the database needs from a verified token.
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

/// What a rotation does, from `ROTATE_REFRESH_TOKENS` and `BLACKLIST_AFTER_ROTATION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationMode {
    /// Issue a successor and spend the old token.
    RotateAndBlacklist,
    /// Issue a successor; the old token stays good.
    Rotate,
    /// Issue none; the token stays good.
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
    /// The presented token had been spent, and the refresh ended the session.
    Reused {
        /// The session.
        session: Session,
        /// How it ended.
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

/// Whether a verified token is still welcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenStatus {
    /// Nothing is known against it.
    Good,
    /// It was spent or blacklisted, or its session is over.
    Blacklisted,
    /// It names a session that does not exist.
    UnknownSession,
}

/// What blacklisting a refresh token came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blacklisting {
    /// The token was good until now.
    Done,
    /// The token was spent or blacklisted before, or its session had ended. Its session has ended now.
    Already,
    /// The token has no session, and is refused; nothing was written.
    Rejected(Rejection),
}

/// Sessions that have not ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Of this user, or of everybody.
    pub user: Option<UserId>,
    /// Opened before this moment, or whenever.
    pub before: Option<Timestamp>,
    /// All but this one.
    pub keep: Option<SessionId>,
}

/// One batch of ending sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swept {
    /// How many sessions ended.
    pub ended: u64,
    /// Whether none of the selected ones is left.
    pub is_done: bool,
}

/// What one batch of clearing away came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flushed {
    /// How many outstanding tokens went.
    pub tokens: u64,
    /// Whether nothing is left to go.
    pub is_done: bool,
}

/// Ends sessions, and says why.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Why.
    pub reason: EndReason,
    /// Now.
    pub now: Timestamp,
    /// Who asked.
    pub origin: Origin,
    /// How long an access token stays acceptable past its `exp` (`LEEWAY`).
    pub leeway: Duration,
    /// The administrator who did it; none when it was the account's owner or the command line.
    pub actor: Option<UserId>,
}

impl Ending {
    /// How each of the sessions ends.
    pub fn end(&self) -> SessionEnd {
        SessionEnd { reason: self.reason, at: self.now, by: self.origin.device() }
    }
}

/// Creating a user can be refused.
#[derive(Debug, thiserror::Error)]
pub enum CreateUserError {
    /// Another user has the name.
    #[error("A user with that username already exists.")]
    UsernameTaken,
    /// Another user has the e-mail address, by which tokens name their user.
    #[error("A user with that email address already exists.")]
    EmailTaken,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What changing a profile came to.
#[derive(Clone, Debug)]
pub enum ProfileChange {
    /// The user as it is now.
    Done(User),
    /// Another user has the e-mail address, by which tokens name their user.
    EmailTaken,
    /// The user does not exist.
    Gone,
}

/// The database.
#[async_trait]
pub trait Store: Administration + Send + Sync {
    /// Adds a user. The unique name, and where tokens name their user by it the unique e-mail address, decide in the write.
    async fn create_user(&self, user: NewUser) -> Result<User, CreateUserError>;

    /// The user of that name and its password hash.
    async fn find_credentials(&self, username: &str) -> Result<Option<StoredCredentials>, StoreError>;

    /// The user of that number.
    async fn find_user(&self, user: UserId) -> Result<Option<User>, StoreError>;

    /// The user that a token names, and its password hash. Nobody, when the name is empty or fits several.
    async fn find_account(&self, user: &UserKey) -> Result<Option<StoredCredentials>, StoreError>;

    /// Replaces a password hash by a stronger one of the same password; does nothing when it is no
    /// longer the `old` one.
    async fn upgrade_password(&self, user: UserId, old: SecretString, new: SecretString) -> Result<(), StoreError>;

    /// Sets a password and ends the user's sessions, but for the one to keep, in one transaction. `false` when the
    /// password in force is another than the one that was checked.
    async fn set_password(&self, new: NewPassword, ending: Ending) -> Result<bool, StoreError>;

    /// Gives the user another address. Where it stands in tokens for its user, that ends all of the user's
    /// sessions.
    async fn change_profile(
        &self,
        user: UserId,
        email: Email,
        naming: UserIdField,
        ending: Ending,
    ) -> Result<ProfileChange, StoreError>;

    /// Begins a session with its first refresh token; `None` when the user is gone, inactive, or has
    /// another password than the one that was checked.
    async fn open_session(&self, session: NewSession) -> Result<Option<Session>, StoreError>;

    /// The session of that id.
    async fn find_session(&self, session: SessionId) -> Result<Option<Session>, StoreError>;

    /// Decides a refresh with [`rotation::decide`](super::rotation::decide) and carries it out, in one
    /// write transaction: the row count of the compare-and-swap is the verdict.
    async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, StoreError>;

    /// Judges a token without a session.
    async fn judge(&self, question: Question) -> Result<Verdict, StoreError>;

    /// Whether a token is spent, blacklisted, or of a session that is over or does not exist.
    async fn token_status(&self, jti: Jti, session: SessionId) -> Result<TokenStatus, StoreError>;

    /// Blacklists a refresh token and ends its session. A token of another issuer is noted as
    /// blacklisted by itself.
    async fn blacklist(&self, token: PresentedToken, ending: Ending) -> Result<Blacklisting, StoreError>;

    /// Ends one session of the user; `false` when it is unknown, another's, or over already.
    async fn revoke_session(&self, user: UserId, session: SessionId, ending: Ending) -> Result<bool, StoreError>;

    /// Ends up to `limit` of the selected sessions.
    async fn revoke_sessions(&self, selection: Selection, limit: u32, ending: Ending) -> Result<Swept, StoreError>;

    /// Writes down which generations were seen in use.
    async fn note_seen(&self, seen: Vec<(SessionId, u32)>) -> Result<(), StoreError>;

    /// The revoked sessions, in memory. Each commit of this store adds the sessions that its transaction ended,
    /// before it is answered and also when nobody waits for the answer.
    fn revocations(&self) -> Arc<RevocationSet>;

    /// The revocations after a position, which an earlier answer named; the default is before all.
    async fn revocations_after(&self, position: Position) -> Result<Followed, StoreError>;

    /// Comes back when another process may have written revocations. Where nobody can tell, it never does,
    /// and one has to look.
    async fn wait_for_revocations(&self);

    /// Deletes up to `limit` outstanding tokens that expired before a moment, and as many of the sessions
    /// and revocations that nothing needs any more.
    async fn flush_expired(&self, before: Timestamp, limit: u32) -> Result<Flushed, StoreError>;

    /// Records that an import takes place: from now on a token without a session opens only accounts of users who were
    /// imported. A rehearsal records nothing.
    async fn begin_import(&self, import: Import) -> Result<(), StoreError>;

    /// Brings users of another database, each under its number, or brings them up to date: what was
    /// changed here stays ([`Merge`](super::import::Merge)). One outcome each, in their order.
    async fn import_users(&self, users: Vec<ForeignUser>, import: Import) -> Result<Vec<Outcome>, StoreError>;

    /// Brings refresh tokens of another database, by name; one that is blacklisted on either side stays
    /// so. One outcome each, in their order.
    async fn import_tokens(&self, tokens: Vec<ForeignToken>, import: Import) -> Result<Vec<Outcome>, StoreError>;

    /// Gives no new user a number up to this one: tokens of a user who was deleted elsewhere may name it.
    async fn reserve_user_ids(&self, highest: i64, mode: ImportMode) -> Result<(), StoreError>;

    /// Whether the database answers.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Whether the database takes writes: writes something that nobody reads.
    async fn probe_write(&self) -> Result<(), StoreError>;

    /// How many writes wait for the one writer; `None` where there is no such line.
    fn waiting(&self) -> Option<usize> {
        None
    }
}
