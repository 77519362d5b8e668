//! Deeds of administrators. A deed reads its doer and its target inside its transaction, asks
//! [`administration`](hallpass_core::administration), and writes its security event with what it does.

use hallpass_core::{
    administration::{self, Change, Denial},
    id::{Jti, SessionId, UserId},
    store::{Deed, NewPassword, Selection, Swept},
    user::{NewUser, User},
};
use hallpass_types::{EndReason, EventKind};
use secrecy::SecretString;

use super::{
    changes::{self, Written},
    endings,
    events::{self, NewEvent},
    locks::{AdministrationLock, LockedUser},
    outstanding, sweep,
    users::{self, Created},
};
use crate::sql::{self, Connection};

/// What a deed inside a transaction comes to.
pub(crate) type Outcome<T> = sqlx::Result<Result<T, Denial>>;

/// Goes on with what is allowed, and returns what is denied.
macro_rules! allowed {
    ($verdict:expr) => {
        match $verdict {
            Ok(value) => value,
            Err(denial) => return Ok(Err(denial)),
        }
    };
}

pub(crate) async fn create_user(
    connection: &mut Connection<'_>,
    _: AdministrationLock,
    new: &NewUser,
    deed: &Deed,
) -> Outcome<User> {
    let actor = users::find(connection, deed.actor).await?;
    allowed!(administration::check_creation(actor.as_ref(), new.role.is_staff()));
    let user = match users::insert(connection, new).await? {
        Created::User(user) => user,
        Created::UsernameTaken => return Ok(Err(Denial::UsernameTaken)),
        Created::EmailTaken => return Ok(Err(Denial::EmailTaken)),
    };
    record(connection, deed, &user, EventKind::UserCreated).await?;
    Ok(Ok(user))
}

pub(crate) async fn change_user(
    connection: &mut Connection<'_>,
    lock: AdministrationLock,
    user: UserId,
    change: &Change,
    deed: &Deed,
) -> Outcome<User> {
    let user = lock.user(connection, user).await?;
    change_locked(connection, &user, change, deed).await
}

pub(crate) async fn change_users(
    connection: &mut Connection<'_>,
    lock: AdministrationLock,
    users: &[UserId],
    change: &Change,
    deed: &Deed,
) -> Outcome<Vec<User>> {
    let mut changed = Vec::with_capacity(users.len());
    for user in lock.users(connection, users.iter().copied()).await?.iter() {
        changed.push(allowed!(change_locked(connection, user, change, deed).await?));
    }
    Ok(Ok(changed))
}

async fn change_locked(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    change: &Change,
    deed: &Deed,
) -> Outcome<User> {
    let (actor, target) = facts(connection, deed, user).await?;
    let (before, after) = allowed!(administration::decide_change(actor.as_ref(), target, change));
    let ending = deed.ending(EndReason::Revoked);
    let changed = match changes::write(connection, user, &before, &after, deed.naming, &ending).await? {
        Written::Changed(changed) => changed,
        Written::UsernameTaken => return Ok(Err(Denial::UsernameTaken)),
        Written::EmailTaken => return Ok(Err(Denial::EmailTaken)),
    };
    // Also when the account was inactive before: whatever sessions there are, they end. And the tokens of a
    // user who is called otherwise now name whoever gets the name.
    let reason = if after.is_active {
        changed.contains(&deed.naming.name()).then_some(EndReason::Revoked)
    } else {
        Some(EndReason::UserDeactivated)
    };
    if let Some(reason) = reason {
        endings::end_all_of(connection, user, None, &deed.ending(reason)).await?;
    }
    Ok(Ok(after))
}

pub(crate) async fn set_password(
    connection: &mut Connection<'_>,
    lock: AdministrationLock,
    user: UserId,
    password: &SecretString,
    deed: &Deed,
) -> Outcome<()> {
    let locked = lock.user(connection, user).await?;
    let (actor, target) = facts(connection, deed, &locked).await?;
    allowed!(administration::check_password(actor.as_ref(), target));
    let ending = deed.ending(EndReason::PasswordChanged);
    let new = NewPassword { user, hash: password.clone(), checked: None, keep: None };
    users::set_password(connection, &locked, &new, &ending).await?;
    endings::end_all_of(connection, &locked, None, &ending).await.map(Ok)
}

pub(crate) async fn end_session(
    connection: &mut Connection<'_>,
    lock: AdministrationLock,
    user: UserId,
    session: SessionId,
    deed: &Deed,
) -> Outcome<()> {
    let locked = lock.user(connection, user).await?;
    let (actor, target) = facts(connection, deed, &locked).await?;
    allowed!(administration::check_touch(actor.as_ref(), target));
    let found = locked.session(connection, session).await?.filter(|found| found.session().user == user);
    let is_ended = match found {
        Some(session) => endings::end(connection, &session, &deed.ending(EndReason::Revoked)).await?,
        None => false,
    };
    Ok(if is_ended { Ok(()) } else { Err(Denial::NotFound) })
}

/// Ends up to `limit` of a user's sessions, and records that all are to end.
pub(crate) async fn reset_sessions(
    connection: &mut Connection<'_>,
    lock: AdministrationLock,
    user: UserId,
    limit: u32,
    deed: &Deed,
) -> Outcome<Swept> {
    let actor = users::find(connection, deed.actor).await?;
    let target = users::find(connection, user).await?;
    let target = allowed!(administration::check_touch(actor.as_ref(), target));
    record(connection, deed, &target, EventKind::SessionsReset).await?;
    let selection = Selection { user: Some(user), ..Selection::default() };
    sweep::sweep(connection, lock, &selection, limit, &deed.ending(EndReason::Revoked)).await.map(Ok)
}

/// What is known of a token that an administrator blacklists.
struct Named {
    owner: Option<UserId>,
    session: Option<SessionId>,
}

pub(crate) async fn blacklist_all(
    connection: &mut Connection<'_>,
    lock: AdministrationLock,
    jtis: &[Jti],
    deed: &Deed,
) -> Outcome<()> {
    let actor = users::find(connection, deed.actor).await?;
    allowed!(administration::check_staff(actor.as_ref()));
    let named = allowed!(find_named(connection, jtis).await?);
    let owners = lock.users(connection, named.iter().filter_map(|token| token.owner)).await?;
    // An owner who is locked begins no session with one of them from now on.
    let named = allowed!(find_named(connection, jtis).await?);
    let sessions = owners.sessions(connection, named.iter().filter_map(|token| token.session)).await?;
    for (jti, token) in jtis.iter().zip(named) {
        // The user of a token may be gone, and then it is nobody's.
        let target = match token.owner {
            Some(owner) => users::find(connection, owner).await?,
            None => None,
        };
        if let Some(target) = target {
            let target = allowed!(administration::check_touch(actor.as_ref(), Some(target)));
            record_in(connection, deed, &target, token.session).await?;
        }
        outstanding::take_back(connection, &owners, jti, deed.now).await?;
    }
    for session in sessions.values() {
        endings::end(connection, session, &deed.ending(EndReason::Revoked)).await?;
    }
    Ok(Ok(()))
}

async fn find_named(connection: &mut Connection<'_>, jtis: &[Jti]) -> Outcome<Vec<Named>> {
    let mut named = Vec::with_capacity(jtis.len());
    for jti in jtis {
        let row = sql::query("SELECT user_id, session_id FROM outstanding_tokens WHERE jti = $1").bind(jti);
        let Some(row) = row.fetch_optional(connection).await? else {
            return Ok(Err(Denial::NotFound));
        };
        named.push(Named {
            owner: row.get::<Option<i64>>("user_id")?.map(UserId),
            session: row.get::<Option<String>>("session_id")?.as_deref().and_then(SessionId::parse),
        });
    }
    Ok(Ok(named))
}

/// The doer and the target as they are now.
async fn facts(
    connection: &mut Connection<'_>,
    deed: &Deed,
    target: &LockedUser,
) -> sqlx::Result<(Option<User>, Option<User>)> {
    let actor = users::find(connection, deed.actor).await?;
    Ok((actor, users::find(connection, target.id()).await?))
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
