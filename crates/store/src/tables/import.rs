//! Import of users and tokens from another database, in batches.

mod known;
mod merged;
mod tokens;
mod users;

use hallpass_core::{
    clock::Timestamp,
    import::{ForeignToken, ForeignUser, Import, ImportMode, Outcome},
};

use known::Places;

use super::locks::GlobalLock;
use crate::sql::{self, Connection};

pub(super) use users::follow_upgrade;

/// Imports one batch of users.
pub(crate) async fn users(
    connection: &mut Connection<'_>,
    lock: GlobalLock,
    users: &[ForeignUser],
    import: &Import,
) -> sqlx::Result<Vec<Outcome>> {
    begin(connection, import.mode).await?;
    let mut outcomes = Vec::with_capacity(users.len());
    let locked = lock.users(connection, users.iter().map(|user| user.id)).await?;
    let places = Places::read(connection, users).await?;
    for (user, locked) in users.iter().zip(locked.iter()) {
        outcomes.push(users::import(connection, locked, &places, user, import).await?);
    }
    let highest = users.iter().map(|user| user.id.0).max();
    if let (ImportMode::Commit, Some(highest)) = (import.mode, highest) {
        reserve_ids(connection, highest).await?;
    }
    end(connection, import.mode).await?;
    Ok(outcomes)
}

/// Imports one batch of refresh tokens.
pub(crate) async fn tokens(
    connection: &mut Connection<'_>,
    lock: GlobalLock,
    tokens: &[ForeignToken],
    import: &Import,
) -> sqlx::Result<Vec<Outcome>> {
    begin(connection, import.mode).await?;
    let owners = lock.users(connection, tokens.iter().filter_map(|token| token.user)).await?;
    let sessions = tokens::lock_sessions(connection, &owners, tokens).await?;
    let outcomes = tokens::import(connection, &owners, &sessions, tokens, &import.ending).await?;
    end(connection, import.mode).await?;
    Ok(outcomes)
}

async fn begin(connection: &mut Connection<'_>, mode: ImportMode) -> sqlx::Result<()> {
    match mode {
        ImportMode::Commit => Ok(()),
        ImportMode::Rehearse => sql::begin_rehearsal(connection).await,
    }
}

async fn end(connection: &mut Connection<'_>, mode: ImportMode) -> sqlx::Result<()> {
    match mode {
        ImportMode::Commit => Ok(()),
        ImportMode::Rehearse => sql::roll_back_rehearsal(connection).await,
    }
}

/// Records that an import takes place.
pub(crate) async fn note(connection: &mut Connection<'_>, began_at: Timestamp) -> sqlx::Result<()> {
    sql::query("INSERT INTO imports (id, began_at) VALUES (1, $1) ON CONFLICT (id) DO NOTHING")
        .bind(began_at)
        .run(connection)
        .await
}

/// Continues the ids of new users after the highest imported one.
pub(crate) async fn reserve_ids(connection: &mut Connection<'_>, highest: i64) -> sqlx::Result<()> {
    if connection.is_shared() {
        let set = "SELECT setval('users_id_seq', greatest($1, last_value)) FROM users_id_seq";
        return sql::query(set).bind(highest).run(connection).await;
    }
    let update = sql::query("UPDATE sqlite_sequence SET seq = max(seq, $1) WHERE name = 'users'");
    if update.bind(highest).execute(connection).await? > 0 {
        return Ok(());
    }
    let insert = sql::query("INSERT INTO sqlite_sequence (name, seq) VALUES ('users', $1)");
    insert.bind(highest).run(connection).await
}
