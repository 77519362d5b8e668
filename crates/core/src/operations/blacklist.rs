//! `blacklist`: revokes a refresh token and its session with all access tokens, even if the token was spent (RFC 7009
//! §2.1).

use hallpass_types::EndReason;

use crate::{
    Auth, Error,
    session::Origin,
    store::{Blacklisting, Ending},
    token::{PresentedToken, TokenType},
};

impl Auth {
    /// Signs out of the token's session.
    ///
    /// # Errors
    /// `Token` for an invalid token, `Blacklisted` when it was spent or blacklisted before (the session ends in any
    /// case), `UserNotFound` for one without a session whose user was not imported, or `Unavailable`.
    pub async fn blacklist(&self, refresh: &str, origin: Origin) -> Result<(), Error> {
        let now = self.clock.now();
        self.tokens.learn_key(refresh, now).await?;
        let token = self.tokens.verify(refresh, Some(TokenType::Refresh), now)?;
        let outcome =
            self.store.blacklist(PresentedToken::of(&token), self.ending(EndReason::SignedOut, &origin)).await?;
        match outcome {
            Blacklisting::Done => Ok(()),
            Blacklisting::Already => Err(Error::Blacklisted(None)),
            Blacklisting::Rejected(rejection) => Err(rejection.at_refresh()),
        }
    }

    /// The end of a session at the current time.
    pub(super) fn ending(&self, reason: EndReason, origin: &Origin) -> Ending {
        Ending::new(reason, self.clock.now(), origin, self.settings.leeway)
    }
}
