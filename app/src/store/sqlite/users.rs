//! Users: made, found, and given another password.

use secrecy::{ExposeSecret, SecretString};
use sqlx::{SqliteConnection, SqliteExecutor, SqlitePool};

use super::{
    events::{self, NewEvent},
    import, rows,
};
use crate::{
    auth::{
        clock::Timestamp,
        id::UserId,
        session::Origin,
        store::{Ending, NewPassword},
        user::{NewUser, StoredCredentials, User, UserKey},
    },
    wire::EventKind,
};

/// Makes a user, and the event that tells of it.
pub(super) async fn create(connection: &mut SqliteConnection, new: &NewUser) -> sqlx::Result<Option<User>> {
    let Some(user) = insert(connection, new).await? else {
        return Ok(None);
    };
    let event = NewEvent::new(new.date_joined, EventKind::Registered, user.id, &Origin::UNKNOWN);
    events::insert(connection, event).await?;
    Ok(Some(user))
}

/// `None` when the name is taken: the constraint decides.
pub(super) async fn insert(connection: &mut SqliteConnection, new: &NewUser) -> sqlx::Result<Option<User>> {
    let row = sqlx::query(
        "INSERT INTO users (username, email, password, is_active, is_staff, is_superuser, date_joined)
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *",
    )
    .bind(new.username.as_str())
    .bind(new.email.as_str())
    .bind(new.password.expose_secret())
    .bind(new.is_active)
    .bind(new.role.is_staff())
    .bind(new.role.is_superuser())
    .bind(new.date_joined.millis())
    .fetch_one(&mut *connection)
    .await;
    match row {
        Ok(row) => rows::user(&row).map(Some),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) async fn find_credentials(pool: &SqlitePool, username: &str) -> sqlx::Result<Option<StoredCredentials>> {
    let row = sqlx::query("SELECT * FROM users WHERE username = $1").bind(username).fetch_optional(pool).await?;
    row.as_ref().map(rows::account).transpose()
}

/// The one user that a token names. An address that several share is nobody's.
pub(super) async fn find_account(
    connection: &mut SqliteConnection,
    key: &UserKey,
) -> sqlx::Result<Option<StoredCredentials>> {
    let query = match key {
        UserKey::Id(user) => sqlx::query("SELECT * FROM users WHERE id = $1").bind(user.0),
        UserKey::Username(name) => sqlx::query("SELECT * FROM users WHERE username = $1").bind(name),
        UserKey::Email(email) => {
            sqlx::query("SELECT * FROM users WHERE email = $1 AND email <> '' LIMIT 2").bind(email)
        }
    };
    match query.fetch_all(connection).await?.as_slice() {
        [row] => rows::account(row).map(Some),
        [] | [_, _, ..] => Ok(None),
    }
}

pub(super) async fn find<'c>(executor: impl SqliteExecutor<'c>, user: UserId) -> sqlx::Result<Option<User>> {
    let row = sqlx::query("SELECT * FROM users WHERE id = $1").bind(user.0).fetch_optional(executor).await?;
    row.as_ref().map(rows::user).transpose()
}

/// Whether the user's sessions have not been ended since a token of another issuer was issued.
pub(super) async fn adopts(
    connection: &mut SqliteConnection,
    user: UserId,
    issued_at: Timestamp,
) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT adopts_from <= $1 FROM users WHERE id = $2")
        .bind(issued_at.millis())
        .bind(user.0)
        .fetch_one(connection)
        .await
}

/// Whether the user is active and has this very hash.
pub(super) async fn is_unchanged(
    connection: &mut SqliteConnection,
    user: UserId,
    password: &SecretString,
) -> sqlx::Result<bool> {
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM users WHERE id = $1 AND password = $2 AND is_active)")
        .bind(user.0)
        .bind(password.expose_secret())
        .fetch_one(connection)
        .await
}

pub(super) async fn upgrade_password(
    connection: &mut SqliteConnection,
    user: UserId,
    old: &SecretString,
    new: &SecretString,
) -> sqlx::Result<()> {
    let done = sqlx::query("UPDATE users SET password = $1 WHERE id = $2 AND password = $3")
        .bind(new.expose_secret())
        .bind(user.0)
        .bind(old.expose_secret())
        .execute(&mut *connection)
        .await?;
    if done.rows_affected() == 1 { import::follow_upgrade(connection, user, old, new).await } else { Ok(()) }
}

/// Whether the password in force was still the one that was checked.
pub(super) async fn set_password(
    connection: &mut SqliteConnection,
    new: &NewPassword,
    ending: &Ending,
) -> sqlx::Result<bool> {
    let NewPassword { user, hash, checked, .. } = new;
    let done = sqlx::query("UPDATE users SET password = $1 WHERE id = $2 AND ($3 IS NULL OR password = $3)")
        .bind(hash.expose_secret())
        .bind(user.0)
        .bind(checked.as_ref().map(ExposeSecret::expose_secret))
        .execute(&mut *connection)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let event = NewEvent::new(ending.now, EventKind::PasswordChanged, *user, &ending.origin);
    events::insert(connection, NewEvent { actor: ending.actor, ..event }).await?;
    Ok(true)
}
