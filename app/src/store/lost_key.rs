//! Whether a SQLite file has sessions whose tokens a new signing key would void.

use std::path::Path;

use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use super::ConnectError;

/// Whether the file has a session that was not revoked and whose last refresh token is not expired. A file that does
/// not exist or has no tables has none. Nothing is created or migrated.
///
/// # Errors
/// When the file cannot be read.
pub async fn has_open_sessions(file: &Path) -> Result<bool, ConnectError> {
    if !file.exists() {
        return Ok(false);
    }
    look(file).await.map_err(|cause| ConnectError::Open { url: file.display().to_string(), cause: cause.into() })
}

async fn look(file: &Path) -> sqlx::Result<bool> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(false).disable_statement_logging();
    let mut connection = options.connect().await?;
    let has_table: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'sessions')")
            .fetch_one(&mut connection)
            .await?;
    let has_sessions = has_table
        && sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM sessions WHERE revoked_at IS NULL AND current_expires_at > unixepoch())",
        )
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(has_sessions)
}
