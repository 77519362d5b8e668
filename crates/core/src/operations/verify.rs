//! `verify`: checks a token of any type.

use crate::{
    Auth, Error,
    id::SessionId,
    sessionless::Verdict,
    store::TokenStatus,
    token::{Token, TokenError, TokenType},
};

impl Auth {
    /// Verifies a token for a client that cannot verify it itself. As in Simple JWT, whether the user exists and is
    /// active is not checked.
    ///
    /// # Errors
    /// `Token` for an invalid one, `Blacklisted` when it is spent or its session ended, `UserNotFound` for one without
    /// a session whose user was not imported, or `Unavailable`.
    pub async fn verify(&self, token: &str) -> Result<(), Error> {
        self.find_good(token).await.inspect_err(|error| self.count_failure(error))
    }

    async fn find_good(&self, token: &str) -> Result<(), Error> {
        self.tokens.learn_key(token, self.clock.now()).await?;
        let token = self.tokens.verify(token, None, self.clock.now())?;
        self.check_good(&token).await?;
        // A client that uses an access token has received the reply that contained it.
        if let (Some(session), Some(TokenType::Access | TokenType::Sliding)) = (token.session, token.token_type()) {
            self.seen.note(session, token.generation, token.expires_at);
        }
        Ok(())
    }

    /// Checks that a verified token is not revoked. The account is not checked.
    pub(super) async fn check_good(&self, token: &Token) -> Result<(), Error> {
        match token.session {
            Some(session) => self.check_status(session, token).await,
            None => match self.decide_sessionless(token, None).await? {
                Verdict::Good(_) => Ok(()),
                Verdict::Rejected(rejection) => Err(rejection.at_refresh()),
            },
        }
    }

    async fn check_status(&self, session: SessionId, token: &Token) -> Result<(), Error> {
        if let Some(end) = self.revocations.find(session) {
            return Err(Error::Blacklisted(Some(end)));
        }
        match self.store.token_status(token.jti.clone(), session).await? {
            TokenStatus::Good => Ok(()),
            TokenStatus::Blacklisted => Err(Error::Blacklisted(None)),
            TokenStatus::UnknownSession => Err(TokenError::Invalid.into()),
        }
    }
}
