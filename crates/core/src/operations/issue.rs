//! Issues tokens: their ids, lifetimes and signatures. The session row stores every input of the refresh
//! token's signature, so that the same token can be issued again, byte for byte.

use std::time::Duration;

use hallpass_types::{Secret, SlidingToken, TokenPair};

use crate::{
    Auth, Error,
    clock::Timestamp,
    id::Jti,
    session::{IssuedToken, Session},
    token::{MAX_ISSUED_BYTES, Subject, TokenType},
};

/// The kind of tokens that a session issues.
#[derive(Clone, Copy)]
pub(super) enum SessionKind {
    /// An access token and a refresh token.
    Pair,
    /// One sliding token.
    Sliding,
}

impl Auth {
    /// Generates the `jti` and the times of the session's next refresh or sliding token.
    pub(super) fn next_token(&self, kind: SessionKind, issued_at: Timestamp) -> IssuedToken {
        let lifetime = match kind {
            SessionKind::Pair => self.settings.refresh_token_lifetime,
            SessionKind::Sliding => self.settings.sliding_token_refresh_lifetime,
        };
        let expires_at = issued_at + lifetime.min(self.settings.session_max_lifetime);
        IssuedToken { jti: Jti::random(self.randomness.as_ref()), issued_at, expires_at }
    }

    /// The expiry of an access or sliding token. The lifetime of an access token is shortened by up to 5 %, at random, so
    /// that clients which signed in together do not refresh together.
    pub(super) fn access_expiry(&self, kind: SessionKind, now: Timestamp) -> Timestamp {
        let now = Timestamp::from_seconds(now.seconds());
        let lifetime = self.settings.access_token_lifetime;
        match kind {
            SessionKind::Sliding => now + self.settings.sliding_token_lifetime,
            SessionKind::Pair => {
                let jitter = self.randomness.duration_below(lifetime / 20);
                now + lifetime - Duration::from_secs(jitter.as_secs())
            }
        }
    }

    /// Signs the pair of the session's current generation. The refresh token is the same each time.
    pub(super) fn sign_pair(&self, subject: &Subject, session: &Session) -> Result<TokenPair, Error> {
        let refresh = self.sign(subject, TokenType::Refresh, &session.current)?;
        Ok(TokenPair { access: self.sign_access(subject, session)?, refresh: Some(refresh) })
    }

    /// Signs an access token with the expiry in the session row, limited to the lifetime of an access token in case the
    /// clock was set back.
    pub(super) fn sign_access(&self, subject: &Subject, session: &Session) -> Result<Secret, Error> {
        let issued_at = session.refreshed_at;
        let latest = Timestamp::from_seconds(issued_at.seconds()) + self.settings.access_token_lifetime;
        let expires_at = session.access_expires_at.min(latest);
        let token = IssuedToken { jti: Jti::random(self.randomness.as_ref()), issued_at, expires_at };
        self.sign(subject, TokenType::Access, &token)
    }

    /// Signs the session's sliding token. It keeps its `jti` through every renewal.
    pub(super) fn sign_sliding(&self, subject: &Subject, session: &Session) -> Result<SlidingToken, Error> {
        let issued_at = session.refreshed_at;
        let expires_at = session.access_expires_at.min(self.access_expiry(SessionKind::Sliding, issued_at));
        let token = IssuedToken { jti: session.current.jti.clone(), issued_at, expires_at };
        Ok(SlidingToken { token: self.sign(subject, TokenType::Sliding, &token)? })
    }

    fn sign(&self, subject: &Subject, token_type: TokenType, token: &IssuedToken) -> Result<Secret, Error> {
        let text = self.tokens.sign(subject, token_type, token);
        if text.len() <= MAX_ISSUED_BYTES { Ok(Secret::from(text)) } else { Err(Error::OversizedClaims) }
    }
}
