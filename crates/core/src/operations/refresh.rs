//! `refresh`: exchanges a refresh token for the next pair.

use hallpass_types::{EndReason, TokenPair};

use super::issue::SessionKind;
use crate::{
    Auth, Error,
    clock::Timestamp,
    id::SessionId,
    limits::Network,
    observer,
    policy::AccountRule,
    rotation::{Refusal, RotationMode, Rule},
    session::{Origin, Session},
    store::{Refresh, Refreshed, Renewed},
    token::{PresentedToken, Token, TokenError, TokenType},
};

impl Auth {
    /// Exchanges a refresh token. A permitted replay returns the same refresh token; any other use of a spent token
    /// revokes the session (`rotation::decide`).
    ///
    /// # Errors
    /// `Token` if the token is invalid, `Blacklisted` if it was reused or its session has ended,
    /// `NoActiveAccountForToken`, `UserNotFound` if it has no session and its user was not imported, `PasswordChanged`,
    /// `OversizedClaims`, `TooMany`, or `Unavailable`.
    pub async fn refresh(&self, refresh: &str, origin: Origin) -> Result<TokenPair, Error> {
        let from = Network::of(&origin);
        self.refresh_pair(refresh, origin).await.map_err(|refusal| self.limiter.reject_refresh(refusal, from))
    }

    async fn refresh_pair(&self, refresh: &str, origin: Origin) -> Result<TokenPair, Error> {
        let now = self.clock.now();
        let token = self
            .verify_refreshable(refresh, TokenType::Refresh, now)
            .await
            .inspect_err(|error| self.count_rejection(error))?;
        let renewed = self.decide_refresh(self.refresh_request(&token, SessionKind::Pair, now, origin)).await?;
        match renewed.rule {
            Rule::Rotate | Rule::Reissue | Rule::Recover => self.sign_renewed(&token, &renewed, Self::sign_pair).await,
            Rule::Keep => {
                let access = self.sign_renewed(&token, &renewed, Self::sign_access).await?;
                Ok(TokenPair { access, refresh: None })
            }
        }
    }

    /// Verifies a token of this type and counts it against the rate limit.
    pub(super) async fn verify_refreshable(&self, text: &str, kind: TokenType, now: Timestamp) -> Result<Token, Error> {
        self.tokens.learn_key(text, now).await?;
        let token = self.tokens.verify(text, Some(kind), now)?;
        self.check_successor_size(&token, now)?;
        self.limiter.refresh(token.session, &token.jti)?;
        Ok(token)
    }

    /// Decides and carries out a refresh in the store.
    pub(super) async fn decide_refresh(&self, refresh: Refresh) -> Result<Renewed, Error> {
        let answer = self.store.refresh(refresh).await;
        observer::report(&answer, self.observer.as_ref());
        match answer? {
            Refreshed::Renewed(renewed) => Ok(renewed),
            Refreshed::Refused { refusal, session, was_spent } => Err(self.refused(refusal, &session, was_spent)),
            Refreshed::Reused { session, end, .. } => {
                tracing::warn!(session = %session.id, user = %session.user, "refresh token reused: session ended");
                Err(Error::Blacklisted(Some(end)))
            }
            Refreshed::UnknownSession => Err(TokenError::Invalid.into()),
            Refreshed::Rejected(rejection) => Err(rejection.at_refresh()),
        }
    }

    pub(super) fn refresh_request(&self, token: &Token, kind: SessionKind, now: Timestamp, origin: Origin) -> Refresh {
        Refresh {
            token: PresentedToken::of(token),
            now,
            grace: self.settings.refresh_reuse_grace,
            leeway: self.settings.leeway,
            last_seen_generation: token.session.and_then(|session| self.seen.find(session)).unwrap_or(0),
            origin,
            access_expires_at: self.access_expiry(kind, now),
            successor: self.next_token(kind, now),
            new_session: SessionId::random(self.randomness.as_ref()),
            new_session_ends_at: now + self.settings.session_max_lifetime,
            mode: self.rotation_mode(kind),
            rule: self.account_rule(token),
            max_sessions: self.settings.max_sessions_per_user,
        }
    }

    /// The check of the token's account, which the store runs in its transaction.
    pub(super) fn account_rule(&self, token: &Token) -> AccountRule {
        AccountRule {
            policy: self.policy.clone(),
            settings: self.settings.clone(),
            fingerprint: self.tokens.fingerprint(token),
        }
    }

    fn rotation_mode(&self, kind: SessionKind) -> RotationMode {
        match (kind, self.settings.rotate_refresh_tokens, self.settings.blacklist_after_rotation) {
            (SessionKind::Sliding, ..) | (SessionKind::Pair, false, _) => RotationMode::Keep,
            (SessionKind::Pair, true, false) => RotationMode::Rotate,
            (SessionKind::Pair, true, true) => RotationMode::RotateAndBlacklist,
        }
    }

    /// Simple JWT reads the blacklist before the user, so `Blacklisted` comes first for a spent token.
    fn refused(&self, refusal: Refusal, session: &Session, was_spent: bool) -> Error {
        let end = session.end.clone();
        match refusal {
            Refusal::Ended(EndReason::UserDeactivated) | Refusal::NoActiveAccount if !was_spent => {
                Error::NoActiveAccountForToken
            }
            Refusal::Ended(EndReason::PasswordChanged) if !was_spent && self.settings.check_revoke_token => {
                Error::PasswordChanged(end)
            }
            Refusal::PasswordChanged if !was_spent => Error::PasswordChanged(end),
            Refusal::PastEnd if !was_spent => TokenError::Expired.into(),
            Refusal::Ended(_) | Refusal::NoActiveAccount | Refusal::PasswordChanged | Refusal::PastEnd => {
                Error::Blacklisted(end)
            }
        }
    }
}
