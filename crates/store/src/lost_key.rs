//! Checks for open sessions in a SQLite file, whose tokens a new signing key would invalidate.

use std::path::Path;

use futures::future::BoxFuture;
use sqlx::SqliteConnection;

use super::{ConnectError, Timeouts, schema::Schema, sqlite};

/// Whether the file contains a session that is not revoked and whose last refresh token has not expired. `false` if the file
/// does not exist or has no tables. Nothing is created or migrated.
///
/// # Errors
/// When the file cannot be read, or this version cannot use it.
pub async fn has_open_sessions(file: &Path) -> Result<bool, ConnectError> {
    if !file.exists() {
        return Ok(false);
    }
    let url = file.display();
    let found = sqlite::read(file, Timeouts::default().lock, look).await;
    let (schema, has_sessions) = found.map_err(|error| ConnectError::open(&url, error))?;
    schema.accept(&url)?;
    Ok(has_sessions)
}

fn look(connection: &mut SqliteConnection) -> BoxFuture<'_, sqlx::Result<(Schema, bool)>> {
    Box::pin(async move {
        let schema = sqlite::schema(connection).await?;
        if !matches!(schema, Schema::Outdated { .. } | Schema::Current) {
            return Ok((schema, false));
        }
        let open =
            "SELECT EXISTS (SELECT 1 FROM sessions WHERE revoked_at IS NULL AND current_expires_at > unixepoch())";
        Ok((schema, sqlx::query_scalar(open).fetch_one(connection).await?))
    })
}
