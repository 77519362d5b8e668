//! The text that searches for users look through: a column that the server writes, so that both databases find the same.

use hallpass_core::user::search_text;
use serde::Serialize;

use crate::sql::{self, Connection};

/// The rows that one statement fills in.
const BATCH: i64 = 1000;

#[derive(Serialize)]
struct Filled {
    id: i64,
    username: String,
    email: String,
    text: String,
}

/// Fills in the column for users of an earlier version. What cannot be filled in is left for the next start: a search then
/// compares those users without regard to the case of ASCII alone.
pub(crate) async fn fill(connection: &mut Connection<'_>) {
    if let Err(error) = try_fill(connection).await {
        tracing::warn!(%error, "the search text of users was not filled in; the next start tries again");
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
    let rows =
        sql::query("SELECT id, username, email FROM users WHERE search_text IS NULL AND id > $1 ORDER BY id LIMIT $2")
            .bind(after)
            .bind(BATCH)
            .fetch_all(connection)
            .await?;
    let read = |row: &sql::Row| {
        let (username, email): (String, String) = (row.get("username")?, row.get("email")?);
        Ok(Filled { id: row.get("id")?, text: search_text(&username, &email), username, email })
    };
    rows.iter().map(read).collect()
}

async fn write(connection: &mut Connection<'_>, batch: &[Filled]) -> sqlx::Result<()> {
    let update = sql::query_either(
        connection,
        "UPDATE users SET search_text = value ->> 'text' FROM json_each($1)
         WHERE users.id = value ->> 'id' AND users.username = value ->> 'username' AND users.email = value ->> 'email'",
        "UPDATE users SET search_text = value ->> 'text' FROM json_array_elements(CAST($1 AS json))
         WHERE users.id = CAST(value ->> 'id' AS bigint) AND users.username = value ->> 'username' AND users.email = value ->> 'email'",
    );
    update.bind(sql::json(batch)?).execute(connection).await.map(drop)
}
