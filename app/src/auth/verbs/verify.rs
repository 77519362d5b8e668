//! `verify`: whether a token of any kind is good.

use crate::auth::{Auth, Error, store::TokenStanding, token::TokenType};

impl Auth {
    /// Verifies a token for somebody who cannot do it alone.
    ///
    /// # Errors
    /// `Token` for a bad one, `Blacklisted` when it is spent or its session over, or `Unavailable`.
    pub async fn verify(&self, token: &str) -> Result<(), Error> {
        self.find_good(token).await.inspect_err(|error| self.tell_failure(error))
    }

    async fn find_good(&self, token: &str) -> Result<(), Error> {
        self.tokens.learn_key(token, self.clock.now()).await?;
        let token = self.tokens.verify(token, None, self.clock.now())?;
        if let Some(end) = token.session.and_then(|session| self.revocations.find(session)) {
            return Err(Error::Blacklisted(Some(end)));
        }
        match self.store.token_standing(token.jti.clone(), token.session).await? {
            TokenStanding::Good => {
                // One that opens something is in somebody's hands: the reply that brought it was not lost.
                if let (Some(session), Some(TokenType::Access | TokenType::Sliding)) =
                    (token.session, token.token_type())
                {
                    self.seen.note(session, token.generation, token.expires_at);
                }
                Ok(())
            }
            TokenStanding::Blacklisted => Err(Error::Blacklisted(None)),
        }
    }
}
