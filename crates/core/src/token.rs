//! Tokens: compact JWS (RFC 7515 §7.1) with claims (RFC 7519 §4), signed by a key of our ring and verified by it, or by
//! a key of the issuer that the operator trusts. Time is an argument, and nothing here reads the database: the
//! operations decide whether a valid token is revoked.

mod known;
mod payload;
mod presented;
mod sign;
mod subject;
mod verify;

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

pub use hallpass_verify::{Audience, Claims};
use hallpass_verify::{InvalidDate, Jws, KeysUnavailable, RemoteKeys};
use known::KnownTokens;

pub use super::token_type::TokenType;
use super::{
    clock::Timestamp,
    id::{Jti, SessionId},
    keys::KeyRing,
    settings::{AccessTokenProfile, Settings, SettingsError},
    user::UserKey,
};
pub use presented::PresentedToken;
pub use subject::Subject;
pub use verify::check_claims;

/// The maximum length of an issued token, in bytes. It leaves a kilobyte of a request's head (16 KiB) to the other
/// headers.
pub const MAX_ISSUED_BYTES: usize = 15 * 1024;

/// The reason a text is not a valid token, in the order of the checks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Malformed, badly signed, for another audience, or not yet valid.
    #[error("Token is invalid")]
    Invalid,
    /// The token is past its `exp`.
    #[error("Token is expired")]
    Expired,
    /// The `exp` claim is missing.
    #[error("Token has no 'exp' claim")]
    MissingExpiry,
    /// The `jti` claim is missing.
    #[error("Token has no id")]
    MissingId,
    /// The type claim is missing.
    #[error("Token has no type")]
    MissingType,
    /// The token is valid, but of another type.
    #[error("Token has wrong type")]
    WrongType,
    /// A sliding token has no claim of this name, which holds the end of its renewals.
    #[error("Token has no '{0}' claim")]
    MissingEnd(String),
    /// A sliding token is past the end of its renewals, held by the claim of this name.
    #[error("Token '{0}' claim has expired")]
    PastEnd(String),
}

impl From<InvalidDate> for TokenError {
    fn from(InvalidDate: InvalidDate) -> Self {
        Self::Invalid
    }
}

/// The type claim of a token, as read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A known type.
    Known(TokenType),
    /// An unknown value.
    Unknown,
    /// The claim is missing.
    Missing,
}

impl Kind {
    fn check(self, expected: TokenType) -> Result<(), TokenError> {
        match self {
            Self::Known(found) if found == expected => Ok(()),
            Self::Known(_) | Self::Unknown => Err(TokenError::WrongType),
            Self::Missing => Err(TokenError::MissingType),
        }
    }
}

/// A verified token: its signature and claims are valid.
#[derive(Clone, Debug)]
pub struct Token {
    /// The `jti` claim.
    pub jti: Jti,
    /// The type claim.
    pub kind: Kind,
    /// The user claim, if it can identify a user here.
    pub user: Option<UserKey>,
    /// Whether the user claim exists. One that cannot identify a user here belongs to a user who does not exist.
    pub has_user: bool,
    /// The session. `None` for a token of another issuer that signs with the same key.
    pub session: Option<SessionId>,
    /// The generation of the session when the token was issued.
    pub generation: u32,
    /// The time before which the token is invalid: its `nbf`, and for a token of another issuer its `iat`.
    pub begins_at: Option<Timestamp>,
    /// The `exp` claim.
    pub expires_at: Timestamp,
    /// The `iat` claim.
    pub issued_at: Option<Timestamp>,
    /// All claims, as signed.
    pub claims: Arc<Claims>,
}

impl Token {
    /// Checks the type.
    pub(crate) fn check_type(&self, expected: TokenType) -> Result<(), TokenError> {
        self.kind.check(expected)
    }

    /// The type, if it is known.
    #[must_use]
    pub const fn token_type(&self) -> Option<TokenType> {
        match self.kind {
            Kind::Known(token_type) => Some(token_type),
            Kind::Unknown | Kind::Missing => None,
        }
    }

    /// Checks the times of a token that was verified earlier, as [`Tokens::verify`] does.
    fn check_times(&self, now: Timestamp, leeway: Duration) -> Result<(), TokenError> {
        payload::check_times(self.begins_at, Some(self.expires_at), now, leeway)
    }
}

/// Signs and verifies tokens. The key ring can be replaced at runtime.
pub struct Tokens {
    settings: Arc<Settings>,
    ring: RwLock<Arc<KeyRing>>,
    known: KnownTokens,
    remote: Option<RemoteKeys>,
}

impl Tokens {
    /// Creates the signer from validated settings.
    ///
    /// # Errors
    /// When the key is invalid.
    pub fn new(settings: impl Into<Arc<Settings>>) -> Result<Self, SettingsError> {
        let settings = settings.into();
        let ring = RwLock::new(Arc::new(KeyRing::of(settings.key()?)));
        Ok(Self { settings, ring, known: KnownTokens::default(), remote: None })
    }

    /// Replaces the key ring.
    pub fn replace_keys(&self, ring: KeyRing) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// Accepts tokens of another issuer, verified by the keys that it publishes.
    pub fn accept(&mut self, remote: RemoteKeys) {
        self.remote = Some(remote);
    }

    /// The keys of the other issuer, if one is accepted.
    pub fn remote(&self) -> Option<&RemoteKeys> {
        self.remote.as_ref()
    }

    /// The current key ring.
    pub fn ring(&self) -> Arc<KeyRing> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches the key that a token names, if neither our ring nor the other issuer's known keys have it. No I/O
    /// without another issuer, or for a known key.
    pub(crate) async fn learn_key(&self, text: &str, now: Timestamp) -> Result<(), KeysUnavailable> {
        let Some(remote) = &self.remote else {
            return Ok(());
        };
        match Jws::parse(text).and_then(|jws| jws.header()) {
            Ok(header) if !header.kid.as_deref().is_some_and(|id| self.ring().has(id)) => {
                remote.learn(&header, now).await
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

    fn is_profiled(&self, token_type: TokenType) -> bool {
        token_type == TokenType::Access
            && matches!(self.settings.access_token_profile, AccessTokenProfile::Rfc9068 { .. })
    }
}

#[cfg(test)]
mod tests;
