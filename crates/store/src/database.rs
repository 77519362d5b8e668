//! The store traits for both databases: each method is one piece of work on the tables.

mod administration;
mod events;
mod imports;
mod maintenance;
mod sessions;
mod tokens;
mod users;

use hallpass_core::store::StoreError;

use super::{
    ConnectError, PostgresDatabase, SqliteFile, Timeouts,
    backend::{Backend, work},
    postgres::PostgresBackend,
    sqlite::SqliteBackend,
    tables::emails,
};

/// A [`Store`](hallpass_core::store::Store) in SQLite or PostgreSQL.
pub(super) struct Database {
    backend: Backend,
}

impl Database {
    /// Opens a SQLite file.
    pub(super) async fn sqlite(file: &SqliteFile, timeouts: Timeouts) -> Result<Self, ConnectError> {
        let backend = Backend::Sqlite(SqliteBackend::open(file, timeouts).await?);
        Self { backend }.with_email_keys().await
    }

    /// Connects to a PostgreSQL server.
    pub(super) async fn postgres(database: &PostgresDatabase, timeouts: Timeouts) -> Result<Self, ConnectError> {
        let backend = Backend::Postgres(PostgresBackend::open(database, timeouts).await?);
        Self { backend }.with_email_keys().await
    }

    /// Fills in the keys of e-mail addresses after a migration. SQL cannot compute the canonical form of a text.
    async fn with_email_keys(self) -> Result<Self, ConnectError> {
        self.fill_email_keys().await.map_err(ConnectError::EmailKeys)?;
        Ok(self)
    }

    async fn fill_email_keys(&self) -> Result<(), StoreError> {
        while self.lacks_email_keys().await? {
            self.backend.write_globally(work!(|c, lock| emails::fill_keys(c, lock).await)).await?;
        }
        Ok(())
    }

    async fn lacks_email_keys(&self) -> Result<bool, StoreError> {
        self.backend.read(work!(|c| emails::lacks_keys(c).await)).await
    }
}
