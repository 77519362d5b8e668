//! A refresh as the store carries it out, and what it makes of a session.

use std::time::Duration;

use crate::{
    clock::Timestamp,
    id::{SessionId, UserId},
    policy::AccountRule,
    rotation::RotationMode,
    session::{IssuedToken, Origin, Session},
    token::PresentedToken,
};

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

impl Session {
    /// The session after a renewal that issued an access token and kept the refresh token.
    #[must_use]
    pub fn renewed(mut self, refresh: &Refresh) -> Self {
        self.refreshed_at = refresh.now;
        self.access_expires_at = self.access_expires_at.max(refresh.access_expires_at).min(self.ends_at);
        self.last_seen_generation = self.last_seen_generation.max(refresh.last_seen_generation);
        self.origin = refresh.origin.clone();
        self
    }

    /// The session after a rotation. The next refresh token does not outlive the session.
    #[must_use]
    pub fn rotated(self, refresh: &Refresh) -> Self {
        let mut next = self.renewed(refresh);
        next.generation = next.generation.saturating_add(1);
        next.current = refresh.successor.clone();
        next.current.expires_at = next.current.expires_at.min(next.ends_at);
        next
    }

    /// A session of `user` for a refresh token of another issuer that signs with the same key.
    pub fn for_foreign_token(refresh: &Refresh, user: UserId) -> Self {
        let PresentedToken { jti, issued_at, expires_at, .. } = refresh.token.clone();
        let issued_at = issued_at.unwrap_or(Timestamp::EPOCH);
        Self {
            id: refresh.new_session,
            user,
            generation: 0,
            created_at: issued_at.min(refresh.now),
            current: IssuedToken { jti, issued_at, expires_at },
            last_seen_generation: 0,
            refreshed_at: refresh.now,
            ends_at: refresh.new_session_ends_at,
            access_expires_at: refresh.access_expires_at,
            origin: refresh.origin.clone(),
            end: None,
        }
    }
}
