//! `list_sessions_of`, `revoke_session_by`, `revoke_any_session_by`, `reset_sessions`: sessions of other users (ASVS 7.4.5).

use hallpass_types::{EndReason, Listing, SessionInfo};

use super::Administrator;
use crate::{
    Auth, Error,
    id::{SessionId, UserId},
    operations::sessions::REVOKE_BATCH,
    paging::PageRequest,
    session::Origin,
    store::Selection,
};

impl Auth {
    /// A page of the user's open sessions; `None` when it does not exist.
    ///
    /// # Errors
    /// `NotFound` when the user does not exist, or `Unavailable`.
    pub async fn list_sessions_of(
        &self,
        by: &Administrator,
        user: UserId,
        page: PageRequest,
    ) -> Result<Option<Listing<SessionInfo>>, Error> {
        self.load_user(by, user).await?;
        let listed = self.store.list_sessions_of(user, self.clock.now(), page).await?;
        Ok(listed.map(|listed| listed.map(|session| session.info(by.session))))
    }

    /// Revokes one of the user's sessions and its access tokens, at once.
    ///
    /// # Errors
    /// `NotFound` when it does not exist, belongs to another user, or has ended; `SuperuserOnly`, `Forbidden`, or
    /// `Unavailable`.
    pub async fn revoke_session_by(
        &self,
        by: &Administrator,
        user: UserId,
        session: &str,
        origin: &Origin,
    ) -> Result<(), Error> {
        let session = SessionId::parse(session).ok_or(Error::NotFound)?;
        Ok(self.store.revoke_session_by(user, session, self.action(by, origin)).await?)
    }

    /// Revokes a session of any user and its access tokens, at once.
    ///
    /// # Errors
    /// `NotFound` when it does not exist or has ended; `SuperuserOnly`, `Forbidden`, or `Unavailable`.
    pub async fn revoke_any_session_by(&self, by: &Administrator, session: &str, origin: &Origin) -> Result<(), Error> {
        let id = SessionId::parse(session).ok_or(Error::NotFound)?;
        let owner = self.store.find_session(id).await?.ok_or(Error::NotFound)?.user;
        self.revoke_session_by(by, owner, session, origin).await
    }

    /// Revokes all of the user's sessions and their access tokens, at once.
    ///
    /// # Errors
    /// `NotFound`, `SuperuserOnly`, `Forbidden`, or `Unavailable`.
    pub async fn reset_sessions(&self, by: &Administrator, user: UserId, origin: &Origin) -> Result<(), Error> {
        let action = self.action(by, origin);
        let ending = action.ending(EndReason::Revoked);
        let first = self.store.reset_sessions(user, REVOKE_BATCH, action).await?;
        let selection = Selection { user: Some(user), ..Selection::default() };
        self.revoke_rest(first, selection, &ending).await?;
        Ok(())
    }
}
