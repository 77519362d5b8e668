//! Applying changes to a user: the row, the security events, and the sessions that must end.

use hallpass_core::{
    administration::{self, Change, Denial},
    store::Ending,
    user::{Email, User, UserIdField, search_text},
};
use hallpass_types::EventKind;

use super::{
    emails, endings,
    events::{self, NewEvent},
    locks::LockedUser,
    users,
};
use crate::{
    sql::{self, Connection},
    work::Rollback,
};

/// Changes a user's e-mail address for the user. Returns `false` if the user does not exist.
pub(crate) async fn change_own(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    change: &Change,
    user_id_field: UserIdField,
    ending: &Ending,
) -> Result<bool, Rollback> {
    let Some(before) = users::find(connection, user.id()).await? else { return Ok(false) };
    let after = change.applied_to(&before);
    let changed = write(connection, user, &before, &after, user_id_field, ending).await?;
    if changed.contains(&user_id_field.name()) {
        endings::revoke_all_of(connection, user, None, ending).await?;
    }
    Ok(true)
}

/// Writes a changed user and its security events. Returns the names of the changed fields.
pub(crate) async fn write(
    connection: &mut Connection<'_>,
    _: &LockedUser,
    before: &User,
    after: &User,
    user_id_field: UserIdField,
    by: &Ending,
) -> Result<Vec<&'static str>, Rollback> {
    let changed = administration::differences(before, after);
    if changed.is_empty() {
        return Ok(changed);
    }
    let has_new_email = changed.contains(&UserIdField::Email.name());
    if has_new_email && !emails::is_free(connection, user_id_field, &after.email, Some(after.id)).await? {
        return Err(Denial::EmailTaken.into());
    }
    update(connection, after).await?;
    record(connection, by, after, &changed).await?;
    Ok(changed)
}

/// Writes the row, unless the unique constraint of the username rejects it.
async fn update(connection: &mut Connection<'_>, user: &User) -> Result<(), Rollback> {
    let done = sql::query(
        "UPDATE users SET username = $1, email = $2, email_key = $3, is_active = $4, is_staff = $5, is_superuser = $6,
             search_text = $7
         WHERE id = $8",
    )
    .bind(&user.username)
    .bind(&user.email)
    .bind(Email::key_of(&user.email))
    .bind(user.is_active)
    .bind(user.is_staff)
    .bind(user.is_superuser)
    .bind(search_text(&user.username, &user.email))
    .bind(user.id)
    .run(connection)
    .await;
    done.map_err(|error| match error {
        sqlx::Error::Database(error) if error.is_unique_violation() => Denial::UsernameTaken.into(),
        error => error.into(),
    })
}

/// Records one event for activation or deactivation, and one for all other fields.
async fn record(connection: &mut Connection<'_>, by: &Ending, user: &User, changed: &[&str]) -> sqlx::Result<()> {
    let event = |kind| NewEvent { actor: by.actor, ..NewEvent::new(by.now, kind, user.id, &by.origin) };
    if changed.contains(&"is_active") {
        let kind = if user.is_active { EventKind::UserReactivated } else { EventKind::UserDeactivated };
        events::insert(connection, event(kind)).await?;
    }
    let others: Vec<_> = changed.iter().copied().filter(|field| *field != "is_active").collect();
    if others.is_empty() {
        return Ok(());
    }
    events::insert(connection, NewEvent { changed: Some(others.join(",")), ..event(EventKind::UserChanged) }).await
}
