//! Moving in: rows of another database beside our own, a batch at a time.

mod tokens;
mod users;

use sqlx::SqliteConnection;

use crate::auth::{
    id::UserId,
    import::{ForeignToken, ForeignUser, Import, ImportMode, Outcome},
};

pub(super) use users::follow_upgrade;

/// One batch of users.
pub(super) async fn users(
    connection: &mut SqliteConnection,
    users: &[ForeignUser],
    import: &Import,
) -> sqlx::Result<Vec<Outcome>> {
    begin(connection, import.mode).await?;
    let mut outcomes = Vec::with_capacity(users.len());
    for user in users {
        outcomes.push(users::import(connection, user, &import.ending).await?);
    }
    end(connection, import.mode).await?;
    Ok(outcomes)
}

/// One batch of refresh tokens.
pub(super) async fn tokens(
    connection: &mut SqliteConnection,
    tokens: &[ForeignToken],
    import: &Import,
) -> sqlx::Result<Vec<Outcome>> {
    begin(connection, import.mode).await?;
    let mut outcomes = Vec::with_capacity(tokens.len());
    for token in tokens {
        outcomes.push(tokens::import(connection, token, &import.ending).await?);
    }
    end(connection, import.mode).await?;
    Ok(outcomes)
}

/// A rehearsal is carried out in a transaction of its own inside the writer's, and taken back.
async fn begin(connection: &mut SqliteConnection, mode: ImportMode) -> sqlx::Result<()> {
    match mode {
        ImportMode::Commit => Ok(()),
        ImportMode::Rehearse => sqlx::query("SAVEPOINT rehearsal").execute(connection).await.map(drop),
    }
}

async fn end(connection: &mut SqliteConnection, mode: ImportMode) -> sqlx::Result<()> {
    match mode {
        ImportMode::Commit => Ok(()),
        ImportMode::Rehearse => {
            sqlx::query("ROLLBACK TO rehearsal").execute(&mut *connection).await?;
            sqlx::query("RELEASE rehearsal").execute(connection).await.map(drop)
        }
    }
}

/// Whether a token of another issuer with the same key can mean this user: after an import its numbers
/// are those of the users who were brought, and nobody else's.
pub(super) async fn may_be_theirs(connection: &mut SqliteConnection, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar(
        "SELECT NOT EXISTS (SELECT 1 FROM imported_users)
             OR EXISTS (SELECT 1 FROM imported_users WHERE user_id = $1)",
    )
    .bind(user.0)
    .fetch_one(connection)
    .await
}

/// The highest number is where `AUTOINCREMENT` goes on from.
pub(super) async fn reserve_numbers(connection: &mut SqliteConnection, highest: i64) -> sqlx::Result<()> {
    let done = sqlx::query("UPDATE sqlite_sequence SET seq = max(seq, $1) WHERE name = 'users'")
        .bind(highest)
        .execute(&mut *connection)
        .await?;
    if done.rows_affected() > 0 {
        return Ok(());
    }
    let insert = sqlx::query("INSERT INTO sqlite_sequence (name, seq) VALUES ('users', $1)");
    insert.bind(highest).execute(connection).await.map(drop)
}
