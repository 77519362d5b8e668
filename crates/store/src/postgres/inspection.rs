//! Inspects a PostgreSQL database for `hallpass doctor`.

use sqlx::{Connection as _, Executor, PgConnection};

use super::{Sessions, check_server, migration, options};
use crate::{
    ConnectError, PostgresDatabase, Timeouts,
    inspection::Inspection,
    sql::{Connection, Statements},
    tables::examination,
    transfer,
};

/// Inspects the database in a read-only transaction.
pub(crate) async fn inspect(database: &PostgresDatabase, timeouts: Timeouts) -> Result<Inspection, ConnectError> {
    let failed = |error: sqlx::Error| ConnectError::open(database, error);
    let url = &database.to_string();
    let (sessions, mut connection) = Sessions::connect(options(database), timeouts).await.map_err(failed)?;
    check_server(&mut connection, url).await.map_err(failed)??;
    connection.execute(sessions.begin_snapshot.clone()).await.map_err(failed)?;
    let inspection = read(&mut connection, sessions.statements, url).await;
    drop(connection.close().await);
    inspection
}

async fn read(connection: &mut PgConnection, statements: Statements, url: &str) -> Result<Inspection, ConnectError> {
    let failed = |error: sqlx::Error| ConnectError::open(&url, error);
    let schema = migration::schema(connection).await.map_err(failed)?.accept(&url)?;
    transfer::check_finished(connection, url).await?;
    examination::examine(&mut Connection::prepared(connection, statements), schema).await.map_err(failed)
}
