//! Imported users. Each import records the fields as they are in the other database, so that the next one knows which side
//! changed a field.

use hallpass_core::{
    clock::Timestamp,
    id::UserId,
    import::{Change, ForeignUser, Import, Merge, Outcome, Reason},
    password::hash_digest,
    session::Origin,
    store::Ending,
    user::{Email, EmailError, Username, UsernameError, search_text},
};
use hallpass_types::{EndReason, EventKind};
use secrecy::{ExposeSecret, SecretString};

use super::{
    known::{Fields, Known, Password, Place, Places},
    merged::Merged,
};
use crate::{
    sql::{self, Connection},
    tables::{
        emails, endings,
        events::{self, NewEvent},
        locks::LockedUser,
        users,
    },
};

/// Adds or updates one user.
pub(super) async fn import(
    connection: &mut Connection<'_>,
    locked: &LockedUser,
    places: &Places,
    user: &ForeignUser,
    import: &Import,
) -> sqlx::Result<Outcome> {
    let username = match Username::existing(&user.username) {
        Ok(username) => username,
        Err(UsernameError::Nul) => return Ok(Outcome::skipped(Reason::NulInUsername)),
        Err(UsernameError::Blank | UsernameError::TooLong | UsernameError::Characters) => {
            return Ok(Outcome::skipped(Reason::NoUsername));
        }
    };
    let email = Email::existing(&user.email);
    let mut outcome = merge(connection, locked, places, user, &there(user, username, &email), import).await?;
    if email.is_err() && outcome.change != Change::Skipped {
        outcome.reasons.push(Reason::NulInEmail);
    }
    Ok(outcome)
}

/// The fields of a user in the other database, as far as both databases can store them.
fn there(user: &ForeignUser, username: Username, email: &Result<Email, EmailError>) -> Fields {
    Fields {
        username: username.as_str().to_owned(),
        email: email.as_ref().map_or(String::new(), |email| email.as_str().to_owned()),
        is_active: user.is_active,
        is_staff: user.is_staff,
        is_superuser: user.is_superuser,
    }
}

async fn merge(
    connection: &mut Connection<'_>,
    locked: &LockedUser,
    places: &Places,
    user: &ForeignUser,
    there: &Fields,
    import: &Import,
) -> sqlx::Result<Outcome> {
    match places.find(user.id)? {
        Place::Free => add(connection, user, there, import).await,
        Place::CreatedHere => Ok(Outcome::skipped(Reason::IdTaken)),
        Place::DeletedHere => Ok(Outcome::skipped(Reason::DeletedHere)),
        Place::Imported(known) => update(connection, locked, user, there, *known, import).await,
    }
}

async fn add(
    connection: &mut Connection<'_>,
    user: &ForeignUser,
    there: &Fields,
    import: &Import,
) -> sqlx::Result<Outcome> {
    if !emails::is_free(connection, import.user_id_field, &there.email, None).await? {
        return Ok(Outcome::skipped(Reason::EmailTaken));
    }
    let now = import.ending.now;
    let written = sql::query(
        "INSERT INTO users
             (id, username, email, email_key, password, is_active, is_staff, is_superuser, date_joined, last_login,
              search_text)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
    )
    .bind(user.id)
    .bind(&there.username)
    .bind(&there.email)
    .bind(Email::key_of(&there.email))
    .bind(user.password.expose_secret())
    .bind(there.is_active)
    .bind(there.is_staff)
    .bind(there.is_superuser)
    .bind(user.date_joined.unwrap_or(now).millis())
    .bind(user.last_login)
    .bind(search_text(&there.username, &there.email))
    .execute(connection)
    .await?;
    if written == 0 {
        // On PostgreSQL a registration may have taken the id since the batch was looked up.
        let is_id_taken = users::find(connection, user.id).await?.is_some();
        return Ok(Outcome::skipped(if is_id_taken { Reason::IdTaken } else { Reason::UsernameTaken }));
    }
    remember(connection, user.id, there, &Password::same(hash_digest(&user.password))).await?;
    events::insert(connection, NewEvent::new(now, EventKind::Imported, user.id, &Origin::UNKNOWN)).await?;
    Ok(Outcome::of(Change::Added))
}

/// Records the fields of a user in the other database.
async fn remember(
    connection: &mut Connection<'_>,
    user: UserId,
    there: &Fields,
    password: &Password,
) -> sqlx::Result<()> {
    sql::query(
        "INSERT INTO imported_users
             (user_id, username, email, password_there, password_here, is_active, is_staff, is_superuser)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (user_id) DO UPDATE SET username = excluded.username, email = excluded.email,
             password_there = excluded.password_there, password_here = excluded.password_here,
             is_active = excluded.is_active, is_staff = excluded.is_staff, is_superuser = excluded.is_superuser",
    )
    .bind(user)
    .bind(&there.username)
    .bind(&there.email)
    .bind(&password.there)
    .bind(&password.here)
    .bind(there.is_active)
    .bind(there.is_staff)
    .bind(there.is_superuser)
    .run(connection)
    .await
}

async fn update(
    connection: &mut Connection<'_>,
    locked: &LockedUser,
    user: &ForeignUser,
    there: &Fields,
    known: Known,
    import: &Import,
) -> sqlx::Result<Outcome> {
    let ending = &import.ending;
    let mut merged = Merged::of(&known, there);
    let has_new_email = merged.here.email != known.here.email;
    if has_new_email && !emails::is_free(connection, import.user_id_field, &merged.here.email, Some(user.id)).await? {
        merged.keep_email(&known);
    }
    let password = merged.merge_password(&known, hash_digest(&user.password));
    let last_login = known.last_login.max(user.last_login);
    let is_changed = merged.here != known.here || password == Merge::Take || last_login != known.last_login;
    if is_changed && !write(connection, locked, &merged.here, last_login).await? {
        // The username is taken. The other changes still apply.
        merged.keep_name(&known);
        write(connection, locked, &merged.here, last_login).await?;
    }
    if password == Merge::Take {
        replace_password(connection, locked, user).await?;
    }
    if merged.before != known.before || merged.password_before != known.password_before {
        remember(connection, user.id, &merged.before, &merged.password_before).await?;
    }
    let is_deactivated = known.here.is_active && !merged.here.is_active;
    let why = match password {
        Merge::Take | Merge::Keep | Merge::Conflict if is_deactivated => Some(EndReason::UserDeactivated),
        Merge::Take => Some(EndReason::PasswordChanged),
        Merge::Keep | Merge::Conflict => None,
    };
    if let Some(reason) = why {
        endings::revoke_all_of(connection, locked, None, &Ending { reason, ..ending.clone() }).await?;
    }
    let change = if is_changed { Change::Updated } else { Change::Unchanged };
    Ok(Outcome { change, reasons: merged.reasons })
}

/// Writes the row. Returns `false` if another user has the username.
async fn write(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    fields: &Fields,
    last_login: Option<Timestamp>,
) -> sqlx::Result<bool> {
    let written = sql::query(
        "UPDATE users SET username = $1, email = $2, email_key = $3, is_active = $4, is_staff = $5, is_superuser = $6,
             last_login = $7, search_text = $9
         WHERE id = $8 AND NOT EXISTS (SELECT 1 FROM users WHERE username = $1 AND id <> $8)",
    )
    .bind(&fields.username)
    .bind(&fields.email)
    .bind(Email::key_of(&fields.email))
    .bind(fields.is_active)
    .bind(fields.is_staff)
    .bind(fields.is_superuser)
    .bind(last_login)
    .bind(user.id())
    .bind(search_text(&fields.username, &fields.email))
    .execute(connection)
    .await?;
    Ok(written == 1)
}

async fn replace_password(
    connection: &mut Connection<'_>,
    locked: &LockedUser,
    user: &ForeignUser,
) -> sqlx::Result<()> {
    let update = sql::query("UPDATE users SET password = $1 WHERE id = $2");
    update.bind(user.password.expose_secret()).bind(locked.id()).run(connection).await
}

/// Records that a new hash of the same password replaces the imported one.
pub(crate) async fn follow_upgrade(
    connection: &mut Connection<'_>,
    user: UserId,
    old: &SecretString,
    new: &SecretString,
) -> sqlx::Result<()> {
    sql::query("UPDATE imported_users SET password_here = $1 WHERE user_id = $2 AND password_here = $3")
        .bind(hash_digest(new))
        .bind(user)
        .bind(hash_digest(old))
        .run(connection)
        .await
}
