//! User rows: created, found, listed, and given another password.

use hallpass_core::{
    administration::Denial,
    clock::Timestamp,
    id::UserId,
    paging::PageRequest,
    session::Origin,
    store::{Direction, Ending, NewPassword, UserQuery},
    user::{Email, NewUser, StoredCredentials, User, UserKey, search_text},
};
use hallpass_types::{EventKind, Listing, UserOrdering};
use secrecy::{ExposeSecret, SecretString};

use super::{
    emails,
    events::{self, NewEvent},
    import,
    locks::LockedUser,
    paged::{self, Conditions, List},
    rows,
};
use crate::{
    sql::{self, Connection},
    work::Rollback,
};

/// Checks that the table can be read.
pub(crate) async fn check_readable(connection: &mut Connection<'_>) -> sqlx::Result<()> {
    sql::query("SELECT EXISTS (SELECT 1 FROM users)").fetch_value::<bool>(connection).await.map(drop)
}

/// Creates a user and its security event.
pub(crate) async fn create(connection: &mut Connection<'_>, new: &NewUser) -> Result<User, Rollback> {
    let user = insert(connection, new).await?;
    let event = NewEvent::new(new.date_joined, EventKind::Registered, user.id, &Origin::UNKNOWN);
    events::insert(connection, event).await?;
    Ok(user)
}

/// Inserts a user, unless the username or the e-mail address is taken. Where e-mail addresses are unique, the caller holds
/// the global lock.
pub(crate) async fn insert(connection: &mut Connection<'_>, new: &NewUser) -> Result<User, Rollback> {
    if !emails::is_free(connection, new.user_id_field, new.email.as_str(), None).await? {
        return Err(Denial::EmailTaken.into());
    }
    sql::query(
        "INSERT INTO users
             (username, email, email_key, password, is_active, is_staff, is_superuser, date_joined, search_text)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (username) DO NOTHING RETURNING *",
    )
    .bind(new.username.as_str())
    .bind(new.email.as_str())
    .bind(Email::key_of(new.email.as_str()))
    .bind(new.password.expose_secret())
    .bind(new.is_active)
    .bind(new.role.is_staff())
    .bind(new.role.is_superuser())
    .bind(new.date_joined)
    .bind(search_text(new.username.as_str(), new.email.as_str()))
    .find(connection, rows::user)
    .await?
    .ok_or(Denial::UsernameTaken.into())
}

pub(crate) async fn find_credentials(
    connection: &mut Connection<'_>,
    username: &str,
) -> sqlx::Result<Option<StoredCredentials>> {
    sql::query("SELECT * FROM users WHERE username = $1").bind(username).find(connection, rows::account).await
}

/// Finds the user that a token names. `None` if several users share the e-mail address.
pub(crate) async fn find_account(
    connection: &mut Connection<'_>,
    key: &UserKey,
) -> sqlx::Result<Option<StoredCredentials>> {
    let query = match key {
        UserKey::Id(user) => sql::query("SELECT * FROM users WHERE id = $1").bind(*user),
        UserKey::Username(name) => sql::query("SELECT * FROM users WHERE username = $1").bind(name),
        // A row that another program wrote may have no key or an old one.
        UserKey::Email(email) => {
            sql::query("SELECT * FROM users WHERE (email_key = $1 OR email = $2) AND email <> '' LIMIT 2")
                .bind(Email::key_of(email))
                .bind(email)
        }
    };
    match query.fetch_all(connection).await?.as_slice() {
        [row] => rows::account(row).map(Some),
        [] | [_, _, ..] => Ok(None),
    }
}

pub(crate) async fn find(connection: &mut Connection<'_>, user: UserId) -> sqlx::Result<Option<User>> {
    sql::query("SELECT * FROM users WHERE id = $1").bind(user).find(connection, rows::user).await
}

/// Whether the user is active and has this password hash.
pub(crate) async fn is_unchanged(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    password: &SecretString,
) -> sqlx::Result<bool> {
    sql::query("SELECT EXISTS (SELECT 1 FROM users WHERE id = $1 AND password = $2 AND is_active)")
        .bind(user.id())
        .bind(password.expose_secret())
        .fetch_value(connection)
        .await
}

/// Records the time of the sign-in (`UPDATE_LAST_LOGIN`).
pub(crate) async fn note_sign_in(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    now: Timestamp,
) -> sqlx::Result<()> {
    sql::query("UPDATE users SET last_login = $1 WHERE id = $2").bind(now).bind(user.id()).run(connection).await
}

pub(crate) async fn upgrade_password(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    old: &SecretString,
    new: &SecretString,
) -> sqlx::Result<()> {
    let written = sql::query("UPDATE users SET password = $1 WHERE id = $2 AND password = $3")
        .bind(new.expose_secret())
        .bind(user.id())
        .bind(old.expose_secret())
        .execute(connection)
        .await?;
    if written == 1 { import::follow_upgrade(connection, user.id(), old, new).await } else { Ok(()) }
}

/// Sets a password. Returns `false` if the stored hash is not the one that was checked.
pub(crate) async fn set_password(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    new: &NewPassword,
    ending: &Ending,
) -> sqlx::Result<bool> {
    let NewPassword { hash, checked, .. } = new;
    let written = sql::query("UPDATE users SET password = $1 WHERE id = $2 AND ($3 IS NULL OR password = $3)")
        .bind(hash.expose_secret())
        .bind(user.id())
        .bind(checked.as_ref().map(ExposeSecret::expose_secret))
        .execute(connection)
        .await?;
    if written == 0 {
        return Ok(false);
    }
    let event = NewEvent::new(ending.now, EventKind::PasswordChanged, user.id(), &ending.origin);
    events::insert(connection, NewEvent { actor: ending.actor, ..event }).await?;
    Ok(true)
}

pub(crate) async fn list(
    connection: &mut Connection<'_>,
    query: &UserQuery,
    page: PageRequest,
) -> sqlx::Result<Option<Listing<User>>> {
    let list = List { columns: "*", table: "users", joined: "", order: order(query), read: rows::user };
    let mut conditions = Conditions::default();
    // Literals, so that the partial indexes of inactive users and of staff can be used. For the other users, the index of
    // the order is read.
    match (query.is_active, connection.is_shared()) {
        (Some(true), true) => conditions.and("is_active"),
        (Some(false), true) => conditions.and("NOT is_active"),
        (Some(true), false) => conditions.and("is_active = 1"),
        (Some(false), false) => conditions.and("is_active = 0"),
        (None, _) => {}
    }
    match (query.is_staff, connection.is_shared()) {
        (Some(true), true) => conditions.and("is_staff"),
        (Some(false), true) => conditions.and("NOT is_staff"),
        (Some(true), false) => conditions.and("is_staff = 1"),
        (Some(false), false) => conditions.and("is_staff = 0"),
        (None, _) => {}
    }
    for word in query.words.iter() {
        // A word contains no space, so it cannot match across the two fields. Earlier versions leave the column null.
        conditions.contains("COALESCE(search_text, lower(username || ' ' || email))", word);
    }
    paged::list(connection, page, list, conditions).await
}

/// The ORDER BY clause. Users who never signed in sort before those who did.
const fn order(query: &UserQuery) -> &'static str {
    match (query.order, query.direction) {
        (UserOrdering::Id, Direction::Ascending) => "id",
        (UserOrdering::Id, Direction::Descending) => "id DESC",
        (UserOrdering::Username, Direction::Ascending) => "username",
        (UserOrdering::Username, Direction::Descending) => "username DESC",
        (UserOrdering::Email, Direction::Ascending) => "email, id",
        (UserOrdering::Email, Direction::Descending) => "email DESC, id DESC",
        (UserOrdering::DateJoined, Direction::Ascending) => "date_joined, id",
        (UserOrdering::DateJoined, Direction::Descending) => "date_joined DESC, id DESC",
        (UserOrdering::LastLogin, Direction::Ascending) => "last_login NULLS FIRST, id",
        (UserOrdering::LastLogin, Direction::Descending) => "last_login DESC NULLS LAST, id DESC",
    }
}
