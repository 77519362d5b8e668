//! Either database, as the [`Database`](super::Database) needs it: something to read with, and something
//! that runs a piece of work in one transaction.

use std::sync::Arc;

use futures::future::BoxFuture;
use sqlx::{Postgres, Sqlite, Transaction, pool::PoolConnection};

use super::{
    postgres::PostgresBackend,
    sql::Connection,
    sqlite::SqliteBackend,
    tables::{
        locks::{AdministrationLock, Unlocked},
        refresh,
    },
};
use crate::auth::{
    administration::Denial,
    revocation::RevocationSet,
    store::{Done, Refresh, Refreshed, StoreError},
};

/// Work inside a transaction that holds the lock `L`, or none yet.
pub(super) trait Work<T, L = Unlocked>:
    for<'c, 'd> FnOnce(&'c mut Connection<'d>, L) -> BoxFuture<'c, sqlx::Result<T>> + Send + 'static
{
}

impl<T, L, W> Work<T, L> for W where
    W: for<'c, 'd> FnOnce(&'c mut Connection<'d>, L) -> BoxFuture<'c, sqlx::Result<T>> + Send + 'static
{
}

/// One of the two.
pub(super) enum Backend {
    Sqlite(SqliteBackend),
    Postgres(PostgresBackend),
}

/// Something to read with.
pub(super) enum Reading {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Reading {
    pub(super) fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::Sqlite(connection) => Connection::sqlite(connection),
            Self::Postgres(connection) => Connection::postgres(connection),
        }
    }
}

/// Something to read one state of the database with, however many statements that takes.
pub(super) enum Snapshot {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Snapshot {
    pub(super) fn connection(&mut self) -> Connection<'_> {
        match self {
            Self::Sqlite(transaction) => Connection::sqlite(transaction),
            Self::Postgres(transaction) => Connection::postgres(transaction),
        }
    }
}

impl Backend {
    pub(super) async fn read(&self) -> Result<Reading, StoreError> {
        Ok(match self {
            Self::Sqlite(sqlite) => Reading::Sqlite(sqlite.read().await?),
            Self::Postgres(postgres) => Reading::Postgres(postgres.read().await?),
        })
    }

    pub(super) async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Ok(match self {
            Self::Sqlite(sqlite) => Snapshot::Sqlite(sqlite.snapshot().await?),
            Self::Postgres(postgres) => Snapshot::Postgres(postgres.snapshot().await?),
        })
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
                postgres
                    .write(
                        move |c, unlocked| Box::pin(async move { refresh::refresh(c, unlocked, &refresh).await }),
                        |_| true,
                    )
                    .await
            }
        }
    }

    /// Told when another process has ended sessions; where none can tell, never.
    pub(super) async fn told(&self) {
        match self {
            Self::Sqlite(_) => std::future::pending().await,
            Self::Postgres(postgres) => postgres.told().await,
        }
    }

    /// The set that each commit adds to.
    pub(super) const fn revocations(&self) -> &Arc<RevocationSet> {
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
