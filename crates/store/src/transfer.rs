//! Copies a `SQLite` database to PostgreSQL, so that nobody is signed out by the change. Rows that are there already are
//! compared and left, so an interrupted move continues where it was. At the end both sides are read again and compared.
//!
//! Invariant: a file takes no writes any more before the other database serves anybody. First the file is closed by a
//! marker, then the target is marked as finished. Between these two commits neither serves, and each can be chosen:
//! repeating the move finishes it, and [`reopen`] gives it up.

mod copy;
pub(super) mod marker;
mod tables;
mod target;
mod texts;

use std::{io, time::Duration};

use copy::Copy;
use marker::Marker;
use sqlx::{
    ConnectOptions, Executor, PgConnection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};
use tables::TABLES;
use target::Run;
use tokio::time;

use super::{ConnectError, DatabaseUrl, fault::message, migrations, postgres::migration, sqlite};
pub(super) use target::check_finished;

/// How long the move waits for a server to let go of the file.
const LOCK_WITHIN: Duration = Duration::from_mins(1);

/// How long it waits for the PostgreSQL server to answer: nobody can write to the file meanwhile.
const ANSWER_WITHIN: Duration = Duration::from_mins(1);

/// Why a database was not moved. What was copied until then stays, and the move can be run again.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// There is nothing to move from.
    #[error("{0} is no SQLite file of Hallpass; a move begins at the one that database_url names")]
    NoSource(String),
    /// The file is of another application, or of another version.
    #[error(transparent)]
    Unusable(#[from] ConnectError),
    /// There is nowhere to move to.
    #[error("{0:?} is no PostgreSQL database; write --to postgres://user:password@host/database")]
    NoTarget(String),
    /// The target has rows of its own.
    #[error("{0} has users of its own, so nothing was moved; create a new, empty database")]
    InUse(String),
    /// This move was finished before.
    #[error("the move to {0} is finished, and servers may use that database; nothing was moved")]
    Finished(String),
    /// Another file was moved there, or this one before it was reopened.
    #[error("a move to {0} was finished before, and servers may use that database; nothing was moved")]
    Used(String),
    /// The file was moved to another database.
    #[error("the file was moved to {0} before; move it there again, or reopen it first with hallpass move --reopen")]
    Moved(String),
    /// There is nothing to reopen.
    #[error("{0} was not moved, so there is nothing to reopen")]
    NotMoved(String),
    /// Another run of the same move began.
    #[error("another move into the same database has begun; let one of them run to its end")]
    Overtaken,
    /// A text cannot be stored in PostgreSQL.
    #[error(
        "{rows} rows of {table} have the character U+0000 in {column}, which PostgreSQL cannot store (the first has {key} = \
         {first}); nothing was moved; back up the file, give these rows another {column}, for example with sqlite3 and the \
         following statement, and run the move again: {repair}"
    )]
    Nul {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The key of the table.
        key: &'static str,
        /// The lowest key of such a row, as SQL.
        first: String,
        /// The number of such rows.
        rows: i64,
        /// A statement for SQLite that replaces the character.
        repair: String,
    },
    /// The file cannot be read, or another process does not let go of it.
    #[error(
        "the SQLite file cannot be read or locked: {}; run the move again, and it continues where it was",
        message(.0)
    )]
    Source(#[source] sqlx::Error),
    /// The server refused or failed.
    #[error("the PostgreSQL server failed: {}; run the move again, and it goes on from where it was", message(.0))]
    Target(#[source] sqlx::Error),
    /// The tables there cannot be made.
    #[error("the tables of the PostgreSQL database cannot be brought up to date: {0}")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// The two sides are not the same although all was copied.
    #[error("the table {0} is not the same on both sides; see that nothing else writes there, and run the move again")]
    Differs(&'static str),
}

/// A table that has been moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedTable {
    /// Its name.
    pub name: &'static str,
    /// How many rows it has, on both sides.
    pub rows: u64,
    /// How many of them had to be written now.
    pub written: u64,
    /// SHA-256 over all values of all rows in the order of their keys, in hexadecimal: of both sides.
    pub digest: String,
}

/// Moves everything in the file at `from` to the database at `to`, and closes the file. While it runs, nobody else can
/// write to the file: a server that uses it answers 503 and loses nothing. `progress` is called with the number of rows
/// of a table that were compared or copied.
///
/// # Errors
/// When either side cannot be used, the target is used by others, or the sides differ in the end.
pub async fn transfer(
    from: &DatabaseUrl,
    to: &DatabaseUrl,
    mut progress: impl FnMut(&'static str, u64),
) -> Result<Vec<MovedTable>, MoveError> {
    let mut source = open_source(from).await?;
    let marker = marker::find(&mut source).await.map_err(MoveError::Source)?;
    let mut target = open_target(to).await?;
    let run = answered(Run::begin(&mut target, to, marker.as_ref())).await?;
    lock(&mut source, marker.is_some()).await?;
    texts::check(&mut source).await?;
    let mut moved = Vec::with_capacity(TABLES.len());
    for table in &TABLES {
        let copy = Copy { source: &mut source, target: &mut target, run: &run, table };
        let written = copy.run(&mut progress).await?;
        moved.push(MovedTable { name: table.name, rows: 0, written, digest: String::new() });
    }
    for (table, moved) in TABLES.iter().zip(&mut moved) {
        let checked = Copy { source: &mut source, target: &mut target, run: &run, table }.verify().await?;
        (moved.rows, moved.digest) = checked;
    }
    answered(set_sequences(&mut source, &mut target, &run)).await?;
    close(&mut source, Marker { to: to.to_string(), move_id: run.move_id.clone() }).await?;
    answered(run.finish(&mut target)).await?;
    Ok(moved)
}

/// Opens a file that was moved for writing again, and returns the URL that it was moved to, without secrets. Whatever
/// happened in the other database since then is not in the file.
///
/// # Errors
/// When the file cannot be used, or was not moved.
pub async fn reopen(url: &DatabaseUrl) -> Result<String, MoveError> {
    let mut source = open_source(url).await?;
    let found = marker::find(&mut source).await.map_err(MoveError::Source)?;
    let marker = found.ok_or_else(|| MoveError::NotMoved(url.to_string()))?;
    marker::lift(&mut source).await.map_err(MoveError::Source)?;
    Ok(marker.to)
}

async fn open_source(url: &DatabaseUrl) -> Result<SqliteConnection, MoveError> {
    let DatabaseUrl::Sqlite(file) = url else { return Err(MoveError::NoSource(url.to_string())) };
    if !sqlite::has_tables(file, LOCK_WITHIN).await? {
        return Err(MoveError::NoSource(url.to_string()));
    }
    let options = SqliteConnectOptions::new().filename(file.path());
    let options = options.synchronous(SqliteSynchronous::Full).busy_timeout(LOCK_WITHIN);
    options.disable_statement_logging().connect().await.map_err(MoveError::Source)
}

/// Keeps everybody else from writing to the file. One that a move has closed which was not finished is opened first:
/// nobody uses the target yet.
async fn lock(source: &mut SqliteConnection, is_closed: bool) -> Result<(), MoveError> {
    if is_closed {
        marker::lift(source).await.map_err(MoveError::Source)?;
    }
    // A file of an earlier version is moved as one of this version.
    migrations::sqlite().run(&mut *source).await.map_err(MoveError::Migrate)?;
    source.execute("BEGIN IMMEDIATE").await.map_err(MoveError::Source)?;
    match marker::find(source).await.map_err(MoveError::Source)? {
        None => Ok(()),
        Some(_) => Err(MoveError::Overtaken),
    }
}

async fn close(source: &mut SqliteConnection, marker: Marker) -> Result<(), MoveError> {
    marker.set(source).await.map_err(MoveError::Source)?;
    source.execute("COMMIT").await.map_err(MoveError::Source).map(drop)
}

async fn open_target(url: &DatabaseUrl) -> Result<PgConnection, MoveError> {
    let DatabaseUrl::Postgres(database) = url else {
        return Err(MoveError::NoTarget(url.to_string()));
    };
    let options = database.options().clone().application_name("hallpass move").disable_statement_logging();
    let mut target = answered(async { options.connect().await.map_err(MoveError::Target) }).await?;
    migration::migrate(&mut target).await.map_err(MoveError::Migrate)?;
    Ok(target)
}

/// New rows get keys that no row ever had.
async fn set_sequences(source: &mut SqliteConnection, target: &mut PgConnection, run: &Run) -> Result<(), MoveError> {
    let mut transaction = run.transaction(target).await?;
    for table in &TABLES {
        let Some(sequence) = table.sequence else { continue };
        let highest = table.highest_number(source).await.map_err(MoveError::Source)?;
        sqlx::query("SELECT setval(CAST($1 AS regclass), $2) WHERE $2 > 0")
            .bind(sequence)
            .bind(highest)
            .execute(&mut *transaction)
            .await
            .map_err(MoveError::Target)?;
    }
    transaction.commit().await.map_err(MoveError::Target)
}

/// The result of work at the PostgreSQL server, or an error when it takes too long.
async fn answered<T>(work: impl Future<Output = Result<T, MoveError>>) -> Result<T, MoveError> {
    let silence = || sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "it did not answer within a minute"));
    time::timeout(ANSWER_WITHIN, work).await.unwrap_or_else(|_| Err(MoveError::Target(silence())))
}
