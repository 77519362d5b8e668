//! SQLite: one file, one writer that commits queued writes together, and a pool of readers. With WAL and
//! `synchronous = FULL`, an acknowledged write is on disk.

mod access;
pub(super) mod busy;
mod checkpoints;
mod contents;
mod inspection;
mod place;
mod preparation;
mod writer;

use std::sync::Arc;

use sqlx::{
    ConnectOptions, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{ConnectError, SqliteFile, Timeouts, sql::Connection, transfer::marker, work::Reading};
use crate::error::store_error;
pub use access::AccessProblem;
pub(super) use contents::{read, schema};
use hallpass_core::{revocation::RevocationSet, store::StoreError};
pub(super) use inspection::inspect;
use place::Place;
pub(super) use preparation::has_tables;
use writer::Writer;

/// The first version without the WAL-reset race between two connections.
const MIN_VERSION: (&str, [u32; 3]) = ("3.51.3", [3, 51, 3]);

/// The number of readers. Reads never wait in WAL mode, so more readers gain nothing.
const READERS: u32 = 4;

/// A database in one SQLite file.
pub(super) struct SqliteBackend {
    writer: Writer,
    revocations: Arc<RevocationSet>,
    readers: SqlitePool,
    place: Place,
}

/// Connections that write durably and enforce foreign keys.
pub(super) fn options(file: &SqliteFile, timeouts: Timeouts) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file.path())
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(timeouts.lock)
        .disable_statement_logging()
}

impl SqliteBackend {
    /// Opens and migrates the file. A new file is readable only by its owner.
    pub(super) async fn open(file: &SqliteFile, timeouts: Timeouts) -> Result<Self, ConnectError> {
        let options = options(file, timeouts);
        preparation::prepare(file, &options, timeouts.lock).await?;
        let failed = |error: sqlx::Error| ConnectError::open(file, error);
        // Undo data of savepoints and statements stays in memory. In a file, it costs a refresh a seventh of its time.
        let writing =
            options.clone().pragma("temp_store", "memory").pragma("wal_autocheckpoint", checkpoints::MAX_LOG_PAGES);
        let mut connection = busy::connect(&writing, timeouts.lock).await.map_err(failed)?;
        check_version(&mut connection).await?;
        reject_moved(&mut connection, file).await?;
        let copying = busy::connect(&options, timeouts.lock).await.map_err(failed)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(timeouts.answer)
            .connect_lazy_with(options.pragma("query_only", "on"));
        let revocations = Arc::<RevocationSet>::default();
        let place = Place::of(file.path()).map_err(|error| failed(error.into()))?;
        Ok(Self { writer: Writer::start(connection, copying, revocations.clone()), revocations, readers, place })
    }

    /// Checks that the file was not moved, deleted or replaced.
    pub(super) fn check_place(&self) -> Result<(), StoreError> {
        self.place.check()
    }

    /// Runs work that reads with one statement.
    pub(super) async fn read<T>(&self, work: impl Reading<T>) -> Result<T, StoreError> {
        let mut connection = self.readers.acquire().await.map_err(store_error)?;
        work(&mut Connection::sqlite(&mut connection)).await.map_err(store_error)
    }

    /// Runs work whose statements all read the same snapshot.
    pub(super) async fn snapshot<T>(&self, work: impl Reading<T>) -> Result<T, StoreError> {
        let mut transaction = self.readers.begin().await.map_err(store_error)?;
        work(&mut Connection::sqlite(&mut transaction)).await.map_err(store_error)
    }

    pub(super) const fn revocations(&self) -> &Arc<RevocationSet> {
        &self.revocations
    }

    pub(super) const fn writer(&self) -> &Writer {
        &self.writer
    }
}

/// Rejects a file that a move has closed.
async fn reject_moved(connection: &mut SqliteConnection, file: &SqliteFile) -> Result<(), ConnectError> {
    match marker::find(connection).await {
        Ok(None) => Ok(()),
        Ok(Some(marker)) => Err(ConnectError::Moved { url: file.to_string(), to: marker.to }),
        Err(error) => Err(ConnectError::open(file, error)),
    }
}

async fn check_version(connection: &mut SqliteConnection) -> Result<(), ConnectError> {
    let (needed, minimum) = MIN_VERSION;
    let found: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(connection)
        .await
        .map_err(|error| ConnectError::open(&"SQLite", error))?;
    let parts: Vec<u32> = found.split('.').map_while(|part| part.parse().ok()).collect();
    if parts.as_slice() >= minimum.as_slice() { Ok(()) } else { Err(ConnectError::Version { found, needed }) }
}
