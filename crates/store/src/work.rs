//! Work on a database: closures that read, or that write in one transaction.

use futures::future::BoxFuture;
use hallpass_core::{
    administration::Denial,
    store::{StoreError, WriteError},
};

use super::{
    sql::Connection,
    tables::locks::{GlobalLock, Unlocked},
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

/// Work as a closure that returns a boxed future: one call, or a block of several.
macro_rules! work {
    (|$($argument:pat_param),*| $body:block) => {
        move |$($argument),*| Box::pin(async move $body)
    };
    (|$($argument:pat_param),*| $call:expr) => {
        move |$($argument),*| Box::pin(async move { $call.await })
    };
}
pub(super) use work;

/// The reason work is rolled back.
#[derive(Debug)]
pub(super) enum Rollback {
    /// The write is denied.
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

/// The error of work that cannot be denied.
pub(super) fn failure(error: WriteError) -> StoreError {
    match error {
        WriteError::Store(error) => error,
        denied @ WriteError::Denied(_) => StoreError(Box::new(denied)),
    }
}

/// Work that cannot be denied, as work that can.
pub(super) fn undeniable<T: Send + 'static, L: Send + 'static>(work: impl Work<T, L>) -> impl Work<T, L, Rollback> {
    move |connection: &mut Connection<'_>, lock: L| -> BoxFuture<'_, Result<T, Rollback>> {
        Box::pin(async move { Ok(work(connection, lock).await?) })
    }
}

/// Work that takes the global lock first.
pub(super) fn with_global_lock<T: Send + 'static>(
    work: impl Work<T, GlobalLock, Rollback>,
) -> impl Work<T, Unlocked, Rollback> {
    move |connection: &mut Connection<'_>, unlocked: Unlocked| -> BoxFuture<'_, Result<T, Rollback>> {
        Box::pin(async move {
            let lock = unlocked.global(connection).await?;
            work(connection, lock).await
        })
    }
}
