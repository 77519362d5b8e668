//! Admin actions. Each reads the administrator and the target in its own transaction, asks
//! [`administration`](hallpass_core::administration) for permission, and records a security event. A denial rolls the
//! transaction back.

use hallpass_core::{
    administration::{self, Change, Denial},
    id::{SessionId, UserId},
    store::{AdminAction, NewPassword, Progress, Selection},
    user::{NewUser, User},
};
use hallpass_types::{EndReason, EventKind};
use secrecy::SecretString;

use super::{
    changes, endings,
    events::{self, NewEvent},
    locks::{GlobalLock, LockedUser},
    sweep, users,
};
use crate::{sql::Connection, work::Rollback};

pub(crate) async fn create_user(
    connection: &mut Connection<'_>,
    _: GlobalLock,
    new: &NewUser,
    action: &AdminAction,
) -> Result<User, Rollback> {
    let actor = users::find(connection, action.actor).await?;
    administration::check_creation(actor.as_ref(), new.role.is_staff())?;
    let user = users::insert(connection, new).await?;
    record(connection, action, &user, EventKind::UserCreated).await?;
    Ok(user)
}

pub(crate) async fn change_users(
    connection: &mut Connection<'_>,
    lock: GlobalLock,
    users: &[UserId],
    change: &Change,
    action: &AdminAction,
) -> Result<Vec<User>, Rollback> {
    let mut changed = Vec::with_capacity(users.len());
    for user in lock.users(connection, users.iter().copied()).await?.iter() {
        changed.push(change_locked(connection, user, change, action).await?);
    }
    Ok(changed)
}

async fn change_locked(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    change: &Change,
    action: &AdminAction,
) -> Result<User, Rollback> {
    let (actor, target) = actor_and_target(connection, action, user).await?;
    let (before, after) = administration::decide_change(actor.as_ref(), target, change)?;
    let ending = action.ending(EndReason::Revoked);
    let changed = changes::write(connection, user, &before, &after, action.user_id_field, &ending).await?;
    // An inactive user may still have sessions. After a change of the field in `USER_ID_FIELD`, the user's tokens would name the next
    // user with the old value.
    let reason = if after.is_active {
        changed.contains(&action.user_id_field.name()).then_some(EndReason::Revoked)
    } else {
        Some(EndReason::UserDeactivated)
    };
    if let Some(reason) = reason {
        endings::revoke_all_of(connection, user, None, &action.ending(reason)).await?;
    }
    Ok(after)
}

pub(crate) async fn set_password(
    connection: &mut Connection<'_>,
    lock: GlobalLock,
    user: UserId,
    password: &SecretString,
    action: &AdminAction,
) -> Result<(), Rollback> {
    let locked = lock.user(connection, user).await?;
    let (actor, target) = actor_and_target(connection, action, &locked).await?;
    administration::check_password(actor.as_ref(), target)?;
    let ending = action.ending(EndReason::PasswordChanged);
    let new = NewPassword { user, hash: password.clone(), checked: None, keep: None };
    users::set_password(connection, &locked, &new, &ending).await?;
    Ok(endings::revoke_all_of(connection, &locked, None, &ending).await?)
}

pub(crate) async fn revoke_session(
    connection: &mut Connection<'_>,
    lock: GlobalLock,
    user: UserId,
    session: SessionId,
    action: &AdminAction,
) -> Result<(), Rollback> {
    let locked = lock.user(connection, user).await?;
    let (actor, target) = actor_and_target(connection, action, &locked).await?;
    administration::check_touch(actor.as_ref(), target)?;
    let found = locked.session(connection, session).await?.filter(|found| found.session().user == user);
    let session = found.ok_or(Denial::NotFound)?;
    let has_ended = endings::revoke(connection, &session, &action.ending(EndReason::Revoked)).await?;
    if has_ended { Ok(()) } else { Err(Denial::NotFound.into()) }
}

/// Records that all of a user's sessions are revoked, and revokes up to `limit` of them.
pub(crate) async fn reset_sessions(
    connection: &mut Connection<'_>,
    lock: GlobalLock,
    user: UserId,
    limit: u32,
    action: &AdminAction,
) -> Result<Progress, Rollback> {
    let actor = users::find(connection, action.actor).await?;
    let target = users::find(connection, user).await?;
    let target = administration::check_touch(actor.as_ref(), target)?;
    record(connection, action, &target, EventKind::SessionsReset).await?;
    let selection = Selection { user: Some(user), ..Selection::default() };
    Ok(sweep::sweep(connection, lock, &selection, limit, &action.ending(EndReason::Revoked)).await?)
}

/// The administrator and the target as they are in this transaction.
async fn actor_and_target(
    connection: &mut Connection<'_>,
    action: &AdminAction,
    target: &LockedUser,
) -> sqlx::Result<(Option<User>, Option<User>)> {
    let actor = users::find(connection, action.actor).await?;
    Ok((actor, users::find(connection, target.id()).await?))
}

async fn record(
    connection: &mut Connection<'_>,
    action: &AdminAction,
    user: &User,
    kind: EventKind,
) -> sqlx::Result<()> {
    let event = NewEvent::new(action.now, kind, user.id, &action.origin);
    events::insert(connection, NewEvent { actor: Some(action.actor), ..event }).await
}
