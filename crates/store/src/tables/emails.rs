//! E-mail addresses by their keys. Where tokens name their user by the address, one address belongs to one user: that is
//! decided in the transaction that writes it, under the administration lock.

use std::collections::BTreeMap;

use hallpass_core::{
    id::UserId,
    user::{Email, UserIdField},
};

use super::locks::AdministrationLock;
use crate::sql::{self, Connection};

/// How many keys are filled in by one transaction.
const BATCH: u32 = 500;

/// Whether the address may be that of `user`, or of a new user: tokens do not name users by it, or nobody else has it.
pub(super) async fn is_free(
    connection: &mut Connection<'_>,
    naming: UserIdField,
    email: &str,
    user: Option<UserId>,
) -> sqlx::Result<bool> {
    if naming != UserIdField::Email || email.is_empty() {
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

/// Whether there are users without a key, as after a migration.
pub(crate) async fn lacks_keys(connection: &mut Connection<'_>) -> sqlx::Result<bool> {
    sql::query("SELECT EXISTS (SELECT 1 FROM users WHERE email_key IS NULL)").fetch_value(connection).await
}

/// Fills in the keys of some users.
pub(crate) async fn fill_keys(connection: &mut Connection<'_>, lock: AdministrationLock) -> sqlx::Result<()> {
    let missing = sql::query("SELECT id FROM users WHERE email_key IS NULL ORDER BY id LIMIT $1").bind(BATCH);
    let found = missing.fetch_all(connection).await?;
    let ids = found.iter().map(|row| row.get("id")).collect::<sqlx::Result<Vec<i64>>>()?;
    let _locked = lock.users(connection, ids.iter().copied().map(UserId)).await?;
    let mut keys = BTreeMap::new();
    for id in ids {
        let email: String =
            sql::query("SELECT email FROM users WHERE id = $1").bind(id).fetch_value(connection).await?;
        keys.insert(id, Email::key_of(&email));
    }
    sql::query_either(
        connection,
        "UPDATE users SET email_key = filled.value FROM json_each($1) AS filled
         WHERE users.id = CAST(filled.key AS INTEGER)",
        "UPDATE users SET email_key = filled.value FROM json_each_text(CAST($1 AS json)) AS filled
         WHERE users.id = CAST(filled.key AS bigint)",
    )
    .bind(sql::json(&keys)?)
    .execute(connection)
    .await
    .map(drop)
}
