//! PostgreSQL: a pool of connections, a transaction for each piece of work, and a LISTEN connection for what other
//! servers on the same database do.
//!
//! Work whose connection dies before its COMMIT was sent runs again on another one, and so does work that the server
//! rolled back because of others. Every wait for the server has a bound.

mod attempts;
mod connection;
mod fault;
mod inspection;
mod listener;
pub(super) mod migration;
mod pool;
mod session;
mod transaction;

use std::sync::Arc;

use attempts::Attempts;
use connection::ServerConnection;
use fault::{Fault, no_answer};
use hallpass_core::{revocation::RevocationSet, store::StoreError};
use sqlx::{ConnectOptions, Executor, PgConnection, Row, SqlStr, postgres::PgConnectOptions};
use tokio::time;

use super::{
    ConnectError, PostgresDatabase, Timeouts,
    backend::{Reading, Work},
    sql::{Connection, Statements},
    tables::{examination, search},
    transfer,
};
use crate::fault::store_error;
pub(super) use inspection::inspect;
use listener::Listener;
use pool::Pool;
use session::Sessions;
use transaction::{NotCommitted, Transaction};

/// The first version with `xid8`, by which servers follow each other's revocations.
const MIN_VERSION: (&str, i32) = ("13", 130_000);

/// The size of the pool. More would wait for the same disk. The LISTEN connection comes on top.
const CONNECTIONS: u32 = 15;

/// A database on a PostgreSQL server.
pub(super) struct PostgresBackend {
    access: Arc<Access>,
    /// None behind a pooler.
    listener: Option<Listener>,
}

/// What pieces of work share.
struct Access {
    pool: Pool,
    timeouts: Timeouts,
    revocations: Arc<RevocationSet>,
}

impl PostgresBackend {
    /// Connects and migrates; servers that start together do it one after the other.
    pub(super) async fn open(database: &PostgresDatabase, timeouts: Timeouts) -> Result<Self, ConnectError> {
        let url = &database.to_string();
        let failed = |cause: StoreError| ConnectError::Open { url: url.clone(), cause };
        let (sessions, mut connection) =
            Sessions::connect(options(database), timeouts).await.map_err(|error| failed(store_error(error)))?;
        check_server(&mut connection, url).await.map_err(|error| failed(store_error(error)))??;
        migration::migrate(&mut connection).await.map_err(|error| failed(StoreError(Box::new(error))))?;
        transfer::check_finished(&mut connection, url).await?;
        fill_in(&mut connection, &sessions).await.map_err(|error| failed(store_error(error)))?;
        drop(sqlx::Connection::close(connection).await);
        let listener = sessions.are_lasting().then(|| Listener::start(sessions.options.clone(), timeouts.answer));
        let pool = Pool::new(sessions, CONNECTIONS, timeouts.answer);
        Ok(Self { access: Arc::new(Access { pool, timeouts, revocations: Arc::default() }), listener })
    }

    /// Runs work that reads with one statement.
    pub(super) async fn read<T: Send + 'static>(&self, work: impl Reading<T>) -> Result<T, StoreError> {
        let access = self.access.clone();
        to_its_end(async move { access.read(work).await.map(|(value, _)| value) }).await
    }

    /// The same, with the history of the data that was read, where it is known.
    pub(super) async fn read_in_history<T: Send + 'static>(
        &self,
        work: impl Reading<T>,
    ) -> Result<(T, Option<Arc<str>>), StoreError> {
        let access = self.access.clone();
        to_its_end(async move { access.read(work).await }).await
    }

    /// Runs work that reads one state of the database, with however many statements.
    pub(super) async fn snapshot<T: Send + 'static>(&self, work: impl Reading<T>) -> Result<T, StoreError> {
        let access = self.access.clone();
        to_its_end(async move { access.snapshot(work).await }).await
    }

    /// Runs work that writes, and answers after its commit. What is not to be kept leaves nothing.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl Work<T>,
        is_kept: fn(&T) -> bool,
    ) -> Result<T, StoreError> {
        let access = self.access.clone();
        to_its_end(async move { access.write(work, is_kept).await }).await
    }

    /// The set that each commit adds to.
    pub(super) fn revocations(&self) -> &Arc<RevocationSet> {
        &self.access.revocations
    }

    /// Another server, or this one, has ended sessions, or may have while the line was cut.
    pub(super) async fn told(&self) {
        match &self.listener {
            Some(listener) => listener.told().await,
            None => std::future::pending().await,
        }
    }
}

/// How a server and `hallpass doctor` connect.
pub(super) fn options(database: &PostgresDatabase) -> PgConnectOptions {
    database.options().clone().application_name("hallpass").extra_float_digits(None).disable_statement_logging()
}

/// Runs work to its end even when the caller has gone: a connection is left in order, and not closed.
async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::spawn(work).await.map_err(|error| StoreError(Box::new(error)))?
}

impl Access {
    async fn read<T>(&self, work: impl Reading<T>) -> Result<(T, Option<Arc<str>>), StoreError> {
        let mut attempts = Attempts::within(self.timeouts.answer);
        loop {
            match self.try_read(work.clone(), &attempts).await {
                Ok(value) => return Ok(value),
                Err(error) => attempts.pause_after(error).await.map_err(store_error)?,
            }
        }
    }

    async fn try_read<T>(&self, work: impl Reading<T>, attempts: &Attempts) -> sqlx::Result<(T, Option<Arc<str>>)> {
        let mut connection = self.pool.acquire(attempts.until()).await?;
        let value = time::timeout_at(attempts.until(), read(&mut connection, work)).await;
        let value = value.unwrap_or_else(|_| Err(no_answer("a statement")));
        if value.as_ref().err().is_none_or(|error| Fault::of(error) != Fault::Disconnected) {
            connection.finish_use();
        }
        value.map(|value| (value, connection.history()))
    }

    async fn snapshot<T>(&self, work: impl Reading<T>) -> Result<T, StoreError> {
        let mut attempts = Attempts::within(self.timeouts.answer);
        loop {
            match self.try_snapshot(work.clone(), &attempts).await {
                Ok(value) => return Ok(value),
                Err(error) => attempts.pause_after(error).await.map_err(store_error)?,
            }
        }
    }

    async fn try_snapshot<T>(&self, work: impl Reading<T>, attempts: &Attempts) -> sqlx::Result<T> {
        let mut connection = self.pool.acquire(attempts.until()).await?;
        let answer = time::timeout_at(attempts.until(), async {
            let begin = connection.sessions().begin_snapshot.clone();
            in_transaction(&mut connection, begin, work).await
        });
        let value = answer.await.unwrap_or_else(|_| Err(no_answer("a statement")))?;
        connection.finish_use();
        Ok(value)
    }

    async fn write<T>(&self, work: impl Work<T>, is_kept: fn(&T) -> bool) -> Result<T, StoreError> {
        let mut attempts = Attempts::within(self.timeouts.answer);
        loop {
            match self.try_write(work.clone(), is_kept, &attempts).await {
                Ok(value) => return Ok(value),
                Err(NotCommitted::RolledBack(error)) => attempts.pause_after(error).await.map_err(store_error)?,
                Err(NotCommitted::Final(error)) => return Err(error),
            }
        }
    }

    async fn try_write<T>(
        &self,
        work: impl Work<T>,
        is_kept: fn(&T) -> bool,
        attempts: &Attempts,
    ) -> Result<T, NotCommitted> {
        let connection = self.pool.acquire(attempts.until()).await?;
        let mut transaction = Transaction::begin(connection, attempts.until()).await?;
        match transaction.run(work).await {
            Ok((value, revoked)) if is_kept(&value) => {
                transaction.commit(&self.pool).await?;
                self.revocations.insert_all(revoked);
                Ok(value)
            }
            Ok((value, _)) => {
                // What was decided stands, whatever becomes of the connection.
                drop(transaction.roll_back().await);
                Ok(value)
            }
            Err(error) => Err(transaction.fail(error, attempts.begun(), &self.pool).await),
        }
    }
}

/// Reads outside a transaction where that is possible.
async fn read<T>(connection: &mut ServerConnection, work: impl Reading<T>) -> sqlx::Result<T> {
    match connection.sessions().begin_read.clone() {
        None => work(&mut connection.connection()).await,
        Some(begin) => in_transaction(connection, begin, work).await,
    }
}

async fn in_transaction<T>(connection: &mut ServerConnection, begin: SqlStr, work: impl Reading<T>) -> sqlx::Result<T> {
    connection.raw().execute(begin).await?;
    let value = work(&mut connection.connection()).await;
    connection.raw().execute(if value.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
    value
}

/// Fills in what a migration cannot, in one transaction behind a pooler.
async fn fill_in(connection: &mut PgConnection, sessions: &Sessions) -> sqlx::Result<()> {
    if sessions.are_lasting() {
        search::fill(&mut Connection::postgres(connection)).await;
        return Ok(());
    }
    let mut transaction = sqlx::Connection::begin(connection).await?;
    search::fill(&mut Connection::prepared(&mut transaction, sessions.statements)).await;
    transaction.commit().await
}

/// Checks that the server is new enough and takes writes, and warns when it does not keep what it has committed.
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
            "PostgreSQL runs with {setting} = off: when its machine fails, tokens that were renewed are lost, \
             and their owners are signed out; set it to on"
        );
    }
    transaction.commit().await?;
    Ok(Ok(()))
}
