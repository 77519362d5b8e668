//! The single writer, with group commit: it runs all queued writes in one transaction, commits once, and then answers each,
//! so that many durable writes share one disk sync. Each write has a savepoint: one that fails or is denied leaves nothing
//! and affects no other. Plain rotations, the most frequent writes, also share their statements.

use std::{panic::AssertUnwindSafe, sync::Arc};

use async_trait::async_trait;
use futures::FutureExt;
use hallpass_core::{
    revocation::{Revocation, RevocationSet},
    store::{Refresh, Refreshed, StoreError, WriteError},
};
use sqlx::SqliteConnection;
use tokio::sync::{mpsc, oneshot};

use super::checkpoints;
use crate::{
    error::store_error,
    sql::Connection,
    tables::{locks::Unlocked, refresh, rotations},
    work::{Rollback, Work},
};

/// The maximum number of writes in one transaction, so that the first write does not wait long for the last.
const MAX_BATCH: usize = 128;

/// The capacity of the queue. Callers wait when it is full.
const QUEUE: usize = 1024;

/// A handle to the writer task. After it is dropped, the writer completes queued writes and closes the file.
pub(crate) struct Writer {
    jobs: mpsc::Sender<Waiting>,
}

/// A queued write.
enum Waiting {
    Refresh(Box<RefreshJob>),
    Other(Box<dyn Job>),
}

impl Writer {
    /// Starts the writer on one connection and checkpoints on another.
    pub(super) fn start(
        connection: SqliteConnection,
        copying: SqliteConnection,
        revocations: Arc<RevocationSet>,
    ) -> Self {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let (writes, written) = mpsc::channel(1);
        tokio::spawn(run(connection, waiting, writes, revocations));
        tokio::spawn(checkpoints::copy(copying, written));
        Self { jobs }
    }

    /// The number of queued writes.
    pub(crate) fn waiting(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }

    /// Runs `work` in a transaction and returns after its commit. The work completes even if the caller is dropped.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl Work<T, Unlocked, Rollback>,
    ) -> Result<T, WriteError> {
        self.queue(|answer| Waiting::Other(Box::new(Write { work: Some(work), answer }))).await
    }

    /// Runs a refresh like [`write`](Self::write).
    pub(crate) async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, WriteError> {
        self.queue(|answer| Waiting::Refresh(Box::new(RefreshJob { refresh, answer }))).await
    }

    async fn queue<T>(&self, job: impl FnOnce(Answer<T>) -> Waiting) -> Result<T, WriteError> {
        let (reply, answer) = oneshot::channel();
        let is_running = self.jobs.send(job(Answer { result: None, reply })).await.is_ok();
        match answer.await {
            Ok(result) if is_running => result,
            Ok(_) | Err(_) => Err(StoreError(Box::new(Stopped)).into()),
        }
    }
}

/// The writer has stopped, as when the server shuts down.
#[derive(Debug, thiserror::Error)]
#[error("the writer has stopped")]
struct Stopped;

/// The reason a batch was not committed, for each of its callers.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
struct NotCommitted(Arc<sqlx::Error>);

/// The result of a piece of work, and the caller that waits for it.
struct Answer<T> {
    result: Option<Result<T, Rollback>>,
    reply: oneshot::Sender<Result<T, WriteError>>,
}

impl<T> Answer<T> {
    /// Does the work and keeps its result. A panic, as in a deployment's policy, fails only its own write.
    async fn keep<E: From<sqlx::Error>>(&mut self, work: impl Future<Output = Result<T, E>>) -> bool
    where
        Rollback: From<E>,
    {
        let result = caught(work).await;
        let is_ok = result.is_ok();
        self.result = Some(result.map_err(Rollback::from));
        is_ok
    }

    fn give(self, committed: Result<(), NotCommitted>) {
        let result = match (self.result, committed) {
            (Some(Err(Rollback::Database(error))), _) => Err(store_error(error).into()),
            (Some(Err(Rollback::Denied(denial))), Ok(())) => Err(denial.into()),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(_) | None, Err(error)) => Err(StoreError(Box::new(error)).into()),
            (None, Ok(())) => Err(StoreError(Box::new(Stopped)).into()),
        };
        // The write remains even if the caller was dropped.
        drop(self.reply.send(result));
    }
}

async fn caught<T, E: From<sqlx::Error>>(work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let caught = AssertUnwindSafe(work).catch_unwind().await;
    caught.unwrap_or_else(|_| Err(sqlx::Error::Protocol("a write panicked".to_owned()).into()))
}

#[async_trait]
trait Job: Send {
    /// Does the work and keeps its result. Returns whether it succeeded.
    async fn run(&mut self, connection: &mut Connection<'_>) -> bool;

    /// Answers the caller when the batch was committed or rolled back.
    fn answer(self: Box<Self>, committed: Result<(), NotCommitted>);
}

struct Write<T, W> {
    work: Option<W>,
    answer: Answer<T>,
}

#[async_trait]
impl<T, W> Job for Write<T, W>
where
    T: Send + 'static,
    W: Work<T, Unlocked, Rollback>,
{
    async fn run(&mut self, connection: &mut Connection<'_>) -> bool {
        match self.work.take() {
            Some(work) => self.answer.keep(work(connection, Unlocked::begin())).await,
            None => false,
        }
    }

    fn answer(self: Box<Self>, committed: Result<(), NotCommitted>) {
        self.answer.give(committed);
    }
}

struct RefreshJob {
    refresh: Refresh,
    answer: Answer<Refreshed>,
}

#[async_trait]
impl Job for RefreshJob {
    async fn run(&mut self, connection: &mut Connection<'_>) -> bool {
        self.answer.keep(refresh::refresh(connection, Unlocked::begin(), &self.refresh)).await
    }

    fn answer(self: Box<Self>, committed: Result<(), NotCommitted>) {
        self.answer.give(committed);
    }
}

/// The writes of one transaction.
#[derive(Default)]
struct Batch {
    refreshes: Vec<RefreshJob>,
    others: Vec<Box<dyn Job>>,
    /// The sessions that the batch revokes.
    revoked: Vec<Revocation>,
}

impl Batch {
    fn push(&mut self, waiting: Waiting) {
        match waiting {
            Waiting::Refresh(job) => self.refreshes.push(*job),
            Waiting::Other(job) => self.others.push(job),
        }
    }

    async fn commit(&mut self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        execute(connection, "BEGIN IMMEDIATE").await?;
        if self.rotate(connection).await.is_err() {
            roll_back(connection).await;
            execute(connection, "BEGIN IMMEDIATE").await?;
        }
        for job in self.refreshes.iter_mut().filter(|job| job.answer.result.is_none()) {
            run_job(connection, job, &mut self.revoked).await?;
        }
        for job in &mut self.others {
            run_job(connection, job.as_mut(), &mut self.revoked).await?;
        }
        execute(connection, "COMMIT").await
    }

    /// Publishes the revoked sessions if the batch was committed.
    fn publish(&mut self, committed: &sqlx::Result<()>, revocations: &RevocationSet) {
        let revoked = self.revoked.drain(..);
        if committed.is_ok() && revoked.len() > 0 {
            revocations.insert_all(revoked);
        }
    }

    /// Runs the plain rotations with shared statements. If that fails, the transaction restarts and each refresh runs by itself.
    async fn rotate(&mut self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        let refreshes: Vec<&Refresh> = self.refreshes.iter().map(|job| &job.refresh).collect();
        let rotated = caught(rotations::rotate(&mut Connection::sqlite(connection), &refreshes)).await?;
        for (job, renewed) in self.refreshes.iter_mut().zip(rotated) {
            job.answer.result = renewed.map(|renewed| Ok(Refreshed::Renewed(renewed)));
        }
        Ok(())
    }

    fn answer(&mut self, committed: &Result<(), NotCommitted>) {
        for job in self.refreshes.drain(..) {
            job.answer.give(committed.clone());
        }
        for job in self.others.drain(..) {
            job.answer(committed.clone());
        }
    }
}

/// Runs a job in a savepoint. A job that fails leaves nothing and affects no other job.
async fn run_job(
    connection: &mut SqliteConnection,
    job: &mut dyn Job,
    revoked: &mut Vec<Revocation>,
) -> sqlx::Result<()> {
    execute(connection, "SAVEPOINT job").await?;
    let mut working = Connection::sqlite(connection);
    let is_kept = job.run(&mut working).await;
    let ended = working.into_revoked();
    if is_kept {
        revoked.extend(ended);
    } else {
        execute(connection, "ROLLBACK TO job").await?;
    }
    execute(connection, "RELEASE job").await
}

async fn run(
    mut connection: SqliteConnection,
    mut waiting: mpsc::Receiver<Waiting>,
    writes: mpsc::Sender<()>,
    revocations: Arc<RevocationSet>,
) {
    let mut taken = Vec::with_capacity(MAX_BATCH);
    let mut batch = Batch::default();
    while waiting.recv_many(&mut taken, MAX_BATCH).await > 0 {
        taken.drain(..).for_each(|job| batch.push(job));
        let committed = batch.commit(&mut connection).await;
        batch.publish(&committed, &revocations);
        match committed {
            // The channel is full if a checkpoint is already requested.
            Ok(()) => drop(writes.try_send(())),
            Err(_) => roll_back(&mut connection).await,
        }
        batch.answer(&committed.map_err(|error| NotCommitted(Arc::new(error))));
    }
    drop(sqlx::Connection::close(connection).await);
}

/// Rolls back the open transaction, if any.
async fn roll_back(connection: &mut SqliteConnection) {
    drop(execute(connection, "ROLLBACK").await);
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) -> sqlx::Result<()> {
    sqlx::query(sql).execute(connection).await.map(drop)
}
