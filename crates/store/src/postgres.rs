//! PostgreSQL: a pool of connections, a transaction for each piece of work, and a LISTEN connection for revocations committed
//! by other servers.
//!
//! Work runs again if its connection is lost before COMMIT is sent, or if the server rolls it back because of a conflict.
//! Every wait for the server has a timeout.

mod attempts;
mod connection;
mod failure;
mod inspection;
mod listener;
pub(super) mod migration;
mod pool;
mod session;
mod transaction;

use std::sync::Arc;

use attempts::Attempts;
use connection::ServerConnection;
use failure::{Failure, no_answer};
use hallpass_core::{
    revocation::RevocationSet,
    store::{StoreError, WriteError},
};
use sqlx::{ConnectOptions, Executor, PgConnection, Row, SqlStr, postgres::PgConnectOptions};
use tokio::time;

use super::{
    ConnectError, PostgresDatabase, Timeouts,
    sql::{Connection, Statements},
    tables::{examination, locks::Unlocked},
    transfer,
    work::{Reading, Rollback, Work},
};
use crate::error::store_error;
pub(super) use inspection::inspect;
use listener::Listener;
use pool::Pool;
use session::Sessions;
use transaction::{NotCommitted, Transaction};

/// The first version with `xid8`, which the position of a revocation needs.
const MIN_VERSION: (&str, i32) = ("13", 130_000);

/// The size of the pool, without the LISTEN connection. More connections would wait for the same disk.
const CONNECTIONS: u32 = 15;

/// A database on a PostgreSQL server.
pub(super) struct PostgresBackend {
    access: Arc<Access>,
    /// `None` behind a pooler.
    listener: Option<Listener>,
}

/// The state that pieces of work share.
struct Access {
    pool: Pool,
    timeouts: Timeouts,
    revocations: Arc<RevocationSet>,
}

impl PostgresBackend {
    /// Connects and migrates. Servers that start together migrate one after another.
    pub(super) async fn open(database: &PostgresDatabase, timeouts: Timeouts) -> Result<Self, ConnectError> {
        let url = &database.to_string();
        let failed = |cause: StoreError| ConnectError::Open { url: url.clone(), cause };
        let (sessions, mut connection) =
            Sessions::connect(options(database), timeouts).await.map_err(|error| failed(store_error(error)))?;
        check_server(&mut connection, url).await.map_err(|error| failed(store_error(error)))??;
        migration::migrate(&mut connection, url).await?;
        transfer::check_finished(&mut connection, url).await?;
        drop(sqlx::Connection::close(connection).await);
        let listener = sessions.are_lasting().then(|| Listener::start(sessions.options.clone(), timeouts.answer));
        let pool = Pool::new(sessions, CONNECTIONS, timeouts.answer);
        Ok(Self { access: Arc::new(Access { pool, timeouts, revocations: Arc::default() }), listener })
    }

    /// Runs work that reads with one statement. Also returns the history of the data, if it is known.
    pub(super) async fn read_in_history<T: Send + 'static>(
        &self,
        work: impl Reading<T>,
    ) -> Result<(T, Option<Arc<str>>), StoreError> {
        let access = self.access.clone();
        to_completion(async move { access.read(access.pool.sessions().begin_read.clone(), work).await }).await
    }

    /// Runs work whose statements all read the same snapshot.
    pub(super) async fn snapshot<T: Send + 'static>(&self, work: impl Reading<T>) -> Result<T, StoreError> {
        let access = self.access.clone();
        let begin = access.pool.sessions().begin_snapshot.clone();
        to_completion(async move { access.read(Some(begin), work).await.map(|(value, _)| value) }).await
    }

    /// Runs work that writes, and returns after its commit or rollback.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl Work<T, Unlocked, Rollback>,
    ) -> Result<T, WriteError> {
        let access = self.access.clone();
        to_completion(async move { access.write(work).await }).await
    }

    /// The set of revoked sessions, which each commit extends.
    pub(super) fn revocations(&self) -> &Arc<RevocationSet> {
        &self.access.revocations
    }

    /// Waits until a server has revoked sessions, or may have while the LISTEN connection was down.
    pub(super) async fn wait_for_revocations(&self) {
        match &self.listener {
            Some(listener) => listener.notified().await,
            None => std::future::pending().await,
        }
    }
}

/// The connection options of the server and of `hallpass doctor`.
pub(super) fn options(database: &PostgresDatabase) -> PgConnectOptions {
    database.options().clone().application_name("hallpass").extra_float_digits(None).disable_statement_logging()
}

/// Completes work even if the caller is dropped, so that its connection can be used again.
async fn to_completion<T: Send + 'static, E: From<StoreError> + Send + 'static>(
    work: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, E> {
    tokio::spawn(work).await.map_err(|error| StoreError(Box::new(error)))?
}

impl Access {
    /// Reads in a transaction that `begin` begins, or without one.
    async fn read<T>(&self, begin: Option<SqlStr>, work: impl Reading<T>) -> Result<(T, Option<Arc<str>>), StoreError> {
        let mut attempts = Attempts::within(self.timeouts.answer);
        loop {
            match self.try_read(begin.clone(), work.clone(), &attempts).await {
                Ok(value) => return Ok(value),
                Err(error) => attempts.pause_after(error).await.map_err(store_error)?,
            }
        }
    }

    async fn try_read<T>(
        &self,
        begin: Option<SqlStr>,
        work: impl Reading<T>,
        attempts: &Attempts,
    ) -> sqlx::Result<(T, Option<Arc<str>>)> {
        let mut connection = self.pool.acquire(attempts.until).await?;
        let value = time::timeout_at(attempts.until, read(&mut connection, begin, work)).await;
        let value = value.unwrap_or_else(|_| Err(no_answer("a statement")));
        if value.as_ref().err().is_none_or(|error| Failure::of(error) != Failure::Disconnected) {
            connection.finish_use();
        }
        value.map(|value| (value, connection.history.clone()))
    }

    async fn write<T>(&self, work: impl Work<T, Unlocked, Rollback>) -> Result<T, WriteError> {
        let mut attempts = Attempts::within(self.timeouts.answer);
        loop {
            match self.try_write(work.clone(), &attempts).await {
                Ok(value) => return Ok(value),
                Err(NotCommitted::RolledBack(error)) => attempts.pause_after(error).await.map_err(store_error)?,
                Err(NotCommitted::Final(error)) => return Err(error),
            }
        }
    }

    async fn try_write<T>(
        &self,
        work: impl Work<T, Unlocked, Rollback>,
        attempts: &Attempts,
    ) -> Result<T, NotCommitted> {
        let connection = self.pool.acquire(attempts.until).await?;
        let mut transaction = Transaction::begin(connection, attempts.until).await?;
        match transaction.run(work).await {
            Ok((value, revoked)) => {
                transaction.commit(&self.pool).await?;
                self.revocations.insert_all(revoked);
                Ok(value)
            }
            Err(Rollback::Denied(denial)) => {
                // The denial is valid whether or not the rollback is acknowledged.
                drop(transaction.roll_back().await);
                Err(NotCommitted::Final(denial.into()))
            }
            Err(Rollback::Database(error)) => Err(transaction.fail(error, attempts.begun, &self.pool).await),
        }
    }
}

async fn read<T>(connection: &mut ServerConnection, begin: Option<SqlStr>, work: impl Reading<T>) -> sqlx::Result<T> {
    let Some(begin) = begin else { return work(&mut connection.connection()).await };
    connection.raw.execute(begin).await?;
    let value = work(&mut connection.connection()).await;
    connection.raw.execute(if value.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
    value
}

/// Checks that the server is new enough and accepts writes. Warns if it can lose commits.
async fn check_server(connection: &mut PgConnection, url: &str) -> sqlx::Result<Result<(), ConnectError>> {
    let ask = "SELECT CAST(current_setting('server_version_num') AS integer), current_setting('server_version'),
        pg_is_in_recovery()";
    let answer = sqlx::raw_sql(ask).fetch_one(&mut *connection).await?;
    let (needed, minimum) = MIN_VERSION;
    if answer.try_get::<i32, _>(0)? < minimum {
        return Ok(Err(ConnectError::PostgresVersion { found: answer.try_get(1)?, needed }));
    }
    if answer.try_get(2)? {
        return Ok(Err(ConnectError::Standby(url.to_owned())));
    }
    let mut transaction = sqlx::Connection::begin(connection).await?;
    let mut reading = Connection::prepared(&mut transaction, Statements::Unnamed);
    for setting in examination::lost_on_power_failure(&mut reading).await? {
        tracing::warn!(
            "PostgreSQL runs with {setting} = off: a failure of its machine loses committed renewals and signs users out; \
             set it to on"
        );
    }
    transaction.commit().await?;
    Ok(Ok(()))
}
