//! Creates and migrates a SQLite file. Processes that start together do it one after another. A file of another application
//! is rejected before anything in it changes.

use std::{
    fs::OpenOptions,
    io::{self, ErrorKind},
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::Duration,
};

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{access, busy, check_version, contents, reject_moved};
use crate::{ConnectError, SqliteFile, files::Owner, migrations, schema::Schema};

/// The time for which a process waits for another process that migrates.
const MIGRATION: Duration = Duration::from_mins(1);

/// Creates and migrates the file, if due. `options` open it for writing. `wait` bounds the wait for another process.
pub(super) async fn prepare(
    file: &SqliteFile,
    options: &SqliteConnectOptions,
    wait: Duration,
) -> Result<(), ConnectError> {
    let (path, failed) = (file.path(), |error: sqlx::Error| ConnectError::open(file, error));
    access::check(path).map_err(|problem| ConnectError::Access { url: file.to_string(), problem })?;
    if schema(file, wait).await? == Schema::Current {
        return Ok(());
    }
    create_private(path).map_err(|error| failed(error.into()))?;
    let options = options.clone().busy_timeout(MIGRATION);
    let mut connection = busy::connect(&options, MIGRATION).await.map_err(failed)?;
    check_version(&mut connection).await?;
    reject_moved(&mut connection, file).await?;
    let migrated = migrate(&mut connection, file).await;
    drop(connection.close().await);
    migrated
}

/// Whether the file contains tables of Hallpass. `wait` bounds the wait for another process.
pub(crate) async fn has_tables(file: &SqliteFile, wait: Duration) -> Result<bool, ConnectError> {
    Ok(matches!(schema(file, wait).await?, Schema::Outdated { .. } | Schema::Current))
}

/// The state of the tables, if this version can use or migrate them.
async fn schema(file: &SqliteFile, wait: Duration) -> Result<Schema, ConnectError> {
    if !file.path().exists() {
        return Ok(Schema::Missing);
    }
    let read = contents::read(file.path(), wait, |connection| Box::pin(contents::schema(connection))).await;
    read.map_err(|error| ConnectError::open(file, error))?.accept(file)
}

/// Migrates in one transaction, unless another process did so while this one waited for the lock.
async fn migrate(connection: &mut SqliteConnection, file: &SqliteFile) -> Result<(), ConnectError> {
    let failed = |error: sqlx::Error| ConnectError::open(file, error);
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    if contents::schema(&mut transaction).await.map_err(failed)?.accept(file)? != Schema::Current {
        let migrated = migrations::sqlite().run(&mut *transaction).await;
        migrated.map_err(|error| ConnectError::migration(file, error))?;
    }
    transaction.commit().await.map_err(failed)
}

/// Creates the file. Only its owner can read it, because it contains password hashes. SQLite gives the `-wal` and `-shm`
/// files the same permissions and owner.
fn create_private(path: &Path) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => match Owner::for_new(path, &[])? {
            Some(owner) if !owner.is_root() => owner.give(&file),
            Some(_) | None => Ok(()),
        },
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}
