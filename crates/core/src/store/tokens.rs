//! Outstanding refresh tokens, stored by `jti` and never as text.

use async_trait::async_trait;
use hallpass_types::{Listing, TokenRecord};

use super::{Ending, Refresh, Refreshed, StoreError};
use crate::{
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    paging::PageRequest,
    sessionless::{Check, Rejection, Verdict},
    token::PresentedToken,
};

/// The status of a verified token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenStatus {
    /// Neither blacklisted nor of a revoked session.
    Good,
    /// Blacklisted, or its session has ended.
    Blacklisted,
    /// The token names a session that does not exist.
    UnknownSession,
}

/// The result of blacklisting a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blacklisting {
    /// The token was valid until now.
    Done,
    /// The token was spent or blacklisted before, or its session had ended. The session is revoked now.
    Already,
    /// The token has no session and is rejected. Nothing was written.
    Rejected(Rejection),
}

/// A query for outstanding tokens. A token must match every condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenQuery {
    /// Only tokens of this user.
    pub user: Option<UserId>,
    /// Only tokens of this session.
    pub session: Option<SessionId>,
    /// Whether the token is blacklisted.
    pub is_blacklisted: Option<bool>,
    /// Whether the token has expired.
    pub is_expired: Option<bool>,
}

/// The store of refresh tokens.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// Decides a refresh with [`rotation::decide`](crate::rotation::decide) and applies it in one write transaction. The
    /// row count of a compare-and-swap confirms that nothing changed in between.
    async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, StoreError>;

    /// Decides whether a token without a session is accepted.
    async fn decide_sessionless(&self, check: Check) -> Result<Verdict, StoreError>;

    /// Looks up whether a token is blacklisted or its session has ended.
    async fn token_status(&self, jti: Jti, session: SessionId) -> Result<TokenStatus, StoreError>;

    /// Blacklists a refresh token and revokes its session. A token of another issuer has no session and is only
    /// blacklisted.
    async fn blacklist(&self, token: PresentedToken, ending: Ending) -> Result<Blacklisting, StoreError>;

    /// Finds an outstanding token by `jti`.
    async fn find_token(&self, jti: Jti) -> Result<Option<TokenRecord>, StoreError>;

    /// Lists a page of outstanding tokens, the most recently issued first. `None` if the page does not exist.
    async fn list_tokens(
        &self,
        query: TokenQuery,
        now: Timestamp,
        page: PageRequest,
    ) -> Result<Option<Listing<TokenRecord>>, StoreError>;
}
