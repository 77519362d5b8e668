//! Columns of users that the server computes from others, because SQL folds no text. Rows that an earlier version wrote have
//! none.

use hallpass_core::{
    id::UserId,
    user::{Email, search_text},
};
use serde::Serialize;

use super::locks::GlobalLock;
use crate::sql::{self, Connection, Row};

/// The number of rows that one transaction fills in.
const BATCH: u32 = 500;

#[derive(Serialize)]
struct Derived {
    id: i64,
    email_key: String,
    search_text: String,
}

/// Whether users without these columns exist, as after a migration.
pub(crate) async fn are_missing(connection: &mut Connection<'_>) -> sqlx::Result<bool> {
    sql::query(
        "SELECT EXISTS (SELECT 1 FROM users WHERE email_key IS NULL)
             OR EXISTS (SELECT 1 FROM users WHERE search_text IS NULL)",
    )
    .fetch_value(connection)
    .await
}

/// Fills in the columns of up to [`BATCH`] users.
pub(crate) async fn fill(connection: &mut Connection<'_>, lock: GlobalLock) -> sqlx::Result<()> {
    let missing = "SELECT id FROM users WHERE email_key IS NULL OR search_text IS NULL ORDER BY id LIMIT $1";
    let ids: Vec<i64> = sql::query(missing).bind(BATCH).list(connection, |row| row.get("id")).await?;
    let _locked = lock.users(connection, ids.iter().copied().map(UserId)).await?;
    let select = "SELECT id, username, email FROM users WHERE id IN (NUMBERS)";
    let rows: Vec<_> = sql::query_list(connection, select, ids)?.list(connection, derived).await?;
    let update = "
        UPDATE users SET email_key = filled.value ->> 'email_key', search_text = filled.value ->> 'search_text'
        FROM ROWS AS filled WHERE users.id = CAST(filled.value ->> 'id' AS bigint)";
    sql::query_list(connection, update, rows)?.run(connection).await
}

fn derived(row: &Row) -> sqlx::Result<Derived> {
    let (username, email): (String, String) = (row.get("username")?, row.get("email")?);
    let (email_key, search_text) = (Email::key_of(&email), search_text(&username, &email));
    Ok(Derived { id: row.get("id")?, email_key, search_text })
}
