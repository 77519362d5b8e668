//! `refresh`: a refresh token for the next pair.

use crate::{
    auth::{
        Auth, Error,
        clock::Timestamp,
        id::SessionId,
        rotation::Refusal,
        session::{Origin, Session},
        store::{PresentedToken, Refresh, Refreshed, RotationMode},
        token::{Subject, Token, TokenFault, TokenType},
    },
    wire::{EndReason, TokenPair},
};

impl Auth {
    /// Renews a pair. An honest replay is answered with the very same successor; a spent token that
    /// comes back otherwise ends the session (`rotation::decide`).
    ///
    /// # Errors
    /// `Token` for a bad one, `Blacklisted` when it is spent or its session over,
    /// `NoActiveAccountForToken`, or `Unavailable`.
    pub async fn refresh(&self, refresh: &str, origin: Origin) -> Result<TokenPair, Error> {
        let now = self.clock.now();
        self.tokens.learn_key(refresh, now).await;
        let token = self.tokens.verify(refresh, Some(TokenType::Refresh), now)?;
        match self.store.refresh(self.refresh_request(&token, now, origin)).await? {
            Refreshed::Current(session) => Ok(self.sign_pair(&self.successor_subject(&token, &session), &session)),
            Refreshed::Kept(session) => {
                let access = self.sign_access(&self.successor_subject(&token, &session), &session);
                Ok(TokenPair { access, refresh: None })
            }
            Refreshed::Refused { refusal, session, was_spent } => Err(refused(refusal, &session, was_spent)),
            Refreshed::Reused { session, revocation } => {
                tracing::warn!(session = %session.id, user = %session.user, "a spent refresh token came back: the session was ended");
                let end = revocation.end.clone();
                self.revocations.insert_all([revocation]);
                Err(Error::Blacklisted(Some(end)))
            }
            Refreshed::Blacklisted => Err(Error::Blacklisted(None)),
            Refreshed::UnknownSession => Err(TokenFault::Invalid.into()),
            Refreshed::NoActiveAccount => Err(Error::NoActiveAccountForToken),
        }
    }

    fn refresh_request(&self, token: &Token, now: Timestamp, origin: Origin) -> Refresh {
        Refresh {
            token: presented(token, now),
            now,
            grace: self.settings.refresh_reuse_grace,
            leeway: self.settings.leeway,
            last_seen_generation: token.session.and_then(|session| self.seen.find(session)).unwrap_or(0),
            origin,
            access_expires_at: self.access_expiry(now),
            successor: self.next_refresh_token(now),
            adopted: SessionId::random(self.randomness.as_ref()),
            adopted_ends_at: now + self.settings.session_max_lifetime,
            mode: self.rotation_mode(),
        }
    }

    /// When an access token made now ends. Up to a twentieth is taken off at random, so that clients
    /// which signed in together do not all come back together.
    pub(super) fn access_expiry(&self, now: Timestamp) -> Timestamp {
        let lifetime = self.settings.access_token_lifetime;
        let jitter = self.randomness.duration_below(lifetime / 20);
        Timestamp::from_seconds(now.seconds()) + lifetime - std::time::Duration::from_secs(jitter.as_secs())
    }

    fn rotation_mode(&self) -> RotationMode {
        match (self.settings.rotate_refresh_tokens, self.settings.blacklist_after_rotation) {
            (false, _) => RotationMode::Keep,
            (true, false) => RotationMode::Rotate,
            (true, true) => RotationMode::RotateAndBlacklist,
        }
    }

    fn successor_subject(&self, token: &Token, session: &Session) -> Subject {
        self.tokens.subject_of(token, session.user, session.id, session.generation)
    }
}

/// A verified refresh token, as the store needs to know it.
pub(super) fn presented(token: &Token, now: Timestamp) -> PresentedToken {
    PresentedToken {
        jti: token.jti.clone(),
        user: token.user,
        lineage: token.session.map(|session| (session, token.generation)),
        issued_at: token.issued_at.unwrap_or(now),
        expires_at: token.expires_at,
    }
}

/// Simple JWT looks at the blacklist before it looks at the user, and so does the answer.
fn refused(refusal: Refusal, session: &Session, was_spent: bool) -> Error {
    match refusal {
        Refusal::Ended(EndReason::UserDeactivated) | Refusal::NoActiveAccount if !was_spent => {
            Error::NoActiveAccountForToken
        }
        Refusal::PastEnd if !was_spent => TokenFault::Expired.into(),
        Refusal::Ended(_) | Refusal::NoActiveAccount | Refusal::PastEnd => Error::Blacklisted(session.end.clone()),
    }
}
