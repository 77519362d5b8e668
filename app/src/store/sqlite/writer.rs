//! The one writer. It takes whatever writes are waiting, runs them in one transaction, commits once,
//! and only then answers each: many durable writes for the price of one sync to the disk. A write
//! that fails or is denied leaves nothing, and takes nothing with it.

use std::{fmt, panic::AssertUnwindSafe, sync::Arc};

use async_trait::async_trait;
use futures::FutureExt;
use sqlx::SqliteConnection;
use tokio::sync::{mpsc, oneshot};

use crate::{
    auth::store::StoreError,
    store::{backend::Work, sql::Connection},
};

/// How many writes one transaction takes at most: the last to come should not wait long for the
/// first.
const MAX_BATCH: usize = 128;

/// How many writes may wait before callers have to.
const QUEUE: usize = 1024;

/// A handle to the writer. Dropping it lets the writer finish what waits and close the file.
pub(super) struct Writer {
    jobs: mpsc::Sender<Box<dyn Job>>,
}

impl Writer {
    /// Starts the writer on its connection.
    pub(super) fn start(connection: SqliteConnection) -> Self {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(run(connection, waiting));
        Self { jobs }
    }

    /// How many writes wait.
    pub(super) fn waiting(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }

    /// Runs `work` in a transaction and answers after its commit. It runs to its end even when the
    /// caller has gone. What is not to be kept leaves nothing.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl Work<T>,
        is_kept: fn(&T) -> bool,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job = Write { work: Some(work), is_kept, result: None, reply };
        let is_running = self.jobs.send(Box::new(job)).await.is_ok();
        match answer.await {
            Ok(result) if is_running => result,
            Ok(_) | Err(_) => Err(StoreError(Box::new(Stopped))),
        }
    }
}

/// The writer has gone, as when the server stops.
#[derive(Debug, thiserror::Error)]
#[error("the writer has stopped")]
struct Stopped;

/// Why a batch was not committed, for each of those who waited for it.
#[derive(Clone, Debug)]
struct NotCommitted(Arc<sqlx::Error>);

impl fmt::Display for NotCommitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for NotCommitted {}

#[async_trait]
trait Job: Send {
    /// Does the work and keeps the result; whether what it wrote stays.
    async fn run(&mut self, connection: &mut SqliteConnection) -> bool;

    /// Tells the caller, once it is known whether the batch was committed.
    fn answer(self: Box<Self>, committed: Result<(), NotCommitted>);
}

struct Write<T, W> {
    work: Option<W>,
    is_kept: fn(&T) -> bool,
    result: Option<sqlx::Result<T>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

#[async_trait]
impl<T, W> Job for Write<T, W>
where
    T: Send + 'static,
    W: Work<T>,
{
    async fn run(&mut self, connection: &mut SqliteConnection) -> bool {
        if let Some(work) = self.work.take() {
            // A panic, as in a policy of the deployment's own, ends its own write and not the writer.
            let caught = AssertUnwindSafe(work(&mut Connection::Sqlite(connection))).catch_unwind().await;
            self.result = Some(caught.unwrap_or_else(|_| Err(sqlx::Error::Protocol("a write panicked".to_owned()))));
        }
        self.result.as_ref().is_some_and(|result| result.as_ref().is_ok_and(self.is_kept))
    }

    fn answer(self: Box<Self>, committed: Result<(), NotCommitted>) {
        let result = match (self.result, committed) {
            (Some(Err(error)), _) => Err(error.into()),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Ok(_)) | None, Err(error)) => Err(StoreError(Box::new(error))),
            (None, Ok(())) => Err(StoreError(Box::new(Stopped))),
        };
        // A caller who has gone is answered by nobody; the write stands all the same.
        drop(self.reply.send(result));
    }
}

async fn run(mut connection: SqliteConnection, mut waiting: mpsc::Receiver<Box<dyn Job>>) {
    let mut batch = Vec::with_capacity(MAX_BATCH);
    while waiting.recv_many(&mut batch, MAX_BATCH).await > 0 {
        let committed = commit(&mut connection, &mut batch).await;
        if committed.is_err() {
            // Fails when there is no transaction left to roll back, which is just as well.
            drop(execute(&mut connection, "ROLLBACK").await);
        }
        let committed = committed.map_err(|error| NotCommitted(Arc::new(error)));
        for job in batch.drain(..) {
            job.answer(committed.clone());
        }
    }
    drop(sqlx::Connection::close(connection).await);
}

async fn commit(connection: &mut SqliteConnection, batch: &mut [Box<dyn Job>]) -> sqlx::Result<()> {
    execute(connection, "BEGIN IMMEDIATE").await?;
    for job in batch {
        execute(connection, "SAVEPOINT job").await?;
        if !job.run(connection).await {
            execute(connection, "ROLLBACK TO job").await?;
        }
        execute(connection, "RELEASE job").await?;
    }
    execute(connection, "COMMIT").await
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) -> sqlx::Result<()> {
    sqlx::query(sql).execute(connection).await.map(drop)
}
