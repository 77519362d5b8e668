//! What a piece of work has to itself where others write at the same time; in a file with one writer that
//! is everything, and nothing here does anything.
//!
//! Who touches one session locks its row, and who begins one locks its user's row, so that whatever ends
//! all sessions of a user sees it or is seen. Who touches several sessions, or changes users, stands in the
//! line first, of which there is one. So nobody waits for somebody who waits for them: the first of the
//! line waits only for those who have one row, and who has a session's row waits for nobody.

use crate::{
    auth::{
        id::{SessionId, UserId},
        user::UserKey,
    },
    store::sql::{self, Connection, Statement},
};

/// The advisory lock's number: "hallpass" in ASCII.
const LINE: i64 = i64::from_be_bytes(*b"hallpass");
/// The same for clearing away, which one server does and the others leave to it.
const CLEARING: i64 = i64::from_be_bytes(*b"clearing");

/// Waits for the line's end, and has it until the transaction ends.
pub(in crate::store) async fn line(connection: &mut Connection<'_>) -> sqlx::Result<()> {
    run(connection, sql::query("SELECT pg_advisory_xact_lock($1)").bind(LINE)).await
}

/// Whether this is the one that clears away now.
pub(in crate::store) async fn clearing(connection: &mut Connection<'_>) -> sqlx::Result<bool> {
    if connection.is_shared() {
        sql::query("SELECT pg_try_advisory_xact_lock($1)").bind(CLEARING).fetch_value(connection).await
    } else {
        Ok(true)
    }
}

/// Nobody else changes the user, or begins a session for it.
pub(in crate::store) async fn user(connection: &mut Connection<'_>, user: UserId) -> sqlx::Result<()> {
    run(connection, sql::query("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE").bind(user)).await
}

/// The same for the user that a token names.
pub(in crate::store) async fn account(connection: &mut Connection<'_>, key: &UserKey) -> sqlx::Result<()> {
    let statement = match key {
        UserKey::Id(user) => sql::query("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE").bind(*user),
        UserKey::Username(name) => sql::query("SELECT FROM users WHERE username = $1 FOR NO KEY UPDATE").bind(name),
        UserKey::Email(email) => {
            sql::query("SELECT FROM users WHERE email = $1 AND email <> '' LIMIT 2 FOR NO KEY UPDATE").bind(email)
        }
    };
    run(connection, statement).await
}

/// Nobody else renews or ends the session.
pub(in crate::store) async fn session(connection: &mut Connection<'_>, session: SessionId) -> sqlx::Result<()> {
    run(connection, sql::query("SELECT FROM sessions WHERE id = $1 FOR NO KEY UPDATE").bind(session)).await
}

async fn run(connection: &mut Connection<'_>, statement: Statement<'_>) -> sqlx::Result<()> {
    if connection.is_shared() { statement.execute(connection).await.map(drop) } else { Ok(()) }
}
