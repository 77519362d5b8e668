//! The store for both databases. The submodules implement the store's traits: each method is one piece of work on the tables.

mod administration;
mod events;
mod imports;
mod maintenance;
mod sessions;
mod tokens;
mod users;

use std::sync::Arc;

use hallpass_core::store::{StoreError, WriteError};

use super::{
    ConnectError, DatabaseUrl, Timeouts,
    postgres::PostgresBackend,
    sqlite::SqliteBackend,
    tables::{
        derived,
        locks::{GlobalLock, Unlocked},
    },
    work::{Reading, Rollback, Work, failure, undeniable, with_global_lock, work},
};

/// A [`Store`](hallpass_core::store::Store) in SQLite or PostgreSQL.
pub(super) enum Database {
    Sqlite(SqliteBackend),
    Postgres(PostgresBackend),
}

impl Database {
    /// Opens the database, and fills in derived columns after a migration.
    pub(super) async fn open(url: &DatabaseUrl, timeouts: Timeouts) -> Result<Self, ConnectError> {
        let database = match url {
            DatabaseUrl::Sqlite(file) => Self::Sqlite(SqliteBackend::open(file, timeouts).await?),
            DatabaseUrl::Postgres(database) => Self::Postgres(PostgresBackend::open(database, timeouts).await?),
        };
        database.fill_derived().await.map_err(ConnectError::Derived)?;
        Ok(database)
    }

    async fn fill_derived(&self) -> Result<(), StoreError> {
        while self.read(work!(|c| derived::are_missing(c))).await? {
            self.write_globally(work!(|c, lock| derived::fill(c, lock))).await?;
        }
        Ok(())
    }

    /// Runs work that reads with one statement.
    async fn read<T: Send + 'static>(&self, work: impl Reading<T>) -> Result<T, StoreError> {
        self.read_in_history(work).await.map(|(value, _)| value)
    }

    /// Runs work that reads with one statement. Also returns the history of the data that was read, where the database
    /// identifies it.
    async fn read_in_history<T: Send + 'static>(
        &self,
        work: impl Reading<T>,
    ) -> Result<(T, Option<Arc<str>>), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.read(work).await.map(|value| (value, None)),
            Self::Postgres(postgres) => postgres.read_in_history(work).await,
        }
    }

    /// Runs work whose statements all read the same snapshot of the database.
    async fn snapshot<T: Send + 'static>(&self, work: impl Reading<T>) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.snapshot(work).await,
            Self::Postgres(postgres) => postgres.snapshot(work).await,
        }
    }

    /// Runs work on one session or one user, and returns after its commit. The work completes even if the caller is
    /// dropped.
    async fn write<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T, StoreError> {
        self.decide(undeniable(work)).await.map_err(failure)
    }

    /// Runs work on several users or sessions, which needs the global lock, like [`write`](Self::write).
    async fn write_globally<T: Send + 'static>(&self, work: impl Work<T, GlobalLock>) -> Result<T, StoreError> {
        self.decide_globally(undeniable(work)).await.map_err(failure)
    }

    /// Runs work that can be denied, like [`write`](Self::write).
    async fn decide<T: Send + 'static>(&self, work: impl Work<T, Unlocked, Rollback>) -> Result<T, WriteError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.writer().write(work).await,
            Self::Postgres(postgres) => postgres.write(work).await,
        }
    }

    /// Runs work that can be denied, like [`write_globally`](Self::write_globally).
    async fn decide_globally<T: Send + 'static>(
        &self,
        work: impl Work<T, GlobalLock, Rollback>,
    ) -> Result<T, WriteError> {
        self.decide(with_global_lock(work)).await
    }
}
