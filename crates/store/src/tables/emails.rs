//! E-mail addresses by their keys. Where tokens name their user by the e-mail address, it is unique. The transaction that
//! writes an address checks this under the global lock.

use hallpass_core::{
    id::UserId,
    user::{Email, UserIdField},
};

use crate::sql::{self, Connection};

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
