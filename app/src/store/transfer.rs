//! Growing: everything that stands in a `SQLite` file goes to a PostgreSQL server, so that nobody is signed
//! out by it. What stands there already is compared and left, so an interrupted move goes on where it was;
//! at its end both sides are read once more and compared.

mod copy;
mod tables;

use sqlx::{ConnectOptions, Connection as _, Executor, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::{ConnectError, DatabaseUrl, fault::message, migrations};
use copy::Copy;
use tables::TABLES;

/// Why a database was not moved. What was copied until then stays, and the move can be run again.
#[derive(Debug, thiserror::Error)]
pub enum MoveError {
    /// There is nothing to move from.
    #[error("{0} is no SQLite file of Hallpass; a move begins at the one that database_url names")]
    NoSource(String),
    /// There is nowhere to move to.
    #[error("{0:?} is no PostgreSQL database; write --to postgres://user:password@host/database")]
    NoTarget(String),
    /// Somebody lives there.
    #[error("{0} has users of its own, so nothing was moved; make a new, empty database")]
    InUse(String),
    /// The move was done before.
    #[error("the move to {0} is finished, and servers may be at work there; nothing was moved")]
    Finished(String),
    /// The file cannot be read, or another process does not let go of it.
    #[error("the SQLite file cannot be read: {}", message(.0))]
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

/// Moves everything that stands in the file at `from` to the database at `to`. As long as it takes, nobody
/// else can write to the file: a server that runs on it answers 503 and loses nothing. `progress` hears how
/// many rows of a table were compared or copied.
///
/// # Errors
/// When either side cannot be used, the target belongs to somebody else, or the sides differ in the end.
pub async fn transfer(
    from: &DatabaseUrl,
    to: &DatabaseUrl,
    mut progress: impl FnMut(&'static str, u64),
) -> Result<Vec<MovedTable>, MoveError> {
    let (mut source, mut target) = (open_source(from).await?, open_target(to).await?);
    source.execute("BEGIN IMMEDIATE").await.map_err(MoveError::Source)?;
    begin(&mut target, to).await?;
    let mut moved = Vec::with_capacity(TABLES.len());
    for table in &TABLES {
        let written = Copy { source: &mut source, target: &mut target, table }.run(&mut progress).await?;
        moved.push(MovedTable { name: table.name, rows: 0, written, digest: String::new() });
    }
    for (table, moved) in TABLES.iter().zip(&mut moved) {
        let checked = Copy { source: &mut source, target: &mut target, table }.verify().await?;
        (moved.rows, moved.digest) = checked;
    }
    finish(&mut source, &mut target).await?;
    Ok(moved)
}

async fn open_source(url: &DatabaseUrl) -> Result<SqliteConnection, MoveError> {
    let path = url.file().filter(|path| path.exists()).ok_or_else(|| MoveError::NoSource(url.to_string()))?;
    let options = SqliteConnectOptions::new().filename(path);
    let mut source = options.disable_statement_logging().connect().await.map_err(MoveError::Source)?;
    // A file of an earlier version is moved as one of this.
    migrations::sqlite().run(&mut source).await.map_err(MoveError::Migrate)?;
    Ok(source)
}

async fn open_target(url: &DatabaseUrl) -> Result<PgConnection, MoveError> {
    let DatabaseUrl::Postgres(database) = url else {
        return Err(MoveError::NoTarget(url.to_string()));
    };
    let mut target =
        database.options().clone().disable_statement_logging().connect().await.map_err(MoveError::Target)?;
    migrations::postgres().run(&mut target).await.map_err(MoveError::Migrate)?;
    Ok(target)
}

/// Writes down that a move into this database has begun, unless it was used before. One at a time.
async fn begin(target: &mut PgConnection, url: &DatabaseUrl) -> Result<(), MoveError> {
    let shown = url.to_string();
    let mut transaction = target.begin().await.map_err(MoveError::Target)?;
    let standing = standing(&mut transaction).await.map_err(MoveError::Target)?;
    let has_users = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users)").fetch_one(&mut *transaction);
    match (standing, has_users.await.map_err(MoveError::Target)?) {
        (Standing::Finished, _) => return Err(MoveError::Finished(shown)),
        (Standing::None, true) => return Err(MoveError::InUse(shown)),
        (Standing::Begun, _) => {}
        (Standing::None, false) => {
            let note = "CREATE TABLE hallpass_move (is_finished boolean NOT NULL);
                INSERT INTO hallpass_move VALUES (false)";
            transaction.execute(note).await.map_err(MoveError::Target)?;
        }
    }
    transaction.commit().await.map_err(MoveError::Target)
}

/// New rows get numbers that no row ever had; and servers may start.
async fn finish(source: &mut SqliteConnection, target: &mut PgConnection) -> Result<(), MoveError> {
    let mut transaction = target.begin().await.map_err(MoveError::Target)?;
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
    transaction.execute("UPDATE hallpass_move SET is_finished = true").await.map_err(MoveError::Target)?;
    transaction.commit().await.map_err(MoveError::Target)
}

/// Whether something was moved into a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    None,
    Begun,
    Finished,
}

async fn standing(target: &mut PgConnection) -> sqlx::Result<Standing> {
    let is_noted: bool =
        sqlx::query_scalar("SELECT to_regclass('hallpass_move') IS NOT NULL").fetch_one(&mut *target).await?;
    if !is_noted {
        return Ok(Standing::None);
    }
    let is_finished = sqlx::query_scalar("SELECT is_finished FROM hallpass_move").fetch_one(target).await?;
    Ok(if is_finished { Standing::Finished } else { Standing::Begun })
}

/// Refuses a database into which a move was begun and not finished: half of the people would be unknown.
pub(super) async fn check_finished(target: &mut PgConnection, url: &str) -> Result<(), ConnectError> {
    match standing(target).await {
        Ok(Standing::None | Standing::Finished) => Ok(()),
        Ok(Standing::Begun) => Err(ConnectError::HalfMoved(url.to_owned())),
        Err(error) => Err(ConnectError::Open { url: url.to_owned(), cause: error.into() }),
    }
}
