//! `obtain_sliding`, `refresh_sliding`: one token that opens protected endpoints and buys itself more
//! time. Its renewals keep one line: the same `jti`, the same session, the same end. A stolen one cannot
//! be told from the owner's, so it lives until that end, or until the session is ended.

use hallpass_types::{Credentials, SlidingToken};

use super::obtain::FirstToken;
use crate::{
    Auth, Error,
    clock::Timestamp,
    id::Jti,
    limits::Network,
    session::{CurrentToken, Origin, Session},
    store::{PresentedToken, Refresh, RotationMode},
    token::{Stamp, Subject, Token, TokenFault, TokenType},
};

impl Auth {
    /// Signs in for a sliding token, as [`obtain_pair`](Self::obtain_pair) does for a pair.
    ///
    /// # Errors
    /// `NoActiveAccount`, `TooMany`, or `Unavailable`.
    pub async fn obtain_sliding(&self, credentials: &Credentials, origin: Origin) -> Result<SlidingToken, Error> {
        let (session, mut subject) = self.sign_in(credentials, origin, Self::first_sliding).await?;
        let claim = self.settings.sliding_token_refresh_exp_claim.clone();
        subject.custom.insert(claim, &session.current.expires_at.seconds().into());
        self.sign_sliding(&subject, &session)
    }

    fn first_sliding(&self) -> FirstToken {
        let now = self.clock.now();
        FirstToken { token: self.next_sliding_token(now), access_expires_at: self.sliding_expiry(now) }
    }

    /// Renews a sliding token: the same one, good for longer.
    ///
    /// # Errors
    /// `Token` for a bad one or one past the time until which it could be renewed, `Blacklisted` when its
    /// session is over, `NoActiveAccountForToken`, `PasswordChanged`, `TooMany`, or `Unavailable`.
    pub async fn refresh_sliding(&self, token: &str, origin: Origin) -> Result<SlidingToken, Error> {
        let from = Network::of(&origin);
        self.renew_sliding(token, origin).await.map_err(|refusal| self.limiter.refuse(refusal, from))
    }

    async fn renew_sliding(&self, token: &str, origin: Origin) -> Result<SlidingToken, Error> {
        let now = self.clock.now();
        let (token, end) = self.renewable_until(token, now).await.inspect_err(|error| self.tell_refusal(error))?;
        let request = Refresh {
            token: PresentedToken { expires_at: end, ..PresentedToken::of(&token) },
            access_expires_at: self.sliding_expiry(now),
            mode: RotationMode::Keep,
            ..self.refresh_request(&token, now, origin)
        };
        let renewed = self.renew(request).await?;
        self.sign_renewed(&token, &renewed, Self::sign_sliding).await
    }

    /// A good sliding token, and until when it can be renewed.
    async fn renewable_until(&self, text: &str, now: Timestamp) -> Result<(Token, Timestamp), Error> {
        let token = self.renewable(text, TokenType::Sliding, now).await?;
        match self.tokens.sliding_end(&token, now) {
            Ok(end) => Ok((token, end)),
            Err(fault) => Err(self.blacklisted_or(&token, fault).await),
        }
    }

    /// Simple JWT reads the blacklist before it checks the end, and so does the answer.
    async fn blacklisted_or(&self, token: &Token, fault: TokenFault) -> Error {
        match self.check_good(token).await {
            Ok(()) => fault.into(),
            Err(refusal) => refusal,
        }
    }

    fn next_sliding_token(&self, issued_at: Timestamp) -> CurrentToken {
        let lifetime = self.settings.sliding_token_refresh_lifetime.min(self.settings.session_max_lifetime);
        CurrentToken { jti: Jti::random(self.randomness.as_ref()), issued_at, expires_at: issued_at + lifetime }
    }

    fn sliding_expiry(&self, now: Timestamp) -> Timestamp {
        Timestamp::from_seconds(now.seconds()) + self.settings.sliding_token_lifetime
    }

    fn sign_sliding(&self, subject: &Subject, session: &Session) -> Result<SlidingToken, Error> {
        let stamp = Stamp {
            token_type: TokenType::Sliding,
            jti: session.current.jti.clone(),
            issued_at: session.refreshed_at,
            expires_at: session.access_expires_at.min(self.sliding_expiry(session.refreshed_at)),
        };
        Ok(SlidingToken { token: self.sign(subject, &stamp)? })
    }
}
