//! The database as the core sees it: each verb is one piece of work on the tables.

mod administration;

use async_trait::async_trait;
use secrecy::SecretString;
use sqlx::{postgres::PgConnectOptions, sqlite::SqliteConnectOptions};

use super::{
    ConnectError, Timeouts,
    backend::Backend,
    postgres::PostgresBackend,
    sqlite::SqliteBackend,
    tables::{changes, examination, flush, import, locks, outstanding, refresh, revocations, sessions, users},
};
use crate::auth::{
    administration::Change,
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    import::{ForeignToken, ForeignUser, Import, ImportMode, Outcome},
    revocation::{Followed, Revocation},
    session::Session,
    store::{
        Blacklisting, ChangedUser, CreateUserError, Ending, Examination, Flushed, NewPassword, NewSession,
        PresentedToken, Refresh, Refreshed, Store, StoreError, TokenStanding,
    },
    user::{Email, NewUser, StoredCredentials, User, UserIdField, UserKey},
};

/// A [`Store`] in `SQLite` or PostgreSQL.
pub(super) struct Database {
    backend: Backend,
}

impl Database {
    /// Opens a file.
    pub(super) async fn sqlite(
        options: SqliteConnectOptions,
        timeouts: Timeouts,
        url: &str,
    ) -> Result<Self, ConnectError> {
        Ok(Self { backend: Backend::Sqlite(SqliteBackend::open(options, timeouts, url).await?) })
    }

    /// Connects to a server.
    pub(super) async fn postgres(
        options: PgConnectOptions,
        timeouts: Timeouts,
        url: &str,
    ) -> Result<Self, ConnectError> {
        Ok(Self { backend: Backend::Postgres(PostgresBackend::open(options, timeouts, url).await?) })
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(Box::new(error))
    }
}

#[async_trait]
impl Store for Database {
    async fn create_user(&self, user: NewUser) -> Result<User, CreateUserError> {
        let created = self.backend.write(move |c| Box::pin(async move { users::create(c, &user).await })).await?;
        created.ok_or(CreateUserError::UsernameTaken)
    }

    async fn find_credentials(&self, username: &str) -> Result<Option<StoredCredentials>, StoreError> {
        let mut reading = self.backend.read().await?;
        Ok(users::find_credentials(&mut reading.connection(), username).await?)
    }

    async fn find_user(&self, user: UserId) -> Result<Option<User>, StoreError> {
        let mut reading = self.backend.read().await?;
        Ok(users::find(&mut reading.connection(), user).await?)
    }

    async fn find_account(&self, user: &UserKey) -> Result<Option<StoredCredentials>, StoreError> {
        let mut reading = self.backend.read().await?;
        Ok(users::find_account(&mut reading.connection(), user).await?)
    }

    async fn upgrade_password(&self, user: UserId, old: SecretString, new: SecretString) -> Result<(), StoreError> {
        self.backend.write(move |c| Box::pin(async move { users::upgrade_password(c, user, &old, &new).await })).await
    }

    async fn set_password(&self, new: NewPassword, ending: Ending) -> Result<Option<Vec<Revocation>>, StoreError> {
        self.backend
            .write_in_line(move |c| {
                Box::pin(async move {
                    if !users::set_password(c, &new, &ending).await? {
                        return Ok(None);
                    }
                    sessions::end_all_of(c, new.user, new.keep, &ending).await.map(Some)
                })
            })
            .await
    }

    async fn change_profile(
        &self,
        user: UserId,
        email: Email,
        naming: UserIdField,
        ending: Ending,
    ) -> Result<Option<ChangedUser>, StoreError> {
        let change = Change { email: Some(email), ..Change::default() };
        self.backend
            .write_in_line(move |c| {
                Box::pin(async move { changes::change_own(c, user, &change, naming, &ending).await })
            })
            .await
    }

    async fn open_session(&self, session: NewSession) -> Result<Option<Session>, StoreError> {
        self.backend.write(move |c| Box::pin(async move { sessions::open(c, session).await })).await
    }

    async fn find_session(&self, session: SessionId) -> Result<Option<Session>, StoreError> {
        let mut reading = self.backend.read().await?;
        Ok(sessions::find(&mut reading.connection(), session).await?.map(|found| found.session))
    }

    async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, StoreError> {
        self.backend.refresh(refresh).await
    }

    async fn token_standing(&self, jti: Jti, session: Option<SessionId>) -> Result<TokenStanding, StoreError> {
        let mut reading = self.backend.read().await?;
        Ok(outstanding::standing(&mut reading.connection(), &jti, session).await?)
    }

    async fn blacklist(&self, token: PresentedToken, ending: Ending) -> Result<Blacklisting, StoreError> {
        self.backend.write(move |c| Box::pin(async move { refresh::blacklist(c, &token, &ending).await })).await
    }

    async fn living_sessions(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let mut reading = self.backend.read().await?;
        Ok(sessions::living_of(&mut reading.connection(), user, now).await?)
    }

    async fn revoke_session(
        &self,
        user: UserId,
        session: SessionId,
        ending: Ending,
    ) -> Result<Option<Revocation>, StoreError> {
        self.backend
            .write(move |c| {
                Box::pin(async move {
                    locks::session(c, session).await?;
                    match sessions::find_own_living(c, user, session).await? {
                        Some(session) => sessions::end(c, &session, &ending).await.map(Some),
                        None => Ok(None),
                    }
                })
            })
            .await
    }

    async fn revoke_sessions(
        &self,
        user: UserId,
        keep: Option<SessionId>,
        ending: Ending,
    ) -> Result<Vec<Revocation>, StoreError> {
        self.backend
            .write_in_line(move |c| Box::pin(async move { sessions::end_all_of(c, user, keep, &ending).await }))
            .await
    }

    async fn revoke_sessions_before(
        &self,
        user: Option<UserId>,
        before: Timestamp,
        limit: u32,
        ending: Ending,
    ) -> Result<Vec<Revocation>, StoreError> {
        self.backend
            .write_in_line(move |c| {
                Box::pin(async move { sessions::end_before(c, user, before, limit, &ending).await })
            })
            .await
    }

    async fn note_seen(&self, seen: Vec<(SessionId, u32)>) -> Result<(), StoreError> {
        self.backend.write_in_line(move |c| Box::pin(async move { sessions::note_seen(c, &seen).await })).await
    }

    async fn revocations_after(&self, place: i64) -> Result<Followed, StoreError> {
        let mut reading = self.backend.read().await?;
        Ok(revocations::after(&mut reading.connection(), place).await?)
    }

    async fn wait_for_revocations(&self) {
        self.backend.told().await;
    }

    async fn flush_expired(&self, before: Timestamp, limit: u32) -> Result<Flushed, StoreError> {
        self.backend.write_in_line(move |c| Box::pin(async move { flush::flush_expired(c, before, limit).await })).await
    }

    async fn import_users(&self, users: Vec<ForeignUser>, import: Import) -> Result<Vec<Outcome>, StoreError> {
        self.backend.write_in_line(move |c| Box::pin(async move { import::users(c, &users, &import).await })).await
    }

    async fn import_tokens(&self, tokens: Vec<ForeignToken>, import: Import) -> Result<Vec<Outcome>, StoreError> {
        self.backend.write_in_line(move |c| Box::pin(async move { import::tokens(c, &tokens, &import).await })).await
    }

    async fn reserve_user_numbers(&self, highest: i64, mode: ImportMode) -> Result<(), StoreError> {
        match mode {
            ImportMode::Rehearse => Ok(()),
            ImportMode::Commit => {
                self.backend
                    .write_in_line(move |c| Box::pin(async move { import::reserve_numbers(c, highest).await }))
                    .await
            }
        }
    }

    fn waiting(&self) -> Option<usize> {
        self.backend.waiting()
    }

    async fn examine(&self) -> Result<Examination, StoreError> {
        let mut reading = self.backend.read().await?;
        Ok(examination::examine(&mut reading.connection()).await?)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let mut reading = self.backend.read().await?;
        Ok(users::look(&mut reading.connection()).await?)
    }
}
