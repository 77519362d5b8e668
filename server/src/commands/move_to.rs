//! `move`: copies the `SQLite` database to PostgreSQL and closes the file.

use std::path::PathBuf;

use hallpass_store::{MoveError, MovedTable, UrlError};

use super::Failure;
use crate::{config::Config, output};

/// The interval of progress lines in a long table, in rows.
const PROGRESS_EVERY: u64 = 100_000;

/// Moves, or continues an interrupted move. A finished move is a success.
pub(crate) async fn run(config: Option<PathBuf>, to: &str) -> Result<(), Failure> {
    let to = to.parse().map_err(|error: UrlError| Failure::Input(format!("--to {error}")))?;
    let config = Config::load(config)?;
    output::line(format_args!("Moving {}.", config.database_url));
    let moved = hallpass_store::transfer(&config.database_url, &to, |table, rows| {
        if rows.is_multiple_of(PROGRESS_EVERY) {
            output::line(format_args!("  {table}: {rows} rows …"));
        }
    });
    match moved.await {
        Ok(moved) => {
            for table in &moved {
                output::line(describe(table));
            }
        }
        Err(finished @ MoveError::Finished(_)) => {
            output::line(format_args!("  {finished}."));
        }
        Err(error) => return Err(error.into()),
    }
    output::line(
        "Done: both sides have the same rows. Set database_url (HALLPASS_DATABASE_URL) to the new database and start \
         the servers with the same keys; all users stay signed in. The file takes no more writes: stop the servers \
         that use it, and keep it as a backup.",
    );
    Ok(())
}

/// Reopens a file that a move closed.
pub(crate) async fn reopen(config: Option<PathBuf>) -> Result<(), Failure> {
    let config = Config::load(config)?;
    let to = hallpass_store::reopen(&config.database_url).await?;
    output::line(format_args!(
        "{} is open again. It was moved to {to}: changes since then are not in the file, so do not start a \
         server on that database.",
        config.database_url
    ));
    Ok(())
}

fn describe(MovedTable { name, rows, written, digest }: &MovedTable) -> String {
    format!("  {name}: {rows} rows, {written} written now, SHA-256 {digest}")
}
