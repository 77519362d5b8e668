//! `list_events`, `list_own_events`: security events. Also writes the counted sign-in failures to the database.

use hallpass_types::{EventRecord, Listing, OwnEvent};

use super::{admin::Administrator, authenticate::Bearer, pace};
use crate::{
    Auth, Error,
    event::{self, EventQuery},
    paging::PageRequest,
};

/// The number of events deleted per batch, so that the writer is never held for long.
const FLUSH_BATCH: u32 = 200;

impl Auth {
    /// A page of security events, newest first; `None` when it does not exist.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list_events(
        &self,
        _by: &Administrator,
        query: EventQuery,
        page: PageRequest,
    ) -> Result<Option<Listing<EventRecord>>, Error> {
        Ok(self.store.list_events(query, page).await?)
    }

    /// A page of the caller's security events, newest first; `None` when it does not exist.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list_own_events(
        &self,
        bearer: &Bearer,
        page: PageRequest,
    ) -> Result<Option<Listing<OwnEvent>>, Error> {
        let query = EventQuery { user: Some(bearer.user), ..EventQuery::default() };
        Ok(self.store.list_events(query, page).await?.map(|listed| listed.map(event::own)))
    }

    /// Writes the counted sign-in failures to the database.
    ///
    /// # Errors
    /// `Unavailable`; the counts since the last write are lost.
    pub async fn write_failed_sign_ins(&self) -> Result<(), Error> {
        let failed = self.failures.take_unwritten();
        if failed.is_empty() {
            return Ok(());
        }
        Ok(self.store.note_failed_sign_ins(failed).await?)
    }

    /// Deletes security events older than the retention. Returns their number.
    ///
    /// # Errors
    /// `Unavailable`; deleted events stay deleted.
    pub async fn flush_events(&self) -> Result<u64, Error> {
        let before = self.clock.now() - self.settings.security_event_retention;
        Ok(pace::all_batches(|| self.store.flush_events(before, FLUSH_BATCH)).await?)
    }
}
