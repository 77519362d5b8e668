//! SQLite: one file, one writer that commits waiting writes together, and a pool of readers. WAL with
//! `synchronous = FULL`: what was answered is on the disk.

mod admin;
mod changes;
mod events;
mod flush;
mod import;
mod outstanding;
mod paged;
mod refresh;
mod rows;
mod sessions;
mod users;
mod writer;

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use sqlx::{
    ConnectOptions, SqliteConnection, SqlitePool,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::ConnectError;
use crate::auth::{
    administration::Change,
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    import::{ForeignToken, ForeignUser, Import, ImportMode, Outcome},
    revocation::Revocation,
    session::Session,
    store::{
        Blacklisting, ChangedUser, CreateUserError, Ending, Flushed, NewPassword, NewSession, PresentedToken, Refresh,
        Refreshed, Store, StoreError, TokenStanding,
    },
    user::{Email, NewUser, StoredCredentials, User, UserIdField, UserKey},
};
use writer::Writer;

/// The first version without the WAL-reset race of two connections.
const MIN_VERSION: (&str, [u32; 3]) = ("3.51.3", [3, 51, 3]);

/// How long a write waits for another process to let go of the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Reads wait for nobody in WAL mode; more than a few at a time gain nothing.
const READERS: u32 = 4;

/// Each change of the tables, in order. The numbers are those of the files.
const MIGRATIONS: [(i64, &str, &str); 4] = [
    (1, "accounts", include_str!("../../../migrations/sqlite/0001_accounts.sql")),
    (2, "imported users", include_str!("../../../migrations/sqlite/0002_imported_users.sql")),
    (3, "administration", include_str!("../../../migrations/sqlite/0003_administration.sql")),
    (4, "adoption", include_str!("../../../migrations/sqlite/0004_adoption.sql")),
];

/// A [`Store`] in one SQLite file.
pub struct SqliteStore {
    writer: Writer,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, making it readable for its owner alone if it is new, and migrates.
    ///
    /// # Errors
    /// When SQLite is too old, or the file cannot be opened or migrated.
    pub async fn open(options: SqliteConnectOptions, url: &str) -> Result<Self, ConnectError> {
        let open = |cause: StoreError| ConnectError::Open { url: url.to_owned(), cause };
        create_private(options.get_filename()).map_err(|error| open(StoreError(Box::new(error))))?;
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .disable_statement_logging();
        let mut connection = options.connect().await.map_err(|error| open(error.into()))?;
        check_version(&mut connection).await?;
        migrate(&mut connection).await.map_err(open)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(BUSY_TIMEOUT)
            .connect_lazy_with(options.pragma("query_only", "on"));
        Ok(Self { writer: Writer::start(connection), readers })
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self(Box::new(error))
    }
}

/// The file holds password hashes: nobody but its owner reads it. SQLite gives its companions
/// (`-wal`, `-shm`) the same permissions.
fn create_private(path: &std::path::Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

async fn check_version(connection: &mut SqliteConnection) -> Result<(), ConnectError> {
    let (needed, minimum) = MIN_VERSION;
    let found: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(connection)
        .await
        .map_err(|error| ConnectError::Open { url: "sqlite".to_owned(), cause: error.into() })?;
    let parts: Vec<u32> = found.split('.').map_while(|part| part.parse().ok()).collect();
    if parts.as_slice() >= minimum.as_slice() { Ok(()) } else { Err(ConnectError::Version { found, needed }) }
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let migrations = MIGRATIONS.map(|(version, description, sql)| {
        let sql = sqlx::SqlStr::from_static(sql);
        Migration::new(version, description.into(), MigrationType::Simple, sql, false)
    });
    let migrator = Migrator::with_migrations(migrations.to_vec());
    migrator.run(connection).await.map_err(|error| StoreError(Box::new(error)))
}

#[async_trait]
impl Store for SqliteStore {
    async fn create_user(&self, user: NewUser) -> Result<User, CreateUserError> {
        let created = self.writer.write(move |c| Box::pin(async move { users::create(c, &user).await })).await?;
        created.ok_or(CreateUserError::UsernameTaken)
    }

    async fn find_credentials(&self, username: &str) -> Result<Option<StoredCredentials>, StoreError> {
        Ok(users::find_credentials(&self.readers, username).await?)
    }

    async fn find_user(&self, user: UserId) -> Result<Option<User>, StoreError> {
        Ok(users::find(&self.readers, user).await?)
    }

    async fn find_account(&self, user: &UserKey) -> Result<Option<StoredCredentials>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        Ok(users::find_account(&mut connection, user).await?)
    }

    async fn upgrade_password(&self, user: UserId, old: SecretString, new: SecretString) -> Result<(), StoreError> {
        self.writer.write(move |c| Box::pin(async move { users::upgrade_password(c, user, &old, &new).await })).await
    }

    async fn set_password(&self, new: NewPassword, ending: Ending) -> Result<Option<Vec<Revocation>>, StoreError> {
        self.writer
            .write(move |c| {
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
        self.writer
            .write(move |c| Box::pin(async move { changes::change_own(c, user, &change, naming, &ending).await }))
            .await
    }

    async fn open_session(&self, session: NewSession) -> Result<Option<Session>, StoreError> {
        self.writer.write(move |c| Box::pin(async move { sessions::open(c, session).await })).await
    }

    async fn find_session(&self, session: SessionId) -> Result<Option<Session>, StoreError> {
        let mut connection = self.readers.acquire().await?;
        Ok(sessions::find(&mut connection, session).await?.map(|found| found.session))
    }

    async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, StoreError> {
        self.writer.write(move |c| Box::pin(async move { refresh::refresh(c, &refresh).await })).await
    }

    async fn token_standing(&self, jti: Jti, session: Option<SessionId>) -> Result<TokenStanding, StoreError> {
        let mut connection = self.readers.acquire().await?;
        Ok(outstanding::standing(&mut connection, &jti, session).await?)
    }

    async fn blacklist(&self, token: PresentedToken, ending: Ending) -> Result<Blacklisting, StoreError> {
        self.writer.write(move |c| Box::pin(async move { refresh::blacklist(c, &token, &ending).await })).await
    }

    async fn living_sessions(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        Ok(sessions::living_of(&self.readers, user, now).await?)
    }

    async fn revoke_session(
        &self,
        user: UserId,
        session: SessionId,
        ending: Ending,
    ) -> Result<Option<Revocation>, StoreError> {
        self.writer
            .write(move |c| {
                Box::pin(async move {
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
        self.writer.write(move |c| Box::pin(async move { sessions::end_all_of(c, user, keep, &ending).await })).await
    }

    async fn revoke_sessions_before(
        &self,
        user: Option<UserId>,
        before: Timestamp,
        limit: u32,
        ending: Ending,
    ) -> Result<Vec<Revocation>, StoreError> {
        self.writer
            .write(move |c| Box::pin(async move { sessions::end_before(c, user, before, limit, &ending).await }))
            .await
    }

    async fn note_seen(&self, seen: Vec<(SessionId, u32)>) -> Result<(), StoreError> {
        self.writer.write(move |c| Box::pin(async move { sessions::note_seen(c, &seen).await })).await
    }

    async fn revocations_after(&self, sequence: i64) -> Result<Vec<Revocation>, StoreError> {
        Ok(sessions::revocations_after(&self.readers, sequence).await?)
    }

    async fn flush_expired(&self, before: Timestamp, limit: u32) -> Result<Flushed, StoreError> {
        self.writer.write(move |c| Box::pin(async move { flush::flush_expired(c, before, limit).await })).await
    }

    async fn import_users(&self, users: Vec<ForeignUser>, import: Import) -> Result<Vec<Outcome>, StoreError> {
        self.writer.write(move |c| Box::pin(async move { import::users(c, &users, &import).await })).await
    }

    async fn import_tokens(&self, tokens: Vec<ForeignToken>, import: Import) -> Result<Vec<Outcome>, StoreError> {
        self.writer.write(move |c| Box::pin(async move { import::tokens(c, &tokens, &import).await })).await
    }

    async fn reserve_user_numbers(&self, highest: i64, mode: ImportMode) -> Result<(), StoreError> {
        match mode {
            ImportMode::Rehearse => Ok(()),
            ImportMode::Commit => {
                self.writer.write(move |c| Box::pin(async move { import::reserve_numbers(c, highest).await })).await
            }
        }
    }

    async fn ping(&self) -> Result<(), StoreError> {
        // SQLx's own `ping` of SQLite does not look at the file.
        sqlx::query("SELECT EXISTS (SELECT 1 FROM users)").execute(&self.readers).await?;
        Ok(())
    }
}
