//! PostgreSQL: a pool of connections, a transaction for each piece of work, and an ear for what other
//! servers on the same database do.

mod listener;

use std::sync::Arc;

use futures::{FutureExt, future::BoxFuture};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Executor, PgConnection, PgPool, Postgres, Transaction,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::{
    ConnectError, Timeouts,
    backend::Work,
    migrations,
    sql::Connection,
    tables::{examination, locks::Unlocked},
    transfer,
};
use crate::auth::{revocation::RevocationSet, store::StoreError};
use listener::Listener;

/// The first version with `xid8`, by which servers follow each other's revocations.
const MIN_VERSION: (&str, i32) = ("13", 130_000);

/// How many connections a server has. More would wait for the same disk.
const CONNECTIONS: u32 = 16;

/// A database on a PostgreSQL server.
pub(super) struct PostgresBackend {
    pool: PgPool,
    revocations: Arc<RevocationSet>,
    listener: Listener,
}

impl PostgresBackend {
    /// Connects and migrates; servers that start together do it one after the other.
    pub(super) async fn open(options: PgConnectOptions, timeouts: Timeouts, url: &str) -> Result<Self, ConnectError> {
        let failed = |cause: StoreError| ConnectError::Open { url: url.to_owned(), cause };
        let options = options.application_name("hallpass").disable_statement_logging();
        let mut connection = options.connect().await.map_err(|error| failed(error.into()))?;
        // What a migration finds in place already is no news.
        let quiet = connection.execute("SET client_min_messages = 'warning'").await;
        quiet.map_err(|error| failed(error.into()))?;
        examine(&mut connection).await.map_err(|error| failed(error.into()))??;
        migrations::postgres().run(&mut connection).await.map_err(|error| failed(StoreError(Box::new(error))))?;
        transfer::check_finished(&mut connection, url).await?;
        drop(sqlx::Connection::close(connection).await);
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(timeouts.connection)
            // A connection that has died in the meantime is noticed when it is used.
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let session = AssertSqlSafe(session(timeouts));
                async move { connection.execute(session).await.map(drop) }.boxed()
            })
            .connect_lazy_with(options);
        Ok(Self { listener: Listener::start(pool.clone()), pool, revocations: Arc::default() })
    }

    pub(super) async fn read(&self) -> sqlx::Result<PoolConnection<Postgres>> {
        alive(&self.pool, |pool| {
            Box::pin(async move {
                let mut connection = pool.acquire().await?;
                sqlx::Connection::ping(&mut *connection).await?;
                Ok(connection)
            })
        })
        .await
    }

    pub(super) async fn snapshot(&self) -> sqlx::Result<Transaction<'static, Postgres>> {
        alive(&self.pool, |pool| pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").boxed()).await
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl Work<T>,
        is_kept: fn(&T) -> bool,
    ) -> Result<T, StoreError> {
        let (pool, revocations) = (self.pool.clone(), self.revocations.clone());
        let task = tokio::spawn(async move {
            let mut transaction = alive(&pool, |pool| pool.begin().boxed()).await?;
            let mut connection = Connection::postgres(&mut transaction);
            let value = work(&mut connection, Unlocked::begin()).await?;
            let revoked = connection.into_revoked();
            if is_kept(&value) {
                transaction.commit().await?;
                revocations.insert_all(revoked);
            } else {
                transaction.rollback().await?;
            }
            Ok::<_, sqlx::Error>(value)
        });
        let done = task.await.map_err(|error| StoreError(Box::new(error)))?;
        Ok(done?)
    }

    pub(super) const fn revocations(&self) -> &Arc<RevocationSet> {
        &self.revocations
    }

    /// Another server, or this one, has ended sessions, or may have while the line was cut.
    pub(super) async fn told(&self) {
        self.listener.told().await;
    }
}

/// The settings of each connection, in SQL.
fn session(Timeouts { statement, lock, .. }: Timeouts) -> String {
    // PostgreSQL reads 0 as no limit.
    let (statement, lock) = (statement.as_millis().max(1), lock.as_millis().max(1));
    format!(
        "SET statement_timeout = {statement}; SET lock_timeout = {lock};
         SET idle_in_transaction_session_timeout = {statement}; SET client_min_messages = 'warning'"
    )
}

/// Begins anew with another connection while one that has died was taken from the pool: nothing was done
/// yet.
async fn alive<T>(pool: &PgPool, begin: fn(&PgPool) -> BoxFuture<'_, sqlx::Result<T>>) -> sqlx::Result<T> {
    for _ in 0..CONNECTIONS {
        match begin(pool).await {
            Err(error) if is_dead(&error) => {}
            answer => return answer,
        }
    }
    begin(pool).await
}

/// The connection is gone, or the server says that it ends it (`57P01`, `57P02`, `57P03`).
fn is_dead(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P0")),
        _ => false,
    }
}

/// Is the server new enough, and does it keep what it says it has kept?
async fn examine(connection: &mut PgConnection) -> sqlx::Result<Result<(), ConnectError>> {
    let number: i32 = sqlx::query_scalar("SELECT CAST(current_setting('server_version_num') AS integer)")
        .fetch_one(&mut *connection)
        .await?;
    let (needed, minimum) = MIN_VERSION;
    if number < minimum {
        let found: String = sqlx::query_scalar("SHOW server_version").fetch_one(connection).await?;
        return Ok(Err(ConnectError::PostgresVersion { found, needed }));
    }
    for setting in examination::lost_on_power_failure(&mut Connection::postgres(connection)).await? {
        tracing::warn!(
            "PostgreSQL runs with {setting} = off: when its machine fails, tokens that were renewed are lost, \
             and their owners are signed out; set it to on"
        );
    }
    Ok(Ok(()))
}
