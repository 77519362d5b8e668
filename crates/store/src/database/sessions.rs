//! The store of sessions.

use std::sync::Arc;

use async_trait::async_trait;
use hallpass_core::{
    clock::Timestamp,
    id::{SessionId, UserId},
    paging::PageRequest,
    revocation::{Followed, Position, RevocationSet},
    session::Session,
    store::{Ending, NewSession, Selection, Sessions, StoreError, Swept},
};
use hallpass_types::Listing;

use super::Database;
use crate::{
    backend::work,
    tables::{endings, revocations, sessions, sweep},
};

#[async_trait]
impl Sessions for Database {
    async fn open_session(&self, session: NewSession) -> Result<Option<Session>, StoreError> {
        self.backend.write(work!(|c, unlocked| sessions::open(c, unlocked, session).await)).await
    }

    async fn find_session(&self, session: SessionId) -> Result<Option<Session>, StoreError> {
        let found = self.backend.read(work!(|c| sessions::find(c, session).await)).await?;
        Ok(found.map(|found| found.session))
    }

    async fn list_sessions_of(
        &self,
        user: UserId,
        now: Timestamp,
        page: PageRequest,
    ) -> Result<Option<Listing<Session>>, StoreError> {
        self.backend.snapshot(work!(|c| sessions::list_living_of(c, user, now, page).await)).await
    }

    async fn revoke_session(&self, user: UserId, session: SessionId, ending: Ending) -> Result<bool, StoreError> {
        self.backend
            .write(work!(|c, unlocked| {
                let found = unlocked.session(c, session).await?;
                match found.filter(|found| found.session().user == user) {
                    Some(session) => endings::end(c, &session, &ending).await,
                    None => Ok(false),
                }
            }))
            .await
    }

    async fn revoke_sessions(&self, selection: Selection, limit: u32, ending: Ending) -> Result<Swept, StoreError> {
        self.backend.write_globally(work!(|c, lock| sweep::sweep(c, lock, &selection, limit, &ending).await)).await
    }

    async fn note_seen(&self, seen: Vec<(SessionId, u32)>) -> Result<(), StoreError> {
        self.backend.write_globally(work!(|c, lock| sessions::note_seen(c, lock, &seen).await)).await
    }

    fn revocations(&self) -> Arc<RevocationSet> {
        self.backend.revocations().clone()
    }

    async fn revocations_after(&self, position: Position) -> Result<Followed, StoreError> {
        let after = position.number;
        let reading = self.backend.read_in_history(work!(|c| revocations::after(c, after).await));
        let (mut followed, history) = reading.await?;
        followed.position.history = history;
        Ok(followed)
    }

    async fn wait_for_revocations(&self) {
        self.backend.wait_for_revocations().await;
    }
}
