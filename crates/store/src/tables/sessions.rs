//! Sessions: opened, found, and written down as they are renewed. They end in [`endings`](super::endings).

use std::collections::{BTreeMap, BTreeSet};

use hallpass_core::{
    clock::Timestamp,
    id::{SessionId, UserId},
    paging::{Listed, PageRequest},
    session::Session,
    store::{Ending, NewSession},
    user::StoredCredentials,
};
use hallpass_types::{EndReason, EventKind};

use super::{
    bound,
    events::{self, NewEvent},
    locks::{AdministrationLock, LockedSession, LockedUser, Unlocked},
    outstanding,
    paged::{self, Conditions, List},
    rows, users,
};
use crate::sql::{self, Connection, Row};

/// A session and the account that it belongs to.
pub(crate) struct Found {
    pub(crate) session: Session,
    pub(super) owner: Option<StoredCredentials>,
}

/// `None` when the account is not as it was when its password was checked.
pub(crate) async fn open(
    connection: &mut Connection<'_>,
    unlocked: Unlocked,
    new: NewSession,
) -> sqlx::Result<Option<Session>> {
    let user = unlocked.user(connection, new.user).await?;
    if !users::is_unchanged(connection, &user, &new.password).await? {
        return Ok(None);
    }
    let session = Session {
        id: new.id,
        user: new.user,
        generation: 0,
        current: new.token,
        last_seen_generation: 0,
        created_at: new.now,
        refreshed_at: new.now,
        ends_at: new.ends_at,
        access_expires_at: new.access_expires_at.min(new.ends_at),
        origin: new.origin,
        end: None,
    };
    let ending = Ending {
        reason: EndReason::TooManySessions,
        now: new.now,
        origin: session.origin.clone(),
        leeway: new.leeway,
        actor: None,
    };
    bound::make_room(connection, &user, new.max_sessions, &ending).await?;
    let session = insert(connection, &user, session, None).await?;
    outstanding::insert_current(connection, &session).await?;
    if new.update_last_login {
        users::note_sign_in(connection, &user, new.now).await?;
    }
    let session = session.into_session();
    let signed_in = NewEvent {
        session: Some(session.id),
        ..NewEvent::new(new.now, EventKind::SignedIn, session.user, &session.origin)
    };
    events::insert(connection, signed_in).await?;
    Ok(Some(session))
}

/// Inserts a session of the user, whose row keeps whoever ends all of the user's sessions from missing it.
pub(crate) async fn insert(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    session: Session,
    owner: Option<StoredCredentials>,
) -> sqlx::Result<LockedSession> {
    write(connection, &session).await?;
    Ok(user.inserted(session, owner))
}

async fn write(connection: &mut Connection<'_>, session: &Session) -> sqlx::Result<()> {
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
    .execute(connection)
    .await
    .map(drop)
}

/// A statement about sessions and the accounts that they belong to.
macro_rules! with_owner {
    ($rest:literal) => {
        concat!(
            "SELECT sessions.*, users.username, users.email, users.password, users.is_active, users.is_staff,
                 users.is_superuser, users.date_joined, users.last_login
             FROM sessions LEFT JOIN users ON users.id = sessions.user_id ",
            $rest
        )
    };
}

pub(crate) async fn find(connection: &mut Connection<'_>, id: SessionId) -> sqlx::Result<Option<Found>> {
    let row = sql::query(with_owner!("WHERE sessions.id = $1")).bind(id).fetch_optional(connection).await?;
    row.as_ref().map(found).transpose()
}

/// For [`locks`](super::locks): locks the row where others write at the same time.
pub(super) async fn find_to_write(connection: &mut Connection<'_>, id: SessionId) -> sqlx::Result<Option<Found>> {
    let statement = sql::query_either(
        connection,
        with_owner!("WHERE sessions.id = $1"),
        with_owner!("WHERE sessions.id = $1 FOR NO KEY UPDATE OF sessions"),
    );
    let row = statement.bind(id).fetch_optional(connection).await?;
    row.as_ref().map(found).transpose()
}

/// The same for many, in order of id.
pub(super) async fn find_all_to_write(
    connection: &mut Connection<'_>,
    ids: &BTreeSet<String>,
) -> sqlx::Result<Vec<Found>> {
    let statement = sql::query_either(
        connection,
        with_owner!("WHERE sessions.id IN (SELECT value FROM json_each($1))"),
        with_owner!(
            "WHERE sessions.id IN (SELECT value FROM json_array_elements_text(CAST($1 AS json)))
             ORDER BY sessions.id FOR NO KEY UPDATE OF sessions"
        ),
    );
    statement.bind(sql::json(ids)?).fetch_all(connection).await?.iter().map(found).collect()
}

fn found(row: &Row) -> sqlx::Result<Found> {
    Ok(Found { session: rows::session(row)?, owner: rows::owner(row)? })
}

/// Writes a renewed session down if it is still at the generation it was read at: compare and swap.
/// Whether it was.
pub(crate) async fn update(
    connection: &mut Connection<'_>,
    renewed: &LockedSession,
    read_at_generation: u32,
) -> sqlx::Result<bool> {
    let session = renewed.session();
    let written = sql::query(
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
    .execute(connection)
    .await?;
    Ok(written == 1)
}

pub(crate) async fn list_living_of(
    connection: &mut Connection<'_>,
    user: UserId,
    now: Timestamp,
    page: PageRequest,
) -> sqlx::Result<Option<Listed<Session>>> {
    let list =
        List { columns: "*", table: "sessions", joined: "", order: "refreshed_at DESC, id", read: rows::session };
    let mut conditions = Conditions::default();
    conditions.compare("user_id = ", Some(user));
    conditions.and("revoked_at IS NULL");
    conditions.compare("ends_at > ", Some(now));
    conditions.compare("current_expires_at > ", Some(now));
    paged::list(connection, page, list, conditions).await
}

/// Writes down which generations were seen in use.
pub(crate) async fn note_seen(
    connection: &mut Connection<'_>,
    lock: AdministrationLock,
    seen: &[(SessionId, u32)],
) -> sqlx::Result<()> {
    let locked = lock.sessions(connection, seen.iter().map(|(session, _)| *session)).await?;
    let seen = seen.iter().filter(|(session, generation)| {
        locked.get(session).is_some_and(|locked| locked.session().last_seen_generation < *generation)
    });
    let seen: BTreeMap<String, u32> = seen.map(|(session, generation)| (session.to_string(), *generation)).collect();
    sql::query_either(
        connection,
        "UPDATE sessions SET last_seen_gen = seen.value FROM json_each($1) AS seen WHERE sessions.id = seen.key",
        "UPDATE sessions SET last_seen_gen = CAST(seen.value AS bigint)
         FROM json_each_text(CAST($1 AS json)) AS seen WHERE sessions.id = seen.key",
    )
    .bind(sql::json(&seen)?)
    .execute(connection)
    .await
    .map(drop)
}
