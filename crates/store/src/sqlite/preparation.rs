//! Creates a SQLite file and brings its tables up to date. Processes that start together do it one after the other,
//! and a file of another application is refused before anything of it changes.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind},
    path::Path,
    time::Duration,
};

use hallpass_core::store::StoreError;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{access, busy, check_version, contents, refuse_moved};
use crate::{ConnectError, SqliteFile, migrations, schema::Schema};

/// How long a process waits for another one that migrates.
const MIGRATION: Duration = Duration::from_mins(1);

/// Creates and migrates the file, if that is due. `options` say how it is opened for writing.
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
    refuse_moved(&mut connection, file).await?;
    let migrated = migrate(&mut connection, file).await;
    drop(connection.close().await);
    migrated
}

/// Whether the file has tables of Hallpass. `wait` bounds the wait for another process.
pub(crate) async fn has_tables(file: &SqliteFile, wait: Duration) -> Result<bool, ConnectError> {
    Ok(matches!(schema(file, wait).await?, Schema::Outdated { .. } | Schema::Current))
}

/// The state of the tables, if this version can use them or bring them up to date.
async fn schema(file: &SqliteFile, wait: Duration) -> Result<Schema, ConnectError> {
    if !file.path().exists() {
        return Ok(Schema::Missing);
    }
    let read = contents::read(file.path(), wait, |connection| Box::pin(contents::schema(connection))).await;
    read.map_err(|error| ConnectError::open(file, error))?.accept(file)
}

/// Migrates in one transaction, unless another process has done so by the time the file is locked.
async fn migrate(connection: &mut SqliteConnection, file: &SqliteFile) -> Result<(), ConnectError> {
    let failed = |error: sqlx::Error| ConnectError::open(file, error);
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
    if contents::schema(&mut transaction).await.map_err(failed)?.accept(file)? != Schema::Current {
        let migrated = migrations::sqlite().run(&mut *transaction).await;
        migrated.map_err(|error| ConnectError::Open { url: file.to_string(), cause: StoreError(Box::new(error)) })?;
    }
    transaction.commit().await.map_err(failed)
}

/// The file holds password hashes: only its owner can read it. SQLite gives its companions (`-wal`, `-shm`) the same
/// permissions.
fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => give_to_owner_of_folder(&file, path),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// A file that root creates in the folder of another user is for that user, whom the service runs as.
#[cfg(unix)]
fn give_to_owner_of_folder(file: &File, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    const ROOT: u32 = 0;
    let (creator, folder) = (file.metadata()?.uid(), access::folder(path).metadata()?);
    if creator == ROOT && folder.uid() != ROOT { fchown(file, Some(folder.uid()), Some(folder.gid())) } else { Ok(()) }
}

#[cfg(not(unix))]
fn give_to_owner_of_folder(_file: &File, _path: &Path) -> io::Result<()> {
    Ok(())
}
