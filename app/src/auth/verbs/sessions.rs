//! `list_sessions`, `revoke_session`, `revoke_other_sessions`: what a person sees and ends of the own
//! sign-ins (ASVS 7.4.4, 7.5.2).

use super::authenticate::Bearer;
use crate::{
    auth::{Auth, Error, id::SessionId, session::Origin},
    wire::{EndReason, SessionInfo},
};

impl Auth {
    /// The bearer's sessions that are alive, the one last renewed first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list_sessions(&self, bearer: &Bearer) -> Result<Vec<SessionInfo>, Error> {
        let sessions = self.store.living_sessions(bearer.user, self.clock.now()).await?;
        Ok(sessions.iter().map(|session| session.info(bearer.session)).collect())
    }

    /// Ends one of the bearer's sessions with its access tokens, at once.
    ///
    /// # Errors
    /// `NoSuchSession` when it is over already, somebody else's, or none; `Unavailable`.
    pub async fn revoke_session(&self, bearer: &Bearer, session: &str, origin: &Origin) -> Result<(), Error> {
        let session = SessionId::parse(session).ok_or(Error::NoSuchSession)?;
        let ending = self.ending(EndReason::Revoked, origin);
        let revocation = self.store.revoke_session(bearer.user, session, ending).await?;
        self.revocations.insert_all([revocation.ok_or(Error::NoSuchSession)?]);
        Ok(())
    }

    /// Ends all of the bearer's sessions but the one that asks, with their access tokens, at once.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn revoke_other_sessions(&self, bearer: &Bearer, origin: &Origin) -> Result<(), Error> {
        let ending = self.ending(EndReason::Revoked, origin);
        let revoked = self.store.revoke_sessions(bearer.user, bearer.session, ending).await?;
        self.revocations.insert_all(revoked);
        Ok(())
    }
}
