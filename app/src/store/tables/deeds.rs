//! Deeds of administrators. A deed reads its doer and its target inside its transaction, asks
//! [`administration`](crate::auth::administration), and writes its security event with what it does.

use secrecy::SecretString;

use super::{
    changes,
    events::{self, NewEvent},
    locks, outstanding, sessions, users,
};
use crate::{
    auth::{
        administration::{self, Change, Denial},
        id::{Jti, SessionId, UserId},
        revocation::Revocation,
        store::{ChangedUser, Deed, NewPassword},
        user::{NewUser, User},
    },
    store::sql::{self, Connection},
    wire::{EndReason, EventKind},
};

/// What a deed inside a transaction comes to.
pub(in crate::store) type Outcome<T> = sqlx::Result<Result<T, Denial>>;

/// Goes on with what is allowed, and returns what is denied.
macro_rules! allowed {
    ($verdict:expr) => {
        match $verdict {
            Ok(value) => value,
            Err(denial) => return Ok(Err(denial)),
        }
    };
}

pub(in crate::store) async fn create_user(
    connection: &mut Connection<'_>,
    new: &NewUser,
    deed: &Deed,
) -> Outcome<User> {
    let actor = users::find(connection, deed.actor).await?;
    allowed!(administration::check_creation(actor.as_ref(), new.role.is_staff()));
    let Some(user) = users::insert(connection, new).await? else {
        return Ok(Err(Denial::UsernameTaken));
    };
    record(connection, deed, &user, EventKind::UserCreated).await?;
    Ok(Ok(user))
}

pub(in crate::store) async fn change_user(
    connection: &mut Connection<'_>,
    user: UserId,
    change: &Change,
    deed: &Deed,
) -> Outcome<ChangedUser> {
    let (actor, target) = facts(connection, deed, user).await?;
    let (before, after) = allowed!(administration::decide_change(actor.as_ref(), target, change));
    let Some(changed) = changes::write(connection, &before, &after, &deed.ending(EndReason::Revoked)).await? else {
        return Ok(Err(Denial::UsernameTaken));
    };
    // Also when the account was inactive before: whatever sessions there are, they end. And the tokens of a
    // user who is called otherwise now name whoever gets the name.
    let reason = if after.is_active {
        changed.contains(&deed.naming.name()).then_some(EndReason::Revoked)
    } else {
        Some(EndReason::UserDeactivated)
    };
    let revocations = match reason {
        Some(reason) => sessions::end_all_of(connection, user, None, &deed.ending(reason)).await?,
        None => Vec::new(),
    };
    Ok(Ok(ChangedUser { user: after, revocations }))
}

pub(in crate::store) async fn change_users(
    connection: &mut Connection<'_>,
    users: &[UserId],
    change: &Change,
    deed: &Deed,
) -> Outcome<Vec<ChangedUser>> {
    let mut changed = Vec::with_capacity(users.len());
    for user in users {
        changed.push(allowed!(change_user(connection, *user, change, deed).await?));
    }
    Ok(Ok(changed))
}

pub(in crate::store) async fn set_password(
    connection: &mut Connection<'_>,
    user: UserId,
    password: &SecretString,
    deed: &Deed,
) -> Outcome<Vec<Revocation>> {
    let (actor, target) = facts(connection, deed, user).await?;
    allowed!(administration::check_password(actor.as_ref(), target));
    let ending = deed.ending(EndReason::PasswordChanged);
    let new = NewPassword { user, hash: password.clone(), checked: None, keep: None };
    users::set_password(connection, &new, &ending).await?;
    sessions::end_all_of(connection, user, None, &ending).await.map(Ok)
}

pub(in crate::store) async fn end_session(
    connection: &mut Connection<'_>,
    user: UserId,
    session: SessionId,
    deed: &Deed,
) -> Outcome<Revocation> {
    let (actor, target) = facts(connection, deed, user).await?;
    allowed!(administration::check_touch(actor.as_ref(), target));
    match sessions::find_own_living(connection, user, session).await? {
        Some(session) => sessions::end(connection, &session, &deed.ending(EndReason::Revoked)).await.map(Ok),
        None => Ok(Err(Denial::NotFound)),
    }
}

pub(in crate::store) async fn reset_sessions(
    connection: &mut Connection<'_>,
    user: UserId,
    deed: &Deed,
) -> Outcome<Vec<Revocation>> {
    let (actor, target) = facts(connection, deed, user).await?;
    let target = allowed!(administration::check_touch(actor.as_ref(), target));
    record(connection, deed, &target, EventKind::SessionsReset).await?;
    sessions::end_all_of(connection, user, None, &deed.ending(EndReason::Revoked)).await.map(Ok)
}

pub(in crate::store) async fn blacklist_all(
    connection: &mut Connection<'_>,
    jtis: &[Jti],
    deed: &Deed,
) -> Outcome<Vec<Revocation>> {
    let mut revocations = Vec::with_capacity(jtis.len());
    for jti in jtis {
        revocations.extend(allowed!(blacklist(connection, jti, deed).await?));
    }
    Ok(Ok(revocations))
}

async fn blacklist(connection: &mut Connection<'_>, jti: &Jti, deed: &Deed) -> Outcome<Option<Revocation>> {
    let actor = users::find(connection, deed.actor).await?;
    allowed!(administration::check_staff(actor.as_ref()));
    let row = sql::query("SELECT user_id, session_id FROM outstanding_tokens WHERE jti = $1")
        .bind(jti)
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else {
        return Ok(Err(Denial::NotFound));
    };
    let owner = row.get::<Option<i64>>("user_id")?.map(UserId);
    let session = row.get::<Option<String>>("session_id")?.as_deref().and_then(SessionId::parse);
    // The user of a token may be gone, and then it is nobody's.
    let target = match owner {
        Some(owner) => users::find(connection, owner).await?,
        None => None,
    };
    if let Some(target) = target {
        let target = allowed!(administration::check_touch(actor.as_ref(), Some(target)));
        record_in(connection, deed, &target, session).await?;
    }
    outstanding::take_back(connection, jti, deed.now).await?;
    let found = match session {
        Some(session) => sessions::find(connection, session).await?.map(|found| found.session),
        None => None,
    };
    match found.filter(|session| session.end.is_none()) {
        Some(session) => {
            sessions::end(connection, &session, &deed.ending(EndReason::Revoked)).await.map(|end| Ok(Some(end)))
        }
        None => Ok(Ok(None)),
    }
}

/// The doer and the target as they are now.
async fn facts(
    connection: &mut Connection<'_>,
    deed: &Deed,
    target: UserId,
) -> sqlx::Result<(Option<User>, Option<User>)> {
    locks::user(connection, target).await?;
    let actor = users::find(connection, deed.actor).await?;
    Ok((actor, users::find(connection, target).await?))
}

fn event<'e>(deed: &'e Deed, user: &User, kind: EventKind) -> NewEvent<'e> {
    NewEvent { actor: Some(deed.actor), ..NewEvent::new(deed.now, kind, user.id, &deed.origin) }
}

async fn record(connection: &mut Connection<'_>, deed: &Deed, user: &User, kind: EventKind) -> sqlx::Result<()> {
    events::insert(connection, event(deed, user, kind)).await
}

async fn record_in(
    connection: &mut Connection<'_>,
    deed: &Deed,
    user: &User,
    session: Option<SessionId>,
) -> sqlx::Result<()> {
    events::insert(connection, NewEvent { session, ..event(deed, user, EventKind::TokenRevoked) }).await
}
