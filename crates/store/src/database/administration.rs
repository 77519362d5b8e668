//! What administration asks of the database.

use async_trait::async_trait;
use hallpass_core::{
    administration::Change,
    clock::Timestamp,
    event::{Event, EventQuery},
    failures::FailedSignIns,
    id::{Jti, SessionId, UserId},
    paging::{Listed, PageRequest},
    session::Session,
    store::{Administration, Deed, Done, OutstandingToken, StoreError, Swept, TokenQuery, UserQuery},
    user::{NewUser, User},
};
use secrecy::SecretString;

use super::Database;
use crate::tables::{deeds, events, outstanding, sessions, users};

#[async_trait]
impl Administration for Database {
    async fn list_users(&self, query: UserQuery, page: PageRequest) -> Result<Option<Listed<User>>, StoreError> {
        self.backend.snapshot(move |c| Box::pin(async move { users::list(c, &query, page).await })).await
    }

    async fn create_user_by(&self, user: NewUser, deed: Deed) -> Done<User> {
        self.backend
            .write_deed(move |c, lock| Box::pin(async move { deeds::create_user(c, lock, &user, &deed).await }))
            .await
    }

    async fn change_user(&self, user: UserId, change: Change, deed: Deed) -> Done<User> {
        self.backend
            .write_deed(move |c, lock| Box::pin(async move { deeds::change_user(c, lock, user, &change, &deed).await }))
            .await
    }

    async fn change_users(&self, users: Vec<UserId>, change: Change, deed: Deed) -> Done<Vec<User>> {
        self.backend
            .write_deed(move |c, lock| {
                Box::pin(async move { deeds::change_users(c, lock, &users, &change, &deed).await })
            })
            .await
    }

    async fn set_password_by(&self, user: UserId, password: SecretString, deed: Deed) -> Done<()> {
        self.backend
            .write_deed(move |c, lock| {
                Box::pin(async move { deeds::set_password(c, lock, user, &password, &deed).await })
            })
            .await
    }

    async fn list_sessions_of(
        &self,
        user: UserId,
        now: Timestamp,
        page: PageRequest,
    ) -> Result<Option<Listed<Session>>, StoreError> {
        self.backend
            .snapshot(move |c| Box::pin(async move { sessions::list_living_of(c, user, now, page).await }))
            .await
    }

    async fn end_session_by(&self, user: UserId, session: SessionId, deed: Deed) -> Done<()> {
        self.backend
            .write_deed(move |c, lock| Box::pin(async move { deeds::end_session(c, lock, user, session, &deed).await }))
            .await
    }

    async fn reset_sessions(&self, user: UserId, limit: u32, deed: Deed) -> Done<Swept> {
        self.backend
            .write_deed(move |c, lock| {
                Box::pin(async move { deeds::reset_sessions(c, lock, user, limit, &deed).await })
            })
            .await
    }

    async fn list_tokens(
        &self,
        query: TokenQuery,
        page: PageRequest,
    ) -> Result<Option<Listed<OutstandingToken>>, StoreError> {
        self.backend.snapshot(move |c| Box::pin(async move { outstanding::list(c, &query, page).await })).await
    }

    async fn find_token(&self, jti: Jti) -> Result<Option<OutstandingToken>, StoreError> {
        self.backend.read(move |c| Box::pin(async move { outstanding::describe(c, &jti).await })).await
    }

    async fn blacklist_by(&self, jtis: Vec<Jti>, deed: Deed) -> Done<()> {
        self.backend
            .write_deed(move |c, lock| Box::pin(async move { deeds::blacklist_all(c, lock, &jtis, &deed).await }))
            .await
    }

    async fn list_events(&self, query: EventQuery, page: PageRequest) -> Result<Option<Listed<Event>>, StoreError> {
        self.backend.snapshot(move |c| Box::pin(async move { events::list(c, query, page).await })).await
    }

    async fn note_failed_sign_ins(&self, failed: Vec<FailedSignIns>) -> Result<(), StoreError> {
        self.backend.write_in_line(move |c, _| Box::pin(async move { events::note_failed(c, &failed).await })).await
    }

    async fn flush_events(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.backend.write_in_line(move |c, _| Box::pin(async move { events::flush(c, before, limit).await })).await
    }
}
