//! A user becomes another than it was, through whichever door: the row, the security events that tell
//! of it, and the sessions whose tokens name the user as it was.

use super::{
    endings,
    events::{self, NewEvent},
    locks::LockedUser,
    users,
};
use crate::{
    auth::{
        administration::{self, Change},
        store::Ending,
        user::{User, UserIdField, search_text},
    },
    store::sql::{self, Connection},
    wire::EventKind,
};

/// Changes what users change of their own. `None` when there is no such user, or the name is taken.
pub(in crate::store) async fn change_own(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    change: &Change,
    naming: UserIdField,
    ending: &Ending,
) -> sqlx::Result<Option<User>> {
    let Some(before) = users::find(connection, user.id()).await? else {
        return Ok(None);
    };
    let after = change.applied_to(&before);
    let Some(changed) = write(connection, user, &before, &after, ending).await? else {
        return Ok(None);
    };
    if changed.contains(&naming.name()) {
        endings::end_all_of(connection, user, None, ending).await?;
    }
    Ok(Some(after))
}

/// Writes the user as it is after a change, and its events. Answers which fields are different; `None`
/// when the name is taken.
pub(in crate::store) async fn write(
    connection: &mut Connection<'_>,
    _: &LockedUser,
    before: &User,
    after: &User,
    by: &Ending,
) -> sqlx::Result<Option<Vec<&'static str>>> {
    let changed = administration::differences(before, after);
    if changed.is_empty() {
        return Ok(Some(changed));
    }
    if !update(connection, after).await? {
        return Ok(None);
    }
    record(connection, by, after, &changed).await?;
    Ok(Some(changed))
}

/// Whether the name was free: the constraint decides.
async fn update(connection: &mut Connection<'_>, user: &User) -> sqlx::Result<bool> {
    let done = sql::query(
        "UPDATE users SET username = $1, email = $2, is_active = $3, is_staff = $4, is_superuser = $5, search_text = $6
         WHERE id = $7",
    )
    .bind(&user.username)
    .bind(&user.email)
    .bind(user.is_active)
    .bind(user.is_staff)
    .bind(user.is_superuser)
    .bind(search_text(&user.username, &user.email))
    .bind(user.id)
    .execute(connection)
    .await;
    match done {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(error)) if error.is_unique_violation() => Ok(false),
        Err(error) => Err(error),
    }
}

/// One event for whether the account may be used, one for everything else.
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
