//! Moving in: rows of another database beside our own, a batch at a time.

mod tokens;
mod users;

use hallpass_core::{
    clock::Timestamp,
    import::{ForeignToken, ForeignUser, Import, ImportMode, Outcome},
};

use super::locks::AdministrationLock;
use crate::sql::{self, Connection};

pub(super) use users::follow_upgrade;

/// One batch of users.
pub(crate) async fn users(
    connection: &mut Connection<'_>,
    lock: AdministrationLock,
    users: &[ForeignUser],
    import: &Import,
) -> sqlx::Result<Vec<Outcome>> {
    begin(connection, import.mode).await?;
    let mut outcomes = Vec::with_capacity(users.len());
    let locked = lock.users(connection, users.iter().map(|user| user.id)).await?;
    for (user, locked) in users.iter().zip(locked.iter()) {
        outcomes.push(users::import(connection, locked, user, import).await?);
    }
    let highest = users.iter().map(|user| user.id.0).max();
    if let (ImportMode::Commit, Some(highest)) = (import.mode, highest) {
        reserve_numbers(connection, highest).await?;
    }
    end(connection, import.mode).await?;
    Ok(outcomes)
}

/// One batch of refresh tokens.
pub(crate) async fn tokens(
    connection: &mut Connection<'_>,
    lock: AdministrationLock,
    tokens: &[ForeignToken],
    import: &Import,
) -> sqlx::Result<Vec<Outcome>> {
    begin(connection, import.mode).await?;
    let mut outcomes = Vec::with_capacity(tokens.len());
    let owners = lock.users(connection, tokens.iter().filter_map(|token| token.user)).await?;
    let sessions = tokens::lock_sessions(connection, &owners, tokens).await?;
    for token in tokens {
        outcomes.push(tokens::import(connection, &owners, &sessions, token, &import.ending).await?);
    }
    end(connection, import.mode).await?;
    Ok(outcomes)
}

/// A rehearsal is carried out in a transaction of its own inside the writer's, and taken back.
async fn begin(connection: &mut Connection<'_>, mode: ImportMode) -> sqlx::Result<()> {
    match mode {
        ImportMode::Commit => Ok(()),
        ImportMode::Rehearse => sql::query("SAVEPOINT rehearsal").execute(connection).await.map(drop),
    }
}

async fn end(connection: &mut Connection<'_>, mode: ImportMode) -> sqlx::Result<()> {
    match mode {
        ImportMode::Commit => Ok(()),
        ImportMode::Rehearse => {
            sql::query("ROLLBACK TO rehearsal").execute(connection).await?;
            sql::query("RELEASE rehearsal").execute(connection).await.map(drop)
        }
    }
}

/// Records that an import took place, whatever it will bring.
pub(crate) async fn note(connection: &mut Connection<'_>, began_at: Timestamp) -> sqlx::Result<()> {
    sql::query("INSERT INTO imports (id, began_at) VALUES (1, $1) ON CONFLICT (id) DO NOTHING")
        .bind(began_at)
        .execute(connection)
        .await
        .map(drop)
}

/// The highest number is where new ones go on from.
pub(crate) async fn reserve_numbers(connection: &mut Connection<'_>, highest: i64) -> sqlx::Result<()> {
    if connection.is_shared() {
        let set = "SELECT setval('users_id_seq', greatest($1, last_value)) FROM users_id_seq";
        return sql::query(set).bind(highest).execute(connection).await.map(drop);
    }
    let update = sql::query("UPDATE sqlite_sequence SET seq = max(seq, $1) WHERE name = 'users'");
    if update.bind(highest).execute(connection).await? > 0 {
        return Ok(());
    }
    let insert = sql::query("INSERT INTO sqlite_sequence (name, seq) VALUES ('users', $1)");
    insert.bind(highest).execute(connection).await.map(drop)
}
