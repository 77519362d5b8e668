//! Inspects a PostgreSQL database without changing it.

use sqlx::{ConnectOptions, Connection as _, PgConnection};
use tokio::time;

use super::{check_server, fault::no_answer, options};
use crate::store::{
    ConnectError, PostgresDatabase, Timeouts, inspection::Inspection, migrations, schema::Schema, sql::Connection,
    tables::examination, transfer,
};

/// Inspects the database. Its transactions are read-only, so that nothing can change.
pub(in crate::store) async fn inspect(
    database: &PostgresDatabase,
    timeouts: Timeouts,
) -> Result<Inspection, ConnectError> {
    let failed = |error: sqlx::Error| ConnectError::open(database, error);
    let url = &database.to_string();
    let options = options(database).options([("default_transaction_read_only", "on")]);
    let connected = time::timeout(timeouts.answer, options.connect()).await;
    let mut connection = connected.unwrap_or_else(|_| Err(no_answer("connecting"))).map_err(failed)?;
    check_server(&mut connection, url).await.map_err(failed)??;
    let schema = schema(&mut connection).await.map_err(failed)?.accept(url)?;
    transfer::check_finished(&mut connection, url).await?;
    let inspection = examination::examine(&mut Connection::postgres(&mut connection), schema).await.map_err(failed)?;
    drop(connection.close().await);
    Ok(inspection)
}

/// Compares the tables of the database with the migrations of this binary.
async fn schema(connection: &mut PgConnection) -> sqlx::Result<Schema> {
    let has_records = "SELECT to_regclass($1) IS NOT NULL";
    if !sqlx::query_scalar(has_records).bind(migrations::TABLE).fetch_one(&mut *connection).await? {
        return Ok(Schema::Empty);
    }
    let applied: Vec<migrations::Applied> = sqlx::query_as(migrations::APPLIED).fetch_all(connection).await?;
    Ok(migrations::compare(&migrations::postgres(), &applied))
}
