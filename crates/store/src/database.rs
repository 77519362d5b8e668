//! The database as the core sees it: each verb is one piece of work on the tables.

mod administration;

use std::sync::Arc;

use async_trait::async_trait;
use hallpass_core::{
    administration::Change,
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    import::{ForeignToken, ForeignUser, Import, ImportMode, Outcome},
    revocation::{Followed, Position, RevocationSet},
    session::Session,
    sessionless::{Question, Verdict},
    store::{
        Blacklisting, CreateUserError, Ending, Flushed, NewPassword, NewSession, PresentedToken, ProfileChange,
        Refresh, Refreshed, Selection, Store, StoreError, Swept, TokenStatus,
    },
    user::{Email, NewUser, StoredCredentials, User, UserIdField, UserKey},
};
use secrecy::SecretString;

use super::{
    ConnectError, PostgresDatabase, SqliteFile, Timeouts,
    backend::Backend,
    postgres::PostgresBackend,
    sqlite::SqliteBackend,
    tables::{
        changes, emails, endings, flush, import, outstanding, refresh, revocations, sessionless, sessions, sweep,
        users::{self, Created},
    },
};

/// A [`Store`] in `SQLite` or PostgreSQL.
pub(super) struct Database {
    backend: Backend,
}

impl Database {
    /// Opens a file.
    pub(super) async fn sqlite(file: &SqliteFile, timeouts: Timeouts) -> Result<Self, ConnectError> {
        let backend = Backend::Sqlite(SqliteBackend::open(file, timeouts).await?);
        Self { backend }.with_email_keys().await
    }

    /// Connects to a server.
    pub(super) async fn postgres(database: &PostgresDatabase, timeouts: Timeouts) -> Result<Self, ConnectError> {
        let backend = Backend::Postgres(PostgresBackend::open(database, timeouts).await?);
        Self { backend }.with_email_keys().await
    }

    /// Fills in the keys of e-mail addresses that a migration left out: SQL has no canonical form of text.
    async fn with_email_keys(self) -> Result<Self, ConnectError> {
        self.fill_email_keys().await.map_err(ConnectError::EmailKeys)?;
        Ok(self)
    }

    async fn fill_email_keys(&self) -> Result<(), StoreError> {
        while self.lacks_email_keys().await? {
            self.backend.write_in_line(|c, lock| Box::pin(async move { emails::fill_keys(c, lock).await })).await?;
        }
        Ok(())
    }

    async fn lacks_email_keys(&self) -> Result<bool, StoreError> {
        self.backend.read(|c| Box::pin(async move { emails::lacks_keys(c).await })).await
    }
}

#[async_trait]
impl Store for Database {
    async fn create_user(&self, user: NewUser) -> Result<User, CreateUserError> {
        let created = match user.naming {
            // One after the other, so that each sees the addresses of those before.
            UserIdField::Email => {
                self.backend.write_in_line(move |c, _| Box::pin(async move { users::create(c, &user).await })).await?
            }
            UserIdField::Id | UserIdField::Username => {
                self.backend.write(move |c, _| Box::pin(async move { users::create(c, &user).await })).await?
            }
        };
        match created {
            Created::User(user) => Ok(user),
            Created::UsernameTaken => Err(CreateUserError::UsernameTaken),
            Created::EmailTaken => Err(CreateUserError::EmailTaken),
        }
    }

    async fn find_credentials(&self, username: &str) -> Result<Option<StoredCredentials>, StoreError> {
        let username = username.to_owned();
        self.backend.read(move |c| Box::pin(async move { users::find_credentials(c, &username).await })).await
    }

    async fn find_user(&self, user: UserId) -> Result<Option<User>, StoreError> {
        self.backend.read(move |c| Box::pin(async move { users::find(c, user).await })).await
    }

    async fn find_account(&self, user: &UserKey) -> Result<Option<StoredCredentials>, StoreError> {
        let user = user.clone();
        self.backend.read(move |c| Box::pin(async move { users::find_account(c, &user).await })).await
    }

    async fn upgrade_password(&self, user: UserId, old: SecretString, new: SecretString) -> Result<(), StoreError> {
        self.backend
            .write(move |c, unlocked| {
                Box::pin(async move {
                    let user = unlocked.user(c, user).await?;
                    users::upgrade_password(c, &user, &old, &new).await
                })
            })
            .await
    }

    async fn set_password(&self, new: NewPassword, ending: Ending) -> Result<bool, StoreError> {
        self.backend
            .write_in_line(move |c, lock| {
                Box::pin(async move {
                    let user = lock.user(c, new.user).await?;
                    let is_set = users::set_password(c, &user, &new, &ending).await?;
                    if is_set {
                        endings::end_all_of(c, &user, new.keep, &ending).await?;
                    }
                    Ok(is_set)
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
    ) -> Result<ProfileChange, StoreError> {
        let change = Change { email: Some(email), ..Change::default() };
        self.backend
            .write_in_line(move |c, lock| {
                Box::pin(async move {
                    let user = lock.user(c, user).await?;
                    changes::change_own(c, &user, &change, naming, &ending).await
                })
            })
            .await
    }

    async fn open_session(&self, session: NewSession) -> Result<Option<Session>, StoreError> {
        self.backend.write(move |c, unlocked| Box::pin(async move { sessions::open(c, unlocked, session).await })).await
    }

    async fn find_session(&self, session: SessionId) -> Result<Option<Session>, StoreError> {
        let found = self.backend.read(move |c| Box::pin(async move { sessions::find(c, session).await })).await?;
        Ok(found.map(|found| found.session))
    }

    async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, StoreError> {
        self.backend.refresh(refresh).await
    }

    async fn judge(&self, question: Question) -> Result<Verdict, StoreError> {
        self.backend.read(move |c| Box::pin(async move { sessionless::judge(c, &question).await })).await
    }

    async fn token_status(&self, jti: Jti, session: SessionId) -> Result<TokenStatus, StoreError> {
        self.backend.read(move |c| Box::pin(async move { outstanding::status(c, &jti, session).await })).await
    }

    async fn blacklist(&self, token: PresentedToken, ending: Ending) -> Result<Blacklisting, StoreError> {
        self.backend
            .write(move |c, unlocked| Box::pin(async move { refresh::blacklist(c, unlocked, &token, &ending).await }))
            .await
    }

    async fn revoke_session(&self, user: UserId, session: SessionId, ending: Ending) -> Result<bool, StoreError> {
        self.backend
            .write(move |c, unlocked| {
                Box::pin(async move {
                    let found = unlocked.session(c, session).await?;
                    match found.filter(|found| found.session().user == user) {
                        Some(session) => endings::end(c, &session, &ending).await,
                        None => Ok(false),
                    }
                })
            })
            .await
    }

    async fn revoke_sessions(&self, selection: Selection, limit: u32, ending: Ending) -> Result<Swept, StoreError> {
        self.backend
            .write_in_line(move |c, lock| {
                Box::pin(async move { sweep::sweep(c, lock, &selection, limit, &ending).await })
            })
            .await
    }

    async fn note_seen(&self, seen: Vec<(SessionId, u32)>) -> Result<(), StoreError> {
        self.backend
            .write_in_line(move |c, lock| Box::pin(async move { sessions::note_seen(c, lock, &seen).await }))
            .await
    }

    fn revocations(&self) -> Arc<RevocationSet> {
        self.backend.revocations().clone()
    }

    async fn revocations_after(&self, position: Position) -> Result<Followed, StoreError> {
        let after = position.number;
        let reading =
            self.backend.read_in_history(move |c| Box::pin(async move { revocations::after(c, after).await }));
        let (mut followed, history) = reading.await?;
        followed.position.history = history;
        Ok(followed)
    }

    async fn wait_for_revocations(&self) {
        self.backend.told().await;
    }

    async fn flush_expired(&self, before: Timestamp, limit: u32) -> Result<Flushed, StoreError> {
        self.backend
            .write_in_line(move |c, lock| Box::pin(async move { flush::flush_expired(c, lock, before, limit).await }))
            .await
    }

    async fn begin_import(&self, import: Import) -> Result<(), StoreError> {
        match import.mode {
            ImportMode::Rehearse => Ok(()),
            ImportMode::Commit => {
                self.backend
                    .write_in_line(move |c, _| Box::pin(async move { import::note(c, import.ending.now).await }))
                    .await
            }
        }
    }

    async fn import_users(&self, users: Vec<ForeignUser>, import: Import) -> Result<Vec<Outcome>, StoreError> {
        self.backend
            .write_in_line(move |c, lock| Box::pin(async move { import::users(c, lock, &users, &import).await }))
            .await
    }

    async fn import_tokens(&self, tokens: Vec<ForeignToken>, import: Import) -> Result<Vec<Outcome>, StoreError> {
        self.backend
            .write_in_line(move |c, lock| Box::pin(async move { import::tokens(c, lock, &tokens, &import).await }))
            .await
    }

    async fn reserve_user_ids(&self, highest: i64, mode: ImportMode) -> Result<(), StoreError> {
        match mode {
            ImportMode::Rehearse => Ok(()),
            ImportMode::Commit => {
                self.backend
                    .write_in_line(move |c, _| Box::pin(async move { import::reserve_numbers(c, highest).await }))
                    .await
            }
        }
    }

    fn waiting(&self) -> Option<usize> {
        self.backend.waiting()
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.backend.read(move |c| Box::pin(async move { users::look(c).await })).await
    }

    async fn probe_write(&self) -> Result<(), StoreError> {
        self.backend.probe_write().await
    }
}
