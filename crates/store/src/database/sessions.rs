//! The store of sessions.

use std::sync::Arc;

use async_trait::async_trait;
use hallpass_core::{
    clock::Timestamp,
    id::{SessionId, UserId},
    paging::PageRequest,
    revocation::{Followed, Position, RevocationSet},
    session::Session,
    store::{Ending, NewSession, Progress, Selection, Sessions, StoreError},
};
use hallpass_types::Listing;

use super::Database;
use crate::{
    tables::{endings, revocations, sessions, sweep},
    work::work,
};

#[async_trait]
impl Sessions for Database {
    async fn open_session(&self, session: NewSession) -> Result<Option<Session>, StoreError> {
        self.write(work!(|c, unlocked| sessions::open(c, unlocked, session))).await
    }

    async fn find_session(&self, session: SessionId) -> Result<Option<Session>, StoreError> {
        self.read(work!(|c| sessions::find(c, session))).await
    }

    async fn list_sessions_of(
        &self,
        user: UserId,
        now: Timestamp,
        page: PageRequest,
    ) -> Result<Option<Listing<Session>>, StoreError> {
        self.snapshot(work!(|c| sessions::list_living_of(c, user, now, page))).await
    }

    async fn revoke_session(&self, user: UserId, session: SessionId, ending: Ending) -> Result<bool, StoreError> {
        self.write(work!(|c, unlocked| {
            let found = unlocked.session(c, session).await?;
            match found.filter(|found| found.session().user == user) {
                Some(session) => endings::revoke(c, &session, &ending).await,
                None => Ok(false),
            }
        }))
        .await
    }

    async fn revoke_sessions(&self, selection: Selection, limit: u32, ending: Ending) -> Result<Progress, StoreError> {
        self.write_globally(work!(|c, lock| sweep::sweep(c, lock, &selection, limit, &ending))).await
    }

    async fn note_seen(&self, seen: Vec<(SessionId, u32)>) -> Result<(), StoreError> {
        self.write_globally(work!(|c, lock| sessions::note_seen(c, lock, &seen))).await
    }

    fn revocations(&self) -> Arc<RevocationSet> {
        match self {
            Self::Sqlite(sqlite) => sqlite.revocations().clone(),
            Self::Postgres(postgres) => postgres.revocations().clone(),
        }
    }

    async fn revocations_after(&self, position: Position) -> Result<Followed, StoreError> {
        let after = position.number;
        let reading = self.read_in_history(work!(|c| revocations::after(c, after)));
        let (mut followed, history) = reading.await?;
        followed.position.history = history;
        Ok(followed)
    }

    async fn wait_for_revocations(&self) {
        match self {
            Self::Sqlite(_) => std::future::pending().await,
            Self::Postgres(postgres) => postgres.wait_for_revocations().await,
        }
    }
}
