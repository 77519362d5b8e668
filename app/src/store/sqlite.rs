//! SQLite: one file, one writer that commits waiting writes together, and a pool of readers. WAL with
//! `synchronous = FULL`: what was answered is on the disk.

mod checkpoints;
mod writer;

use std::sync::Arc;

use sqlx::{
    ConnectOptions, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{
    ConnectError, SqliteFile, Timeouts,
    backend::{Reading, Work},
    migrations,
    sql::Connection,
    tables::search,
    transfer::marker,
};
use crate::auth::{
    revocation::RevocationSet,
    store::{Refresh, Refreshed, StoreError},
};
use writer::Writer;

/// The first version without the WAL-reset race of two connections.
const MIN_VERSION: (&str, [u32; 3]) = ("3.51.3", [3, 51, 3]);

/// Reads wait for nobody in WAL mode; more than a few at a time gain nothing.
const READERS: u32 = 4;

/// A database in one SQLite file.
pub(super) struct SqliteBackend {
    writer: Writer,
    revocations: Arc<RevocationSet>,
    readers: SqlitePool,
}

impl SqliteBackend {
    /// Opens the file, making it readable for its owner alone if it is new, and migrates.
    pub(super) async fn open(file: &SqliteFile, timeouts: Timeouts) -> Result<Self, ConnectError> {
        let open = |cause: StoreError| ConnectError::Open { url: file.to_string(), cause };
        create_private(file.path()).map_err(|error| open(StoreError(Box::new(error))))?;
        let options = SqliteConnectOptions::new()
            .filename(file.path())
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(timeouts.lock)
            .disable_statement_logging();
        // What a savepoint or a statement would need to be taken back stays in memory: written to a file it
        // costs a refresh a seventh of its time.
        let writing =
            options.clone().pragma("temp_store", "memory").pragma("wal_autocheckpoint", checkpoints::MAX_LOG_PAGES);
        let mut connection = writing.connect().await.map_err(|error| open(error.into()))?;
        check_version(&mut connection).await?;
        refuse_moved(&mut connection, &file.to_string()).await?;
        migrations::sqlite().run(&mut connection).await.map_err(|error| open(StoreError(Box::new(error))))?;
        search::fill(&mut Connection::sqlite(&mut connection)).await;
        let copying = options.connect().await.map_err(|error| open(error.into()))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(timeouts.answer)
            .connect_lazy_with(options.pragma("query_only", "on"));
        let revocations = Arc::<RevocationSet>::default();
        Ok(Self { writer: Writer::start(connection, copying, revocations.clone()), revocations, readers })
    }

    /// Runs work that reads with one statement.
    pub(super) async fn read<T>(&self, work: impl Reading<T>) -> Result<T, StoreError> {
        let mut connection = self.readers.acquire().await?;
        Ok(work(&mut Connection::sqlite(&mut connection)).await?)
    }

    /// Runs work that reads one state of the database, with however many statements.
    pub(super) async fn snapshot<T>(&self, work: impl Reading<T>) -> Result<T, StoreError> {
        let mut transaction = self.readers.begin().await?;
        Ok(work(&mut Connection::sqlite(&mut transaction)).await?)
    }

    pub(super) const fn revocations(&self) -> &Arc<RevocationSet> {
        &self.revocations
    }

    pub(super) fn waiting(&self) -> usize {
        self.writer.waiting()
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl Work<T>,
        is_kept: fn(&T) -> bool,
    ) -> Result<T, StoreError> {
        self.writer.write(work, is_kept).await
    }

    pub(super) async fn refresh(&self, refresh: Refresh) -> Result<Refreshed, StoreError> {
        self.writer.refresh(refresh).await
    }
}

/// The file holds password hashes: nobody but its owner reads it. SQLite gives its companions
/// (`-wal`, `-shm`) the same permissions.
fn create_private(path: &std::path::Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => give_to_owner_of_folder(&file, path),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

/// A file that root creates in the folder of another user is for that user, whom the service runs as.
#[cfg(unix)]
fn give_to_owner_of_folder(file: &std::fs::File, path: &std::path::Path) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    const ROOT: u32 = 0;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(std::path::Path::new("."));
    let (creator, folder) = (file.metadata()?.uid(), folder.metadata()?);
    if creator == ROOT && folder.uid() != ROOT { fchown(file, Some(folder.uid()), Some(folder.gid())) } else { Ok(()) }
}

#[cfg(not(unix))]
fn give_to_owner_of_folder(_file: &std::fs::File, _path: &std::path::Path) -> std::io::Result<()> {
    Ok(())
}

async fn refuse_moved(connection: &mut SqliteConnection, url: &str) -> Result<(), ConnectError> {
    match marker::find(connection).await {
        Ok(None) => Ok(()),
        Ok(Some(marker)) => Err(ConnectError::Moved { url: url.to_owned(), to: marker.to }),
        Err(error) => Err(ConnectError::Open { url: url.to_owned(), cause: error.into() }),
    }
}

async fn check_version(connection: &mut SqliteConnection) -> Result<(), ConnectError> {
    let (needed, minimum) = MIN_VERSION;
    let found: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(connection)
        .await
        .map_err(|error| ConnectError::Open { url: "sqlite".to_owned(), cause: error.into() })?;
    let parts: Vec<u32> = found.split('.').map_while(|part| part.parse().ok()).collect();
    if parts.as_slice() >= minimum.as_slice() { Ok(()) } else { Err(ConnectError::Version { found, needed }) }
}
