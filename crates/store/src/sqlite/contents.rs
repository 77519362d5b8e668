//! Reads a SQLite file without changing it or creating files beside it.

use std::{
    fs::Metadata,
    path::Path,
    time::{Duration, Instant, SystemTime},
};

use futures::future::BoxFuture;
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::busy;
use crate::{migrations, schema::Schema};

/// The `application_id` of the SQLite header, "Hall" in ASCII. Migrations set it; `file` and other tools read it.
const APPLICATION_ID: i64 = 0x4861_6C6C;

/// Counts tables, views, indexes and triggers, without those of SQLite itself.
const OBJECTS: &str = "SELECT count(*) FROM sqlite_schema WHERE substr(name, 1, 7) <> 'sqlite_'";

/// Whether the table of applied migrations has the columns that are read.
const HAS_RECORDS: &str =
    "SELECT count(*) = 3 FROM pragma_table_info($1) WHERE name IN ('version', 'checksum', 'success')";

/// Compares the tables of a file with the migrations of this binary.
pub(crate) async fn schema(connection: &mut SqliteConnection) -> sqlx::Result<Schema> {
    let id: i64 = sqlx::query_scalar("PRAGMA application_id").fetch_one(&mut *connection).await?;
    let objects: i64 = sqlx::query_scalar(OBJECTS).fetch_one(&mut *connection).await?;
    let has_records: bool = sqlx::query_scalar(HAS_RECORDS).bind(migrations::TABLE).fetch_one(&mut *connection).await?;
    let applied = if has_records {
        sqlx::query_as(migrations::APPLIED).fetch_all(&mut *connection).await?
    } else {
        Vec::<migrations::Applied>::new()
    };
    Ok(match applied.as_slice() {
        _ if ![0, APPLICATION_ID].contains(&id) => Schema::Foreign,
        // An interrupted start may have left the empty table of applied migrations.
        [] if objects > i64::from(has_records) => Schema::Foreign,
        applied => migrations::compare(&migrations::sqlite(), applied),
    })
}

/// Work on a read-only connection.
pub(crate) type Reading<T> = for<'c> fn(&'c mut SqliteConnection) -> BoxFuture<'c, sqlx::Result<T>>;

/// Reads the file at `path` with `work`. `wait` bounds the wait for another process.
///
/// SQLite creates a `-wal` and a `-shm` file even for a reader, unless the file is opened as immutable. A file without a
/// `-wal` is opened so. If it changed while it was read, it is read again.
pub(crate) async fn read<T>(path: &Path, wait: Duration, work: Reading<T>) -> sqlx::Result<T> {
    let until = Instant::now() + wait;
    loop {
        let before = State::of(path);
        let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(!before.has_log);
        let options = options.busy_timeout(wait).disable_statement_logging();
        let read = read_once(&options, wait, work).await;
        if before.has_log || (before.is_settled() && before == State::of(path)) || Instant::now() > until {
            return read;
        }
        busy::pause(SETTLED).await;
    }
}

async fn read_once<T>(options: &SqliteConnectOptions, wait: Duration, work: Reading<T>) -> sqlx::Result<T> {
    let mut connection = busy::connect(options, wait).await?;
    let read = work(&mut connection).await;
    drop(connection.close().await);
    read
}

/// The age of a modification after which the next one has another time. Some systems count file times in steps of 10 ms.
const SETTLED: Duration = Duration::from_millis(20);

/// The properties of a file that change when a process writes to it.
#[derive(PartialEq, Eq)]
struct State {
    /// Whether a process has the file open in WAL mode, or ended without closing it.
    has_log: bool,
    size: u64,
    modified: Option<SystemTime>,
}

impl State {
    fn of(path: &Path) -> Self {
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let metadata = path.metadata().ok();
        Self {
            has_log: Path::new(&log).exists(),
            size: metadata.as_ref().map_or(0, Metadata::len),
            modified: metadata.and_then(|metadata| metadata.modified().ok()),
        }
    }

    fn is_settled(&self) -> bool {
        // A time in the future means that the clock was set back.
        self.modified.is_none_or(|modified| modified.elapsed().map_or(true, |age| age > SETTLED))
    }
}
