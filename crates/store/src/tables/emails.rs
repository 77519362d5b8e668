//! E-mail addresses by their keys. Where tokens name their user by the e-mail address, it is unique. The transaction that
//! writes an address checks this under the global lock.

use hallpass_core::{
    id::UserId,
    user::{Email, UserIdField},
};

use super::locks::GlobalLock;
use crate::sql::{self, Connection, Row};

/// The number of keys that one transaction fills in.
const BATCH: u32 = 500;

/// Whether the e-mail address can be that of `user`, or of a new user: it need not be unique, or no other user has it.
pub(super) async fn is_free(
    connection: &mut Connection<'_>,
    user_id_field: UserIdField,
    email: &str,
    user: Option<UserId>,
) -> sqlx::Result<bool> {
    if user_id_field != UserIdField::Email || email.is_empty() {
        return Ok(true);
    }
    sql::query(
        "SELECT NOT EXISTS
             (SELECT 1 FROM users WHERE (email_key = $1 OR email = $2) AND email <> '' AND ($3 IS NULL OR id <> $3))",
    )
    .bind(Email::key_of(email))
    .bind(email)
    .bind(user)
    .fetch_value(connection)
    .await
}

/// Whether users without a key exist, as after a migration.
pub(crate) async fn lacks_keys(connection: &mut Connection<'_>) -> sqlx::Result<bool> {
    sql::query("SELECT EXISTS (SELECT 1 FROM users WHERE email_key IS NULL)").fetch_value(connection).await
}

/// Fills in the keys of up to [`BATCH`] users.
pub(crate) async fn fill_keys(connection: &mut Connection<'_>, lock: GlobalLock) -> sqlx::Result<()> {
    let missing = sql::query("SELECT id FROM users WHERE email_key IS NULL ORDER BY id LIMIT $1").bind(BATCH);
    let ids: Vec<i64> = missing.list(connection, |row| row.get("id")).await?;
    let _locked = lock.users(connection, ids.iter().copied().map(UserId)).await?;
    let select = "SELECT id, email FROM users WHERE id IN (NUMBERS)";
    let key = |row: &Row| Ok((row.get::<i64>("id")?, Email::key_of(&row.get::<String>("email")?)));
    let keys: Vec<_> = sql::query_list(connection, select, ids)?.list(connection, key).await?;
    let update = "UPDATE users SET email_key = filled.value ->> 1 FROM ROWS AS filled
         WHERE users.id = CAST(filled.value ->> 0 AS bigint)";
    sql::query_list(connection, update, keys)?.run(connection).await
}
