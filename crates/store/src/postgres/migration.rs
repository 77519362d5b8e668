//! Brings the tables up to date, each migration in a transaction of its own.
//!
//! sqlx's own migrator creates its table, and takes a lock of the session, before it looks. Here nothing is written when
//! nothing is due, so that a role that may only read and write rows can start a server; and the lock belongs to the
//! transaction, so that a pooler cannot leave it behind. The records are those of sqlx.

use sqlx::{
    AssertSqlSafe, Executor, PgConnection, Row,
    migrate::{MigrateError, Migration, Migrator},
};

use crate::migrations;

/// Begins the transaction of one migration, which takes as long as it takes. The lock's key is "migrates" in ASCII.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL client_min_messages = warning; SELECT pg_advisory_xact_lock(x'6d69677261746573'::bigint)";

/// Whether there are records. Reading `pg_class` makes the session take in what others have created while it waited for
/// the lock, which `to_regclass` does not.
const HAS_RECORDS: &str =
    "SELECT EXISTS (SELECT FROM pg_class WHERE relname = '_sqlx_migrations' AND pg_table_is_visible(oid))";

const TABLE: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version bigint PRIMARY KEY,
    description text NOT NULL,
    installed_on timestamptz NOT NULL DEFAULT now(),
    success boolean NOT NULL,
    checksum bytea NOT NULL,
    execution_time bigint NOT NULL
)";

/// A migration that was applied.
struct Applied {
    version: i64,
    checksum: Vec<u8>,
    is_successful: bool,
}

/// Applies the migrations that are due. Servers that start together do it one after the other.
pub(crate) async fn migrate(connection: &mut PgConnection) -> Result<(), MigrateError> {
    let migrator = migrations::postgres();
    while next(&migrator, &applied(connection).await?)?.is_some() {
        connection.execute(BEGIN).await?;
        // Another server may have applied it meanwhile.
        if let Some(migration) = next(&migrator, &applied(connection).await?)? {
            apply(connection, migration).await?;
        }
        connection.execute("COMMIT").await?;
    }
    Ok(())
}

async fn apply(connection: &mut PgConnection, migration: &Migration) -> Result<(), MigrateError> {
    let failed = |error| MigrateError::ExecuteMigration(error, migration.version);
    connection.execute(TABLE).await.map_err(failed)?;
    connection.execute(migration.sql.clone()).await.map_err(failed)?;
    let checksum = hex::encode(&migration.checksum);
    let record = format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES ({}, '{}', true, decode('{checksum}', 'hex'), -1)",
        migration.version, migration.description,
    );
    connection.execute(AssertSqlSafe(record)).await.map_err(failed)?;
    Ok(())
}

async fn applied(connection: &mut PgConnection) -> sqlx::Result<Vec<Applied>> {
    let is_there = sqlx::raw_sql(HAS_RECORDS).fetch_one(&mut *connection).await?;
    if !is_there.try_get(0)? {
        return Ok(Vec::new());
    }
    let rows = sqlx::raw_sql("SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version");
    let rows = rows.fetch_all(connection).await?;
    rows.iter()
        .map(|row| Ok(Applied { version: row.try_get(0)?, checksum: row.try_get(1)?, is_successful: row.try_get(2)? }))
        .collect()
}

/// The first migration that is due.
fn next<'m>(migrator: &'m Migrator, applied: &[Applied]) -> Result<Option<&'m Migration>, MigrateError> {
    for Applied { version, checksum, is_successful } in applied {
        match migrator.iter().find(|migration| migration.version == *version) {
            _ if !is_successful => return Err(MigrateError::Dirty(*version)),
            None => return Err(MigrateError::VersionMissing(*version)),
            Some(migration) if migration.checksum[..] != checksum[..] => {
                return Err(MigrateError::VersionMismatch(*version));
            }
            Some(_) => {}
        }
    }
    Ok(migrator.iter().find(|migration| applied.iter().all(|applied| applied.version != migration.version)))
}

#[cfg(test)]
mod tests {
    use super::{Applied, next};
    use crate::migrations;

    fn applied() -> Vec<Applied> {
        let of = |migration: &sqlx::migrate::Migration| Applied {
            version: migration.version,
            checksum: migration.checksum.to_vec(),
            is_successful: true,
        };
        migrations::postgres().iter().map(of).collect()
    }

    #[test]
    fn the_first_that_was_not_applied_is_next() {
        let (migrator, mut applied) = (migrations::postgres(), applied());
        assert!(next(&migrator, &applied).expect("known migrations").is_none());
        applied.pop();
        let last = migrator.iter().count();
        assert_eq!(
            next(&migrator, &applied).expect("known migrations").map(|next| next.version),
            i64::try_from(last).ok()
        );
        assert_eq!(next(&migrator, &[]).expect("none").map(|next| next.version), Some(1));
    }

    #[test]
    fn what_another_version_applied_is_refused() {
        let migrator = migrations::postgres();
        let changed = |change: fn(&mut Applied)| {
            let mut applied = applied();
            change(&mut applied[1]);
            next(&migrator, &applied).expect_err("a refusal").to_string()
        };
        assert!(changed(|applied| applied.version = 1000).contains("1000"));
        assert!(changed(|applied| applied.checksum = vec![1]).contains("modified"));
        assert!(changed(|applied| applied.is_successful = false).contains("partially applied"));
    }
}
