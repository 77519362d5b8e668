//! `move`: everything goes from the `SQLite` file to a PostgreSQL server.

use std::path::PathBuf;

use app::store::{self, MovedTable, UrlError};

use super::Failure;
use crate::{config::Config, output};

/// How often the progress of a long table is told, in rows.
const TOLD_EVERY: u64 = 100_000;

/// Moves, or goes on with a move that was interrupted.
///
/// # Errors
/// When either database cannot be used, or the two are not the same in the end.
pub async fn run(config: Option<PathBuf>, to: &str) -> Result<(), Failure> {
    let to = to.parse().map_err(|error: UrlError| Failure::Input(format!("--to {error}")))?;
    let config = Config::load(config)?;
    output::line(format_args!("Moving what stands in {}.", config.database_url));
    let moved = store::transfer(&config.database_url, &to, |table, rows| {
        if rows.is_multiple_of(TOLD_EVERY) {
            output::line(format_args!("  {table}: {rows} rows …"));
        }
    })
    .await?;
    for table in &moved {
        output::line(describe(table));
    }
    output::line(format_args!(
        "Done: both sides have the same rows. Set database_url (HALLPASS_DATABASE_URL) to the new database and start \
         the servers with the same keys; everybody stays signed in. Keep the file as a backup, and start no server \
         on it again."
    ));
    Ok(())
}

fn describe(MovedTable { name, rows, written, digest }: &MovedTable) -> String {
    format!("  {name}: {rows} rows, {written} written now, SHA-256 {digest}")
}
