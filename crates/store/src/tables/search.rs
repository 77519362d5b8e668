//! The search text of users. The server writes the column, so that both databases find the same users.

use hallpass_core::user::search_text;
use serde::Serialize;

use crate::sql::{self, Connection};

/// The number of rows that one statement fills in.
const BATCH: i64 = 1000;

#[derive(Serialize)]
struct Filled {
    id: i64,
    username: String,
    email: String,
    text: String,
}

/// Fills in the column for users that an earlier version wrote. If it fails, the next start tries again; until then, a search
/// ignores only the case of ASCII for these users.
pub(crate) async fn fill(connection: &mut Connection<'_>) {
    if let Err(error) = try_fill(connection).await {
        tracing::warn!(%error, "filling in the search text of users failed; the next start tries again");
    }
}

async fn try_fill(connection: &mut Connection<'_>) -> sqlx::Result<()> {
    let mut after = i64::MIN;
    loop {
        let batch = read(connection, after).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = last.id;
        write(connection, &batch).await?;
    }
}

async fn read(connection: &mut Connection<'_>, after: i64) -> sqlx::Result<Vec<Filled>> {
    let select = "SELECT id, username, email FROM users WHERE search_text IS NULL AND id > $1 ORDER BY id LIMIT $2";
    let read = |row: &sql::Row| {
        let (username, email): (String, String) = (row.get("username")?, row.get("email")?);
        Ok(Filled { id: row.get("id")?, text: search_text(&username, &email), username, email })
    };
    sql::query(select).bind(after).bind(BATCH).list(connection, read).await
}

async fn write(connection: &mut Connection<'_>, batch: &[Filled]) -> sqlx::Result<()> {
    let update = "
        UPDATE users SET search_text = filled.value ->> 'text' FROM ROWS AS filled
        WHERE users.id = CAST(filled.value ->> 'id' AS bigint) AND users.username = filled.value ->> 'username'
            AND users.email = filled.value ->> 'email'";
    sql::query_list(connection, update, batch)?.run(connection).await
}
