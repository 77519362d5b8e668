//! `obtain_sliding`, `refresh_sliding`: a token that authenticates requests and can be renewed. A renewal keeps the
//! `jti`, the session and the end of the renewals. A stolen sliding token cannot be detected, so it works until that
//! end, or until the session ends.

use hallpass_types::{Credentials, SlidingToken};

use super::issue::SessionKind;
use crate::{
    Auth, Error,
    clock::Timestamp,
    limits::Network,
    session::Origin,
    store::Refresh,
    token::{PresentedToken, Token, TokenType},
};

impl Auth {
    /// Signs in for a sliding token, as [`obtain_pair`](Self::obtain_pair) does for a pair.
    ///
    /// # Errors
    /// `NoActiveAccount`, `TooMany`, or `Unavailable`.
    pub async fn obtain_sliding(&self, credentials: &Credentials, origin: Origin) -> Result<SlidingToken, Error> {
        let (session, mut subject) = self.sign_in(credentials, origin, SessionKind::Sliding).await?;
        let claim = self.settings.sliding_token_refresh_exp_claim.clone();
        subject.custom.insert(claim, &session.current.expires_at.seconds().into());
        self.sign_sliding(&subject, &session)
    }

    /// Renews a sliding token with a later `exp`.
    ///
    /// # Errors
    /// `Token` for an invalid one or one past the end of its renewals, `Blacklisted` when its session ended,
    /// `NoActiveAccountForToken`, `PasswordChanged`, `TooMany`, or `Unavailable`.
    pub async fn refresh_sliding(&self, token: &str, origin: Origin) -> Result<SlidingToken, Error> {
        let from = Network::of(&origin);
        self.try_refresh_sliding(token, origin).await.map_err(|refusal| self.limiter.reject_refresh(refusal, from))
    }

    async fn try_refresh_sliding(&self, token: &str, origin: Origin) -> Result<SlidingToken, Error> {
        let now = self.clock.now();
        let (token, end) = self.verify_sliding(token, now).await.inspect_err(|error| self.count_rejection(error))?;
        let request = self.refresh_request(&token, SessionKind::Sliding, now, origin);
        let presented = PresentedToken { expires_at: end, ..request.token };
        let renewed = self.decide_refresh(Refresh { token: presented, ..request }).await?;
        self.sign_renewed(&token, &renewed, Self::sign_sliding).await
    }

    /// Verifies a sliding token; returns it with the end of its renewals.
    async fn verify_sliding(&self, text: &str, now: Timestamp) -> Result<(Token, Timestamp), Error> {
        let token = self.verify_refreshable(text, TokenType::Sliding, now).await?;
        match self.tokens.sliding_end(&token, now) {
            Ok(end) => Ok((token, end)),
            // Simple JWT reads the blacklist before it checks the end, so `Blacklisted` comes first.
            Err(error) => Err(self.check_good(&token).await.err().unwrap_or_else(|| error.into())),
        }
    }
}
