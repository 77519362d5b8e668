//! Either database, as the [`Database`](super::Database) needs it: it runs pieces of work that read, and pieces of work
//! that write in one transaction.

use std::sync::Arc;

use futures::future::BoxFuture;
use hallpass_core::{
    administration::Denial,
    revocation::RevocationSet,
    store::{Done, Refresh, Refreshed, StoreError},
};

use super::{
    postgres::PostgresBackend,
    sql::Connection,
    sqlite::SqliteBackend,
    tables::{
        locks::{AdministrationLock, Unlocked},
        refresh, write_probe,
    },
};

/// Work inside a transaction that holds the lock `L`, or none yet. A clone of it runs when the first attempt is lost with
/// its connection, so it changes nothing but the database.
pub(super) trait Work<T, L = Unlocked>:
    for<'c, 'd> FnOnce(&'c mut Connection<'d>, L) -> BoxFuture<'c, sqlx::Result<T>> + Clone + Send + 'static
{
}

impl<T, L, W> Work<T, L> for W where
    W: for<'c, 'd> FnOnce(&'c mut Connection<'d>, L) -> BoxFuture<'c, sqlx::Result<T>> + Clone + Send + 'static
{
}

/// Work that only reads, and that runs again like [`Work`].
pub(super) trait Reading<T>:
    for<'c, 'd> FnOnce(&'c mut Connection<'d>) -> BoxFuture<'c, sqlx::Result<T>> + Clone + Send + 'static
{
}

impl<T, W> Reading<T> for W where
    W: for<'c, 'd> FnOnce(&'c mut Connection<'d>) -> BoxFuture<'c, sqlx::Result<T>> + Clone + Send + 'static
{
}

/// One of the two.
pub(super) enum Backend {
    Sqlite(SqliteBackend),
    Postgres(PostgresBackend),
}

impl Backend {
    /// Runs work that reads with one statement.
    pub(super) async fn read<T: Send + 'static>(&self, work: impl Reading<T>) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.read(work).await,
            Self::Postgres(postgres) => postgres.read(work).await,
        }
    }

    /// The same, with the history of the data that was read, where the database tells it.
    pub(super) async fn read_in_history<T: Send + 'static>(
        &self,
        work: impl Reading<T>,
    ) -> Result<(T, Option<Arc<str>>), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.read(work).await.map(|value| (value, None)),
            Self::Postgres(postgres) => postgres.read_in_history(work).await,
        }
    }

    /// Runs work that reads one state of the database, with however many statements.
    pub(super) async fn snapshot<T: Send + 'static>(&self, work: impl Reading<T>) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.snapshot(work).await,
            Self::Postgres(postgres) => postgres.snapshot(work).await,
        }
    }

    /// Runs work that touches one session or one user, and answers after its commit. It runs to its end even
    /// when the caller has gone.
    pub(super) async fn write<T: Send + 'static>(&self, work: impl Work<T>) -> Result<T, StoreError> {
        self.commit(work, |_| true).await
    }

    /// The same for work that touches several, and has the administration lock.
    pub(super) async fn write_in_line<T: Send + 'static>(
        &self,
        work: impl Work<T, AdministrationLock>,
    ) -> Result<T, StoreError> {
        self.commit(in_line(work), |_| true).await
    }

    /// The same for a deed. When it is denied, nothing of it stays.
    pub(super) async fn write_deed<T: Send + 'static>(
        &self,
        work: impl Work<Result<T, Denial>, AdministrationLock>,
    ) -> Done<T> {
        self.commit(in_line(work), Result::is_ok).await
    }

    /// Runs a refresh, as [`write`](Self::write) would.
    pub(super) async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.refresh(refresh).await,
            Self::Postgres(postgres) => {
                let refresh = Arc::new(refresh);
                postgres
                    .write(
                        move |c, unlocked| Box::pin(async move { refresh::refresh(c, unlocked, &refresh).await }),
                        |_| true,
                    )
                    .await
            }
        }
    }

    /// Writes what tells whether the database takes writes, and keeps it where only a commit can tell.
    pub(super) async fn probe_write(&self) -> Result<(), StoreError> {
        if let Self::Sqlite(sqlite) = self {
            sqlite.check_place()?;
        }
        let is_kept = |is_kept: &bool| *is_kept;
        self.commit(|c, _| Box::pin(async move { write_probe::write(c).await }), is_kept).await.map(drop)
    }

    /// Told when another process has ended sessions; where none can tell, never.
    pub(super) async fn told(&self) {
        match self {
            Self::Sqlite(_) => std::future::pending().await,
            Self::Postgres(postgres) => postgres.told().await,
        }
    }

    /// The set that each commit adds to.
    pub(super) fn revocations(&self) -> &Arc<RevocationSet> {
        match self {
            Self::Sqlite(sqlite) => sqlite.revocations(),
            Self::Postgres(postgres) => postgres.revocations(),
        }
    }

    /// How many pieces of work wait for the one writer.
    pub(super) fn waiting(&self) -> Option<usize> {
        match self {
            Self::Sqlite(sqlite) => Some(sqlite.waiting()),
            Self::Postgres(_) => None,
        }
    }

    async fn commit<T: Send + 'static>(&self, work: impl Work<T>, is_kept: fn(&T) -> bool) -> Result<T, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.write(work, is_kept).await,
            Self::Postgres(postgres) => postgres.write(work, is_kept).await,
        }
    }
}

fn in_line<T: Send + 'static>(work: impl Work<T, AdministrationLock>) -> impl Work<T> {
    move |connection: &mut Connection<'_>, unlocked: Unlocked| -> BoxFuture<'_, sqlx::Result<T>> {
        Box::pin(async move {
            let lock = unlocked.administration(connection).await?;
            work(connection, lock).await
        })
    }
}
