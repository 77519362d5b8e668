//! The one writer. It takes whatever writes are waiting, runs them in one transaction, commits once,
//! and only then answers each: many durable writes for the price of one sync to the disk. A write
//! that fails or is denied leaves nothing, and takes nothing with it. Refreshes, the most frequent of them,
//! share their statements too, as far as they are plain rotations.

use std::{fmt, panic::AssertUnwindSafe, sync::Arc};

use async_trait::async_trait;
use futures::FutureExt;
use hallpass_core::{
    revocation::{Revocation, RevocationSet},
    store::{Refresh, Refreshed, StoreError},
};
use sqlx::SqliteConnection;
use tokio::sync::{mpsc, oneshot};

use super::checkpoints;
use crate::{
    backend::Work,
    fault::store_error,
    sql::Connection,
    tables::{locks::Unlocked, refresh, rotations},
};

/// How many writes one transaction takes at most: the last to come should not wait long for the
/// first.
const MAX_BATCH: usize = 128;

/// How many writes may wait before callers have to.
const QUEUE: usize = 1024;

/// A handle to the writer. Dropping it lets the writer finish what waits and close the file.
pub(super) struct Writer {
    jobs: mpsc::Sender<Waiting>,
}

/// What waits for the writer.
enum Waiting {
    Refresh(Box<Renewal>),
    Other(Box<dyn Job>),
}

impl Writer {
    /// Starts the writer on its connection, and on another what makes checkpoints of its writes.
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
        self.queue(|answer| Waiting::Other(Box::new(Write { work: Some(work), is_kept, answer }))).await
    }

    /// The same for a refresh.
    pub(super) async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, StoreError> {
        self.queue(|answer| Waiting::Refresh(Box::new(Renewal { refresh, answer }))).await
    }

    async fn queue<T>(&self, job: impl FnOnce(Answer<T>) -> Waiting) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let is_running = self.jobs.send(job(Answer { result: None, reply })).await.is_ok();
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

/// What a piece of work came to, and who waits for it.
struct Answer<T> {
    result: Option<sqlx::Result<T>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T> Answer<T> {
    /// Does the work and keeps what it comes to. A panic, as in a policy of the deployment's own, ends its
    /// own write and not the writer.
    async fn keep(&mut self, work: impl Future<Output = sqlx::Result<T>>) {
        self.result = Some(caught(work).await);
    }

    fn give(self, committed: Result<(), NotCommitted>) {
        let result = match (self.result, committed) {
            (Some(Err(error)), _) => Err(store_error(error)),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (Some(Ok(_)) | None, Err(error)) => Err(StoreError(Box::new(error))),
            (None, Ok(())) => Err(StoreError(Box::new(Stopped))),
        };
        // A caller who has gone is answered by nobody; the write stands all the same.
        drop(self.reply.send(result));
    }
}

async fn caught<T>(work: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    let caught = AssertUnwindSafe(work).catch_unwind().await;
    caught.unwrap_or_else(|_| Err(sqlx::Error::Protocol("a write panicked".to_owned())))
}

#[async_trait]
trait Job: Send {
    /// Does the work and keeps the result; whether what it wrote stays.
    async fn run(&mut self, connection: &mut Connection<'_>) -> bool;

    /// Tells the caller, once it is known whether the batch was committed.
    fn answer(self: Box<Self>, committed: Result<(), NotCommitted>);
}

struct Write<T, W> {
    work: Option<W>,
    is_kept: fn(&T) -> bool,
    answer: Answer<T>,
}

#[async_trait]
impl<T, W> Job for Write<T, W>
where
    T: Send + 'static,
    W: Work<T>,
{
    async fn run(&mut self, connection: &mut Connection<'_>) -> bool {
        if let Some(work) = self.work.take() {
            self.answer.keep(work(connection, Unlocked::begin())).await;
        }
        self.answer.result.as_ref().is_some_and(|result| result.as_ref().is_ok_and(self.is_kept))
    }

    fn answer(self: Box<Self>, committed: Result<(), NotCommitted>) {
        self.answer.give(committed);
    }
}

struct Renewal {
    refresh: Refresh,
    answer: Answer<Refreshed>,
}

impl Renewal {
    async fn run(&mut self, connection: &mut Connection<'_>) -> bool {
        self.answer.keep(refresh::refresh(connection, Unlocked::begin(), &self.refresh)).await;
        matches!(self.answer.result, Some(Ok(_)))
    }
}

/// What is written in one transaction.
#[derive(Default)]
struct Batch {
    renewals: Vec<Renewal>,
    others: Vec<Box<dyn Job>>,
    /// The sessions that it ends.
    revoked: Vec<Revocation>,
}

impl Batch {
    fn push(&mut self, waiting: Waiting) {
        match waiting {
            Waiting::Refresh(renewal) => self.renewals.push(*renewal),
            Waiting::Other(job) => self.others.push(job),
        }
    }

    async fn commit(&mut self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        execute(connection, "BEGIN IMMEDIATE").await?;
        if self.rotate(connection).await.is_err() {
            roll_back(connection).await;
            execute(connection, "BEGIN IMMEDIATE").await?;
        }
        for renewal in self.renewals.iter_mut().filter(|renewal| renewal.answer.result.is_none()) {
            execute(connection, "SAVEPOINT job").await?;
            let mut working = Connection::sqlite(connection);
            let is_kept = renewal.run(&mut working).await;
            keep(working.into_revoked(), is_kept, &mut self.revoked);
            release(connection, is_kept).await?;
        }
        for job in &mut self.others {
            execute(connection, "SAVEPOINT job").await?;
            let mut working = Connection::sqlite(connection);
            let is_kept = job.run(&mut working).await;
            keep(working.into_revoked(), is_kept, &mut self.revoked);
            release(connection, is_kept).await?;
        }
        execute(connection, "COMMIT").await
    }

    /// Makes known which sessions it has ended, if it was committed.
    fn publish(&mut self, committed: &sqlx::Result<()>, revocations: &RevocationSet) {
        let revoked = self.revoked.drain(..);
        if committed.is_ok() && revoked.len() > 0 {
            revocations.insert_all(revoked);
        }
    }

    /// The plain rotations, together. Should that fail, the transaction begins anew and each is carried out
    /// by itself, and fails by itself.
    async fn rotate(&mut self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        let refreshes: Vec<&Refresh> = self.renewals.iter().map(|renewal| &renewal.refresh).collect();
        let rotated = caught(rotations::rotate(&mut Connection::sqlite(connection), &refreshes)).await?;
        for (renewal, renewed) in self.renewals.iter_mut().zip(rotated) {
            renewal.answer.result = renewed.map(|renewed| Ok(Refreshed::Renewed(renewed)));
        }
        Ok(())
    }

    fn answer(&mut self, committed: &Result<(), NotCommitted>) {
        for renewal in self.renewals.drain(..) {
            renewal.answer.give(committed.clone());
        }
        for job in self.others.drain(..) {
            job.answer(committed.clone());
        }
    }
}

fn keep(revoked: Vec<Revocation>, is_kept: bool, kept: &mut Vec<Revocation>) {
    if is_kept {
        kept.extend(revoked);
    }
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
            // Full when it was said already.
            Ok(()) => drop(writes.try_send(())),
            Err(_) => roll_back(&mut connection).await,
        }
        batch.answer(&committed.map_err(|error| NotCommitted(Arc::new(error))));
    }
    drop(sqlx::Connection::close(connection).await);
}

/// Fails when there is no transaction left to roll back, which is just as well.
async fn roll_back(connection: &mut SqliteConnection) {
    drop(execute(connection, "ROLLBACK").await);
}

/// Ends a savepoint; what is not kept leaves nothing.
async fn release(connection: &mut SqliteConnection, is_kept: bool) -> sqlx::Result<()> {
    if !is_kept {
        execute(connection, "ROLLBACK TO job").await?;
    }
    execute(connection, "RELEASE job").await
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) -> sqlx::Result<()> {
    sqlx::query(sql).execute(connection).await.map(drop)
}
