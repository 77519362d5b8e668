//! `list_sessions`, `revoke_session`, `revoke_other_sessions`: what a person sees and ends of the own
//! sign-ins (ASVS 7.4.4, 7.5.2).

use std::time::Duration;

use super::authenticate::Bearer;
use crate::{
    auth::{
        Auth, Error,
        clock::Timestamp,
        id::{SessionId, UserId},
        session::Origin,
        user,
    },
    wire::{EndReason, SessionInfo},
};

/// How many sessions end at a time, so that the writer is never held long.
const REVOKE_BATCH: u32 = 500;

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

    /// Ends the living sessions that were begun before a moment, or until now, of the user of that name
    /// or of everybody: what an operator does. Answers how many.
    ///
    /// # Errors
    /// `UserNotFound`, or `Unavailable`; those that were ended until then stay ended.
    pub async fn revoke_sessions_before(
        &self,
        username: Option<&str>,
        before: Option<Timestamp>,
    ) -> Result<usize, Error> {
        let user = match username {
            Some(username) => Some(self.find_by_name(username).await?),
            None => None,
        };
        // A session that begins at this very moment is one of those until now.
        let before = before.unwrap_or(self.clock.now() + Duration::from_millis(1));
        let mut total = 0;
        loop {
            let ending = self.ending(EndReason::Revoked, &Origin::default());
            let revoked = self.store.revoke_sessions_before(user, before, REVOKE_BATCH, ending).await?;
            let count = revoked.len();
            self.revocations.insert_all(revoked);
            total += count;
            if count < REVOKE_BATCH as usize {
                return Ok(total);
            }
        }
    }

    async fn find_by_name(&self, username: &str) -> Result<UserId, Error> {
        let found = self.store.find_credentials(&user::normalize(username)).await?;
        found.map(|found| found.user.id).ok_or(Error::UserNotFound)
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
