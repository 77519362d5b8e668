//! `list_sessions_of`, `end_session_by`, `end_any_session_by`, `reset_sessions`: other people's sign-ins (ASVS 7.4.5).

use hallpass_types::{EndReason, SessionInfo};

use super::Administrator;
use crate::{
    Auth, Error,
    id::{SessionId, UserId},
    operations::sessions::REVOKE_BATCH,
    paging::{Listed, PageRequest},
    session::Origin,
    store::Selection,
};

impl Auth {
    /// A page of the user's living sessions; `None` when there is no such page.
    ///
    /// # Errors
    /// `NotFound` when there is no such user, or `Unavailable`.
    pub async fn list_sessions_of(
        &self,
        by: &Administrator,
        user: UserId,
        page: PageRequest,
    ) -> Result<Option<Listed<SessionInfo>>, Error> {
        self.load_user(by, user).await?;
        let listed = self.store.list_sessions_of(user, self.clock.now(), page).await?;
        Ok(listed.map(|listed| listed.map(|session| session.info(by.session))))
    }

    /// Ends one of the user's sessions with its access tokens, at once.
    ///
    /// # Errors
    /// `NotFound` when it is over, another's, or none; `SuperuserOnly`, `Forbidden`, or `Unavailable`.
    pub async fn end_session_by(
        &self,
        by: &Administrator,
        user: UserId,
        session: &str,
        origin: &Origin,
    ) -> Result<(), Error> {
        let session = SessionId::parse(session).ok_or(Error::NotFound)?;
        Ok(self.store.end_session_by(user, session, self.deed(by, origin)).await??)
    }

    /// Ends one session, whoever has it, with its access tokens, at once.
    ///
    /// # Errors
    /// `NotFound` when it is over or none; `SuperuserOnly`, `Forbidden`, or `Unavailable`.
    pub async fn end_any_session_by(&self, by: &Administrator, session: &str, origin: &Origin) -> Result<(), Error> {
        let id = SessionId::parse(session).ok_or(Error::NotFound)?;
        let owner = self.store.find_session(id).await?.ok_or(Error::NotFound)?.user;
        self.end_session_by(by, owner, session, origin).await
    }

    /// Ends all of the user's sessions with their access tokens, at once.
    ///
    /// # Errors
    /// `NotFound`, `SuperuserOnly`, `Forbidden`, or `Unavailable`.
    pub async fn reset_sessions(&self, by: &Administrator, user: UserId, origin: &Origin) -> Result<(), Error> {
        let deed = self.deed(by, origin);
        let ending = deed.ending(EndReason::Revoked);
        let first = self.store.reset_sessions(user, REVOKE_BATCH, deed).await??;
        let selection = Selection { user: Some(user), ..Selection::default() };
        self.revoke_rest(first, selection, &ending).await?;
        Ok(())
    }
}
