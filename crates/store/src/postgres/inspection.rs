//! Inspects a PostgreSQL database without changing it.

use sqlx::{AssertSqlSafe, Connection as _, Executor, PgConnection, Row};

use super::{Sessions, check_server, options};
use crate::{
    ConnectError, PostgresDatabase, Timeouts,
    inspection::Inspection,
    migrations::{self, Applied},
    schema::Schema,
    sql::{Connection, Statements},
    tables::examination,
    transfer,
};

/// Inspects the database in a read-only transaction, so that nothing can change.
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
    let schema = schema(connection).await.map_err(failed)?.accept(&url)?;
    transfer::check_finished(connection, url).await?;
    examination::examine(&mut Connection::prepared(connection, statements), schema).await.map_err(failed)
}

/// Compares the tables of the database with the migrations of this binary.
async fn schema(connection: &mut PgConnection) -> sqlx::Result<Schema> {
    let has_records = AssertSqlSafe(format!("SELECT to_regclass('{}') IS NOT NULL", migrations::TABLE));
    if !sqlx::raw_sql(has_records).fetch_one(&mut *connection).await?.try_get(0)? {
        return Ok(Schema::Empty);
    }
    let rows = sqlx::raw_sql(migrations::APPLIED).fetch_all(connection).await?;
    let applied = rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
    let applied = applied.collect::<sqlx::Result<Vec<Applied>>>()?;
    Ok(migrations::compare(&migrations::postgres(), &applied))
}
