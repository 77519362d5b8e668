//! One of the two databases, which runs the work of [`Database`](super::Database): work that reads, and work that writes
//! in one transaction.

use std::sync::Arc;

use futures::future::BoxFuture;
use hallpass_core::{
    administration::Denial,
    revocation::RevocationSet,
    store::{AdminActionError, Refresh, Refreshed, StoreError},
};

use super::{
    postgres::PostgresBackend,
    sql::Connection,
    sqlite::SqliteBackend,
    tables::{
        locks::{GlobalLock, Unlocked},
        refresh, write_probe,
    },
};

/// Work in a transaction that holds the lock `L`. An error rolls it back. A clone of the work runs again when the
/// connection is lost before the commit, so the work has no effect outside the database.
pub(super) trait Work<T, L = Unlocked, E = sqlx::Error>:
    for<'c, 'd> FnOnce(&'c mut Connection<'d>, L) -> BoxFuture<'c, Result<T, E>> + Clone + Send + 'static
{
}

impl<T, L, E, W> Work<T, L, E> for W where
    W: for<'c, 'd> FnOnce(&'c mut Connection<'d>, L) -> BoxFuture<'c, Result<T, E>> + Clone + Send + 'static
{
}

/// Work that only reads. It may run again, as [`Work`] may.
pub(super) trait Reading<T>:
    for<'c, 'd> FnOnce(&'c mut Connection<'d>) -> BoxFuture<'c, sqlx::Result<T>> + Clone + Send + 'static
{
}

impl<T, W> Reading<T> for W where
    W: for<'c, 'd> FnOnce(&'c mut Connection<'d>) -> BoxFuture<'c, sqlx::Result<T>> + Clone + Send + 'static
{
}

/// Work as a closure that returns a boxed future.
macro_rules! work {
    (|$($argument:pat_param),*| $body:expr) => {
        move |$($argument),*| Box::pin(async move { $body })
    };
}
pub(super) use work;

/// The reason work is rolled back.
#[derive(Debug)]
pub(super) enum Rollback {
    /// The admin action is denied.
    Denied(Denial),
    /// A statement failed.
    Database(sqlx::Error),
}

impl From<Denial> for Rollback {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

impl From<sqlx::Error> for Rollback {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

/// The database that is in use.
pub(super) enum Backend {
    Sqlite(SqliteBackend),
    Postgres(PostgresBackend),
}

impl Backend {
    /// Runs work that reads with one statement.
    pub(super) async fn read<T: Send + 'static>(&self, work: impl Reading<T>) -> Result<T, StoreError> {
        self.read_in_history(work).await.map(|(value, _)| value)
    }

    /// Runs work that reads with one statement. Also returns the history of the data that was read, where the database
    /// identifies it.
    pub(super) async fn read_in_history<T: Send + 'static>(
        &self,
        work: impl Reading<T>,
    ) -> Result<(T, Option<Arc<str>>), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.read(work).await.map(|value| (value, None)),
            Self::Postgres(postgres) => postgres.read_in_history(work).await,
        }
    }

    /// Runs work whose statements all read the same snapshot of the database.
    pub(super) async fn snapshot<T: Send + 'static>(&self, work: impl Reading<T>) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.snapshot(work).await,
            Self::Postgres(postgres) => postgres.snapshot(work).await,
        }
    }

    /// Runs work on one session or one user, and returns after its commit. The work completes even if the caller is
    /// dropped.
    pub(super) async fn write<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T, StoreError> {
        self.commit(undeniable(work)).await.map_err(failure)
    }

    /// Runs work on several users or sessions, which needs the global lock, like [`write`](Self::write).
    pub(super) async fn write_globally<T: Send + 'static>(
        &self,
        work: impl Work<T, GlobalLock>,
    ) -> Result<T, StoreError> {
        self.commit(with_global_lock(undeniable(work))).await.map_err(failure)
    }

    /// Runs an admin action like [`write_globally`](Self::write_globally).
    pub(super) async fn administer<T: Send + 'static>(
        &self,
        work: impl Work<T, GlobalLock, Rollback>,
    ) -> Result<T, AdminActionError> {
        self.commit(with_global_lock(work)).await
    }

    /// Runs a refresh like [`write`](Self::write).
    pub(super) async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.writer().refresh(refresh).await.map_err(failure),
            Self::Postgres(_) => {
                let refresh = Arc::new(refresh);
                self.write(work!(|c, unlocked| refresh::refresh(c, unlocked, &refresh).await)).await
            }
        }
    }

    /// Checks that the database accepts writes.
    pub(super) async fn probe_write(&self) -> Result<(), StoreError> {
        if let Self::Sqlite(sqlite) = self {
            sqlite.check_place()?;
        }
        self.write(work!(|c, _| write_probe::write(c).await)).await
    }

    /// Resolves when another process may have revoked sessions. Never resolves on SQLite and behind a pooler.
    pub(super) async fn wait_for_revocations(&self) {
        match self {
            Self::Sqlite(_) => std::future::pending().await,
            Self::Postgres(postgres) => postgres.wait_for_revocations().await,
        }
    }

    /// The set of revoked sessions, which each commit extends.
    pub(super) fn revocations(&self) -> &Arc<RevocationSet> {
        match self {
            Self::Sqlite(sqlite) => sqlite.revocations(),
            Self::Postgres(postgres) => postgres.revocations(),
        }
    }

    /// The number of writes in the queue of the single writer.
    pub(super) fn waiting(&self) -> Option<usize> {
        match self {
            Self::Sqlite(sqlite) => Some(sqlite.writer().waiting()),
            Self::Postgres(_) => None,
        }
    }

    async fn commit<T: Send + 'static>(&self, work: impl Work<T, Unlocked, Rollback>) -> Result<T, AdminActionError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.writer().write(work).await,
            Self::Postgres(postgres) => postgres.write(work).await,
        }
    }
}

/// The error of work that cannot be denied.
fn failure(error: AdminActionError) -> StoreError {
    match error {
        AdminActionError::Store(error) => error,
        AdminActionError::Denied(denial) => StoreError(Box::new(denial)),
    }
}

fn undeniable<T: Send + 'static, L: Send + 'static>(work: impl Work<T, L>) -> impl Work<T, L, Rollback> {
    move |connection: &mut Connection<'_>, lock: L| -> BoxFuture<'_, Result<T, Rollback>> {
        Box::pin(async move { Ok(work(connection, lock).await?) })
    }
}

fn with_global_lock<T: Send + 'static>(work: impl Work<T, GlobalLock, Rollback>) -> impl Work<T, Unlocked, Rollback> {
    move |connection: &mut Connection<'_>, unlocked: Unlocked| -> BoxFuture<'_, Result<T, Rollback>> {
        Box::pin(async move {
            let lock = unlocked.global(connection).await?;
            work(connection, lock).await
        })
    }
}
