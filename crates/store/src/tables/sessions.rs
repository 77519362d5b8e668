//! Session rows: opened, found, listed and renewed. [`endings`](super::endings) revokes them.

use std::collections::BTreeMap;

use hallpass_core::{
    clock::Timestamp,
    id::{SessionId, UserId},
    paging::PageRequest,
    session::Session,
    store::{Ending, NewSession},
    user::StoredCredentials,
};
use hallpass_types::{EndReason, EventKind, Listing};

use super::{
    bound,
    events::{self, NewEvent},
    locks::{GlobalLock, LockedSession, LockedUser, Unlocked},
    outstanding,
    paged::{self, Conditions, List},
    rows, users,
};
use crate::sql::{self, Connection};

/// Opens a session. `None` if the account changed since its password was checked.
pub(crate) async fn open(
    connection: &mut Connection<'_>,
    unlocked: Unlocked,
    new: NewSession,
) -> sqlx::Result<Option<Session>> {
    let NewSession { session, password, update_last_login, max_sessions, leeway } = new;
    let (user, now) = (unlocked.user(connection, session.user).await?, session.created_at);
    if !users::is_unchanged(connection, &user, &password).await? {
        return Ok(None);
    }
    let ending = Ending::new(EndReason::TooManySessions, now, &session.origin, leeway);
    bound::make_room(connection, &user, max_sessions, &ending).await?;
    let session = insert(connection, &user, session, None).await?;
    outstanding::insert_current(connection, &session).await?;
    if update_last_login {
        users::note_sign_in(connection, &user, now).await?;
    }
    let session = session.into_session();
    let event = NewEvent::new(now, EventKind::SignedIn, session.user, &session.origin);
    let signed_in = NewEvent { session: Some(session.id), ..event };
    events::insert(connection, signed_in).await?;
    Ok(Some(session))
}

/// Inserts a session of the user. The lock on the user's row keeps a concurrent revocation of all sessions from missing it.
pub(crate) async fn insert(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    session: Session,
    owner: Option<StoredCredentials>,
) -> sqlx::Result<LockedSession> {
    sql::query(
        "INSERT INTO sessions (id, user_id, generation, current_jti, current_issued_at, current_expires_at,
             last_seen_gen, created_at, refreshed_at, ends_at, access_expires_at, address, user_agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(session.id)
    .bind(session.user)
    .bind(session.generation)
    .bind(&session.current.jti)
    .bind(session.current.issued_at)
    .bind(session.current.expires_at)
    .bind(session.last_seen_generation)
    .bind(session.created_at)
    .bind(session.refreshed_at)
    .bind(session.ends_at)
    .bind(session.access_expires_at)
    .bind(&session.origin.ip)
    .bind(&session.origin.user_agent)
    .run(connection)
    .await?;
    Ok(user.inserted(session, owner))
}

pub(crate) async fn find(connection: &mut Connection<'_>, id: SessionId) -> sqlx::Result<Option<Session>> {
    sql::query("SELECT * FROM sessions WHERE id = $1").bind(id).find(connection, rows::session).await
}

/// Writes a renewed session, which must still have the generation that was read (compare and swap).
pub(crate) async fn update(
    connection: &mut Connection<'_>,
    renewed: &LockedSession,
    read_at_generation: u32,
) -> sqlx::Result<()> {
    let session = renewed.session();
    sql::query(
        "UPDATE sessions SET generation = $1, current_jti = $2, current_issued_at = $3, current_expires_at = $4,
             last_seen_gen = $5, refreshed_at = $6, access_expires_at = $7, address = $8, user_agent = $9
         WHERE id = $10 AND generation = $11 AND revoked_at IS NULL",
    )
    .bind(session.generation)
    .bind(&session.current.jti)
    .bind(session.current.issued_at)
    .bind(session.current.expires_at)
    .bind(session.last_seen_generation)
    .bind(session.refreshed_at)
    .bind(session.access_expires_at)
    .bind(&session.origin.ip)
    .bind(&session.origin.user_agent)
    .bind(session.id)
    .bind(read_at_generation)
    .run_on(connection, 1)
    .await
}

pub(crate) async fn list_living_of(
    connection: &mut Connection<'_>,
    user: UserId,
    now: Timestamp,
    page: PageRequest,
) -> sqlx::Result<Option<Listing<Session>>> {
    let list =
        List { columns: "*", table: "sessions", joined: "", order: "refreshed_at DESC, id", read: rows::session };
    let mut conditions = Conditions::default();
    conditions.compare("user_id = ", Some(user));
    conditions.and("revoked_at IS NULL");
    conditions.compare("ends_at > ", Some(now));
    conditions.compare("current_expires_at > ", Some(now));
    paged::list(connection, page, list, conditions).await
}

/// Records the highest generation of each session whose access token was used.
pub(crate) async fn note_seen(
    connection: &mut Connection<'_>,
    lock: GlobalLock,
    seen: &[(SessionId, u32)],
) -> sqlx::Result<()> {
    let locked = lock.sessions(connection, seen.iter().map(|(session, _)| *session)).await?;
    let seen = seen.iter().filter(|(session, generation)| {
        locked.get(session).is_some_and(|locked| locked.session().last_seen_generation < *generation)
    });
    let seen: BTreeMap<_, _> = seen.map(|(session, generation)| (session.to_string(), *generation)).collect();
    let update = "UPDATE sessions SET last_seen_gen = CAST(seen.value ->> 1 AS bigint) FROM ROWS AS seen
         WHERE sessions.id = seen.value ->> 0";
    sql::query_list(connection, update, seen)?.run(connection).await
}
