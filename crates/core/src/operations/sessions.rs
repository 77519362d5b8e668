//! `list_sessions`, `revoke_session`, `revoke_other_sessions`: the caller's sessions (ASVS 7.4.4, 7.5.2).

use hallpass_types::{EndReason, Listing, SessionInfo};

use super::{authenticate::Bearer, pace};
use crate::{
    Auth, Error,
    clock::Timestamp,
    id::{SessionId, UserId},
    paging::PageRequest,
    session::Origin,
    store::{Ending, Progress, Selection},
    user,
};

/// The number of sessions ended per batch, so that the writer is never held for long.
pub(super) const REVOKE_BATCH: u32 = 500;

impl Auth {
    /// A page of the caller's open sessions, last renewed first; `None` when it does not exist.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list_sessions(
        &self,
        bearer: &Bearer,
        page: PageRequest,
    ) -> Result<Option<Listing<SessionInfo>>, Error> {
        let listed = self.store.list_sessions_of(bearer.user, self.clock.now(), page).await?;
        Ok(listed.map(|listed| listed.map(|session| session.info(bearer.session))))
    }

    /// Revokes one of the caller's sessions and its access tokens, at once.
    ///
    /// # Errors
    /// `NoSuchSession` when it does not exist, belongs to another user, or has ended; `Unavailable`.
    pub async fn revoke_session(&self, bearer: &Bearer, session: &str, origin: &Origin) -> Result<(), Error> {
        let session = SessionId::parse(session).ok_or(Error::NoSuchSession)?;
        let ending = self.ending(EndReason::Revoked, origin);
        let was_alive = self.store.revoke_session(bearer.user, session, ending).await?;
        if was_alive { Ok(()) } else { Err(Error::NoSuchSession) }
    }

    /// Revokes all of the caller's sessions but the current one, with their access tokens, at once.
    ///
    /// # Errors
    /// `Unavailable`; sessions that ended stay ended.
    pub async fn revoke_other_sessions(&self, bearer: &Bearer, origin: &Origin) -> Result<(), Error> {
        let ending = self.ending(EndReason::Revoked, origin);
        let selection = Selection { user: Some(bearer.user), keep: bearer.session, before: None };
        self.revoke_selected(selection, &ending).await.map(drop)
    }

    /// Revokes open sessions for the operator: those opened before a time, or all; of one user, or of everyone. Returns
    /// their number.
    ///
    /// # Errors
    /// `UserNotFound`, or `Unavailable`; sessions that ended stay ended.
    pub async fn revoke_sessions_before(
        &self,
        username: Option<&str>,
        before: Option<Timestamp>,
    ) -> Result<u64, Error> {
        let user = match username {
            Some(username) => Some(self.find_by_name(username).await?),
            None => None,
        };
        let ending = self.ending(EndReason::Revoked, &Origin::default());
        self.revoke_selected(Selection { user, before, keep: None }, &ending).await
    }

    async fn revoke_selected(&self, selection: Selection, ending: &Ending) -> Result<u64, Error> {
        let first = self.store.revoke_sessions(selection, REVOKE_BATCH, ending.clone()).await?;
        self.revoke_rest(first, selection, ending).await
    }

    /// Continues after the first batch until no selected session is open. Returns the total.
    pub(super) async fn revoke_rest(
        &self,
        first: Progress,
        selection: Selection,
        ending: &Ending,
    ) -> Result<u64, Error> {
        if first.is_done {
            return Ok(first.count);
        }
        let rest = pace::all_batches(|| self.store.revoke_sessions(selection, REVOKE_BATCH, ending.clone()));
        Ok(first.count + rest.await?)
    }

    async fn find_by_name(&self, username: &str) -> Result<UserId, Error> {
        let found = self.store.find_credentials(&user::normalize(username)).await?;
        found.map(|found| found.user.id).ok_or(Error::UserNotFound)
    }
}
