//! Write transactions. If the answer to COMMIT is lost, the outcome is looked up.

use std::time::Duration;

use hallpass_core::{
    revocation::Revocation,
    store::{StoreError, WriteError},
};
use sqlx::{AssertSqlSafe, Executor, Row};
use tokio::time::{self, Instant};

use super::{
    failure::{Failure, no_answer},
    pool::{Pool, Pooled},
};
use crate::{
    error::store_error,
    tables::locks::Unlocked,
    work::{Rollback, Work},
};

/// The pause before a transaction that is still in progress is looked up again.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(20);

/// The server did not answer COMMIT, and the outcome could not be looked up.
#[derive(Debug, thiserror::Error)]
#[error("whether PostgreSQL committed the transaction is unknown: {0}")]
struct OutcomeUnknown(#[source] sqlx::Error);

/// The reason a transaction was not committed.
pub(super) enum NotCommitted {
    /// It was rolled back.
    RolledBack(sqlx::Error),
    /// Another attempt would fail as well, or might run the work twice.
    Final(WriteError),
}

impl From<sqlx::Error> for NotCommitted {
    fn from(error: sqlx::Error) -> Self {
        Self::RolledBack(error)
    }
}

/// An open transaction. Dropping it closes the connection, which rolls it back.
pub(super) struct Transaction<'p> {
    connection: Pooled<'p>,
    id: u64,
    until: Instant,
}

impl<'p> Transaction<'p> {
    /// Begins a transaction whose statements must be answered before `until`.
    pub(super) async fn begin(mut connection: Pooled<'p>, until: Instant) -> sqlx::Result<Self> {
        let begun =
            time::timeout_at(until, sqlx::raw_sql(connection.sessions.begin.clone()).fetch_one(&mut connection.raw))
                .await;
        let row = begun.unwrap_or_else(|_| Err(no_answer("BEGIN")))?;
        let id: String = row.try_get(0)?;
        let id = id.parse().map_err(|_| sqlx::Error::Protocol(format!("not a transaction id: {id}")))?;
        Ok(Self { connection, id, until })
    }

    /// Runs the work. Also returns the sessions that it revoked.
    pub(super) async fn run<T>(
        &mut self,
        work: impl Work<T, Unlocked, Rollback>,
    ) -> Result<(T, Vec<Revocation>), Rollback> {
        let mut connection = self.connection.connection();
        let answer = time::timeout_at(self.until, work(&mut connection, Unlocked::begin())).await;
        let value = answer.unwrap_or_else(|_| Err(no_answer("a statement").into()))?;
        Ok((value, connection.into_revoked()))
    }

    /// Rolls back a transaction whose work failed.
    pub(super) async fn fail(self, error: sqlx::Error, begun: Instant, pool: &Pool) -> NotCommitted {
        let is_final = match Failure::of(&error) {
            Failure::Disconnected => return error.into(),
            Failure::ReadOnly if !pool.takes_no_writes(&self.connection, begun) => return error.into(),
            Failure::ReadOnly => true,
            Failure::Conflict | Failure::Permanent => false,
        };
        // If the rollback fails, the connection is closed.
        drop(self.roll_back().await);
        if is_final { NotCommitted::Final(store_error(error).into()) } else { error.into() }
    }

    /// Rolls back.
    pub(super) async fn roll_back(mut self) -> sqlx::Result<()> {
        let rolled_back = time::timeout_at(self.until, self.connection.raw.execute("ROLLBACK")).await;
        rolled_back.unwrap_or_else(|_| Err(no_answer("ROLLBACK")))?;
        self.connection.finish_use();
        Ok(())
    }

    /// Commits. Half of the remaining time is reserved for looking up the outcome.
    pub(super) async fn commit(mut self, pool: &Pool) -> Result<(), NotCommitted> {
        let now = Instant::now();
        let half = now + self.until.saturating_duration_since(now) / 2;
        let committed = time::timeout_at(half, self.connection.raw.execute("COMMIT")).await;
        match committed.unwrap_or_else(|_| Err(no_answer("COMMIT"))) {
            Ok(_) => {
                self.connection.finish_use();
                Ok(())
            }
            Err(error) if Failure::of(&error) == Failure::Disconnected => self.look_up(pool, error).await,
            Err(error) => {
                self.connection.finish_use();
                Err(error.into())
            }
        }
    }

    /// Looks up the outcome of the transaction on another connection.
    async fn look_up(self, pool: &Pool, error: sqlx::Error) -> Result<(), NotCommitted> {
        let Self { connection, id, until } = self;
        let history = connection.history.clone();
        drop(connection);
        loop {
            let status = match pool.acquire(until).await {
                // In another history, the id may belong to another transaction.
                Ok(other) if history.is_some() && other.history == history => status(other, id, until).await,
                Ok(_) | Err(_) => Ok(None),
            };
            match status.as_ref().map(Option::as_deref) {
                Ok(Some("committed")) => return Ok(()),
                Ok(Some("aborted")) => return Err(error.into()),
                Ok(None) => return Err(unknown(error)),
                Ok(Some(_)) | Err(_) if Instant::now() + LOOK_AGAIN_AFTER >= until => {
                    return Err(unknown(error));
                }
                Ok(Some(_)) | Err(_) => time::sleep(LOOK_AGAIN_AFTER).await,
            }
        }
    }
}

fn unknown(error: sqlx::Error) -> NotCommitted {
    NotCommitted::Final(StoreError(Box::new(OutcomeUnknown(error))).into())
}

/// The status of a transaction. Terminates its session if it is idle, because the COMMIT was lost.
async fn status(mut connection: Pooled<'_>, id: u64, until: Instant) -> sqlx::Result<Option<String>> {
    let end = AssertSqlSafe(format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE backend_xid = CAST(CAST('{id}' AS xid8) AS xid) AND state LIKE 'idle in transaction%'"
    ));
    let ask = AssertSqlSafe(format!("SELECT pg_xact_status(CAST('{id}' AS xid8))"));
    let asked = time::timeout_at(until, async {
        sqlx::raw_sql(end).execute(&mut connection.raw).await?;
        sqlx::raw_sql(ask).fetch_one(&mut connection.raw).await?.try_get(0)
    });
    let status = asked.await.unwrap_or_else(|_| Err(no_answer("pg_xact_status")))?;
    connection.finish_use();
    Ok(status)
}
