//! Applies migrations on PostgreSQL, each in its own transaction.
//!
//! sqlx's migrator is not used for three reasons. It creates its table before it looks, so a role without DDL rights could
//! not start a server on a current database. It takes a session lock, which a pooler may leave behind; the lock here
//! belongs to the transaction. It records with a named prepared statement, which a pooler does not keep. The records are
//! the same.

use sqlx::{
    AssertSqlSafe, Executor, PgConnection, Row,
    migrate::{Migrate, MigrateError, Migration},
};

use crate::{
    ConnectError,
    migrations::{self, Applied},
    schema::Schema,
};

/// Begins the transaction of one migration, without a time limit. The key of the lock is "migrates" in ASCII.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL client_min_messages = warning; SELECT pg_advisory_xact_lock(x'6d69677261746573'::bigint)";

/// Whether the table of records exists. A query of `pg_class` sees a table that was created while the session waited for
/// the lock; `to_regclass` may not.
const HAS_RECORDS: &str =
    "SELECT EXISTS (SELECT FROM pg_class WHERE relname = '_sqlx_migrations' AND pg_table_is_visible(oid))";

/// Applies the due migrations. Servers that start at the same time apply them one after another.
pub(crate) async fn migrate(connection: &mut PgConnection, url: &str) -> Result<(), ConnectError> {
    let migrator = migrations::postgres();
    let failed = |error: sqlx::Error| ConnectError::open(&url, error);
    loop {
        let applied = applied(connection).await.map_err(failed)?;
        if migrations::compare(&migrator, &applied).accept(&url)? == Schema::Current {
            return Ok(());
        }
        connection.execute(BEGIN).await.map_err(failed)?;
        // Another server may have applied it while this one waited for the lock.
        let applied = self::applied(connection).await.map_err(failed)?;
        migrations::compare(&migrator, &applied).accept(&url)?;
        if let Some(migration) = migrations::next_due(&migrator, &applied) {
            apply(connection, migration).await.map_err(|error| ConnectError::migration(&url, error))?;
        }
        connection.execute("COMMIT").await.map_err(failed)?;
    }
}

/// Compares the tables of the database with the migrations of this binary.
pub(super) async fn schema(connection: &mut PgConnection) -> sqlx::Result<Schema> {
    Ok(migrations::compare(&migrations::postgres(), &applied(connection).await?))
}

async fn apply(connection: &mut PgConnection, migration: &Migration) -> Result<(), MigrateError> {
    let failed = |error| MigrateError::ExecuteMigration(error, migration.version);
    connection.ensure_migrations_table(migrations::TABLE).await?;
    connection.execute(migration.sql.clone()).await.map_err(failed)?;
    let record = format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES ({}, '{}', true, decode('{}', 'hex'), -1)",
        migration.version,
        migration.description,
        hex::encode(&migration.checksum),
    );
    connection.execute(AssertSqlSafe(record)).await.map(drop).map_err(failed)
}

async fn applied(connection: &mut PgConnection) -> sqlx::Result<Vec<Applied>> {
    if !sqlx::raw_sql(HAS_RECORDS).fetch_one(&mut *connection).await?.try_get(0)? {
        return Ok(Vec::new());
    }
    let rows = sqlx::raw_sql(migrations::APPLIED).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect()
}
