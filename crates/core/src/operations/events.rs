//! `list_events`, `list_own_events`: what happened to accounts; and writing the counted failures down.

use hallpass_types::{EventRecord, OwnEvent};

use super::{admin::Administrator, authenticate::Bearer, pace};
use crate::{
    Auth, Error,
    event::{Event, EventQuery},
    paging::{Listed, PageRequest},
};

/// How many events go at a time, so that the writer is never held long.
const FLUSH_BATCH: u32 = 200;

impl Auth {
    /// A page of security events, the last one first; `None` when there is no such page.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list_events(
        &self,
        _by: &Administrator,
        query: EventQuery,
        page: PageRequest,
    ) -> Result<Option<Listed<EventRecord>>, Error> {
        Ok(self.store.list_events(query, page).await?.map(|listed| listed.map(Event::record)))
    }

    /// A page of the bearer's own security events, the last one first; `None` when there is no such page.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn list_own_events(&self, bearer: &Bearer, page: PageRequest) -> Result<Option<Listed<OwnEvent>>, Error> {
        let query = EventQuery { user: Some(bearer.user), ..EventQuery::default() };
        Ok(self.store.list_events(query, page).await?.map(|listed| listed.map(Event::own)))
    }

    /// Writes the counted failures of sign-ins to the database.
    ///
    /// # Errors
    /// `Unavailable`; what was counted since the last time is lost.
    pub async fn write_failed_sign_ins(&self) -> Result<(), Error> {
        let failed = self.failures.take_unwritten();
        if failed.is_empty() {
            return Ok(());
        }
        Ok(self.store.note_failed_sign_ins(failed).await?)
    }

    /// Deletes security events that are older than the operator keeps them. Answers how many.
    ///
    /// # Errors
    /// `Unavailable`; what was deleted until then stays deleted.
    pub async fn flush_events(&self) -> Result<u64, Error> {
        let before = self.clock.now() - self.settings.security_event_retention;
        let mut total = 0;
        loop {
            let gone = pace::batch(self.store.flush_events(before, FLUSH_BATCH)).await?;
            total += gone;
            if gone < u64::from(FLUSH_BATCH) {
                return Ok(total);
            }
        }
    }
}
