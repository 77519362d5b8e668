//! Copies a SQLite database to PostgreSQL. Users stay signed in. An interrupted move resumes: existing rows are compared and
//! kept. At the end, both sides are read again and compared.
//!
//! Invariant: the two databases never accept writes at the same time. A marker closes the file before the target is marked as
//! finished. Between these two commits neither can be used; repeating the move finishes it, and [`reopen`] cancels it.

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
use tables::{Kind, TABLES};
use target::Run;
use tokio::time;

use super::{ConnectError, DatabaseUrl, error::message, migrations, postgres::migration, sqlite};
pub(super) use target::check_finished;

/// The time for which the move waits for a server to release the file.
const LOCK_WITHIN: Duration = Duration::from_mins(1);

/// The timeout for an answer of the PostgreSQL server. The file is locked in the meantime.
const ANSWER_WITHIN: Duration = Duration::from_mins(1);

/// The reason a move failed. Copied rows stay, and the move can be repeated.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// The source is not a SQLite file of Hallpass.
    #[error("{0} is not a SQLite file of Hallpass; set database_url to the file to move")]
    NoSource(String),
    /// One of the databases cannot be opened or migrated.
    #[error(transparent)]
    Unusable(#[from] ConnectError),
    /// The target is not a PostgreSQL database.
    #[error("{0:?} is not a PostgreSQL database; write --to postgres://user:password@host/database")]
    NoTarget(String),
    /// The target contains users.
    #[error("{0} already has users, so nothing was moved; create a new, empty database")]
    InUse(String),
    /// This move is already finished.
    #[error("the move to {0} is already finished, and servers may use that database; nothing was moved")]
    Finished(String),
    /// Another file was moved to the target, or this one before it was reopened.
    #[error("another move to {0} is already finished, and servers may use that database; nothing was moved")]
    Used(String),
    /// The file was moved to another database.
    #[error("the file was already moved to {0}; move it there again, or first reopen it with hallpass move --reopen")]
    Moved(String),
    /// The file was not moved.
    #[error("{0} was not moved, so there is nothing to reopen")]
    NotMoved(String),
    /// Another run of the same move started.
    #[error("another move to the same database is running; wait until it ends, then run the move again")]
    Overtaken,
    /// A text cannot be stored in PostgreSQL.
    #[error(
        "{rows} rows of {table} have the character U+0000 in {column}, which PostgreSQL cannot store (the first has {key} = \
         {first}); nothing was moved; back up the file, change {column} in these rows, for example with sqlite3 and the \
         following statement, and run the move again: {repair}"
    )]
    Nul {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The key column of the table.
        key: &'static str,
        /// The smallest key of such a row, as SQL.
        first: String,
        /// The number of such rows.
        rows: i64,
        /// A statement for SQLite that replaces the character.
        repair: String,
    },
    /// The file cannot be read, or another process keeps it locked.
    #[error(
        "the SQLite file cannot be read or locked: {}; run the move again to resume it",
        message(.0)
    )]
    Source(#[source] sqlx::Error),
    /// The server failed or rejected a statement.
    #[error("the PostgreSQL server failed: {}; run the move again to resume it", message(.0))]
    Target(#[source] sqlx::Error),
    /// The two sides differ after all rows were copied.
    #[error(
        "the table {0} differs between the databases; make sure that nothing else writes to the target, and run the move again"
    )]
    Differs(&'static str),
}

/// A moved table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovedTable {
    /// The name of the table.
    pub name: &'static str,
    /// The number of rows on both sides.
    pub rows: u64,
    /// The number of rows that this run wrote.
    pub written: u64,
    /// SHA-256 over all values of all rows in the order of their keys, in hexadecimal. It is the same on both sides.
    pub digest: String,
}

/// Moves all rows of the file at `from` to the database at `to`, and closes the file. The file is locked while it runs: a
/// server that uses it answers 503 and loses nothing. `progress` is called with the name of a table and the number of its
/// rows that were compared or copied.
///
/// # Errors
/// [`MoveError`] when either side cannot be used, the target is in use, or the sides differ at the end.
pub async fn transfer(
    from: &DatabaseUrl,
    to: &DatabaseUrl,
    mut progress: impl FnMut(&'static str, u64),
) -> Result<Vec<MovedTable>, MoveError> {
    let mut source = open_source(from).await?;
    let marker = marker::find(&mut source).await.map_err(MoveError::Source)?;
    let mut target = open_target(to).await?;
    let run = answered(Run::begin(&mut target, to, marker.as_ref())).await?;
    lock(&mut source, from, marker.is_some()).await?;
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

/// Opens a moved file for writes again, and returns the URL that it was moved to, without secrets. The file does not contain
/// later changes in the other database.
///
/// # Errors
/// [`MoveError`] when the file cannot be used, or was not moved.
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

/// Locks the file against writes of others. A file that an unfinished move has closed is opened first: no server can use the
/// target yet.
async fn lock(source: &mut SqliteConnection, url: &DatabaseUrl, is_closed: bool) -> Result<(), MoveError> {
    if is_closed {
        marker::lift(source).await.map_err(MoveError::Source)?;
    }
    // A file of an earlier version is migrated first.
    let migrated = migrations::sqlite().run(&mut *source).await;
    migrated.map_err(|error| ConnectError::migration(url, error))?;
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
    migration::migrate(&mut target, &url.to_string()).await?;
    Ok(target)
}

/// Sets the sequences, so that new rows get keys that no row ever had.
async fn set_sequences(source: &mut SqliteConnection, target: &mut PgConnection, run: &Run) -> Result<(), MoveError> {
    let mut transaction = run.transaction(target).await?;
    for table in TABLES.iter().filter(|table| table.key.1 == Kind::Number) {
        let highest = table.highest_key(source).await.map_err(MoveError::Source)?;
        // A key without a sequence has none to set: the function returns NULL.
        sqlx::query("SELECT setval(CAST(pg_get_serial_sequence($1, $2) AS regclass), $3) WHERE $3 > 0")
            .bind(table.name)
            .bind(table.key.0)
            .bind(highest)
            .execute(&mut *transaction)
            .await
            .map_err(MoveError::Target)?;
    }
    transaction.commit().await.map_err(MoveError::Target)
}

/// The result of work on the PostgreSQL server, or an error after [`ANSWER_WITHIN`].
async fn answered<T>(work: impl Future<Output = Result<T, MoveError>>) -> Result<T, MoveError> {
    let silence = || sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "no answer within a minute"));
    time::timeout(ANSWER_WITHIN, work).await.unwrap_or_else(|_| Err(MoveError::Target(silence())))
}
