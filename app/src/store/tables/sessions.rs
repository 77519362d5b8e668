//! Sessions: begun, written down as they change, and ended.

use super::{
    events::{self, NewEvent},
    locks, outstanding,
    paged::{self, Conditions, List},
    revocations,
    rows::{self, reason_word},
    users,
};
use crate::{
    auth::{
        clock::Timestamp,
        id::{SessionId, UserId},
        paging::{Listed, PageRequest},
        revocation::Revocation,
        session::{Session, SessionEnd},
        store::{Ending, NewSession},
        user::StoredCredentials,
    },
    store::sql::{self, Connection},
    wire::{EndReason, EventKind},
};

/// A session and the account that it belongs to.
pub(in crate::store) struct Found {
    pub(in crate::store) session: Session,
    pub(super) owner: Option<StoredCredentials>,
}

/// `None` when the account is not as it was when its password was checked.
pub(in crate::store) async fn open(connection: &mut Connection<'_>, new: NewSession) -> sqlx::Result<Option<Session>> {
    locks::user(connection, new.user).await?;
    if !users::is_unchanged(connection, new.user, &new.password).await? {
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
    insert(connection, &session).await?;
    outstanding::insert_current(connection, &session).await?;
    if new.update_last_login {
        sql::query("UPDATE users SET last_login = $1 WHERE id = $2")
            .bind(new.now)
            .bind(new.user)
            .execute(connection)
            .await?;
    }
    let signed_in = NewEvent {
        session: Some(session.id),
        ..NewEvent::new(new.now, EventKind::SignedIn, session.user, &session.origin)
    };
    events::insert(connection, signed_in).await?;
    Ok(Some(session))
}

pub(in crate::store) async fn insert(connection: &mut Connection<'_>, session: &Session) -> sqlx::Result<()> {
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
    .bind(&session.origin.address)
    .bind(&session.origin.user_agent)
    .execute(connection)
    .await
    .map(drop)
}

pub(in crate::store) async fn find(connection: &mut Connection<'_>, id: SessionId) -> sqlx::Result<Option<Found>> {
    let row = sql::query(
        "SELECT sessions.*, users.username, users.email, users.password, users.is_active, users.is_staff,
             users.is_superuser, users.date_joined, users.last_login
         FROM sessions LEFT JOIN users ON users.id = sessions.user_id WHERE sessions.id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(Found { session: rows::session(&row)?, owner: rows::owner(&row)? })).transpose()
}

/// The user's session of that id, while it goes on.
pub(in crate::store) async fn find_own_living(
    connection: &mut Connection<'_>,
    user: UserId,
    id: SessionId,
) -> sqlx::Result<Option<Session>> {
    let found = find(connection, id).await?.map(|found| found.session);
    Ok(found.filter(|session| session.user == user && session.end.is_none()))
}

/// Writes a renewed session down if it is still at the generation it was read at: compare and swap.
/// Whether it was.
pub(in crate::store) async fn update(
    connection: &mut Connection<'_>,
    session: &Session,
    read_at_generation: u32,
) -> sqlx::Result<bool> {
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
    .bind(&session.origin.address)
    .bind(&session.origin.user_agent)
    .bind(session.id)
    .bind(read_at_generation)
    .execute(connection)
    .await?;
    Ok(written == 1)
}

/// Ends a living session: its refresh tokens are blacklisted, and its access tokens refused wherever
/// revocations are followed.
pub(in crate::store) async fn end(
    connection: &mut Connection<'_>,
    session: &Session,
    ending: &Ending,
) -> sqlx::Result<Revocation> {
    let end = SessionEnd { reason: ending.reason, at: ending.now, by: ending.origin.device() };
    let why = reason_word(end.reason);
    let id = session.id.to_string();
    sql::query("UPDATE sessions SET revoked_at = $1, revoked_why = $2, revoked_by = $3 WHERE id = $4")
        .bind(end.at)
        .bind(why)
        .bind(&end.by)
        .bind(&id)
        .execute(connection)
        .await?;
    outstanding::blacklist_all_of(connection, session.id, end.at, why).await?;
    insert_end_event(connection, session, ending).await?;
    let until = session.access_expires_at + ending.leeway;
    let revocation = Revocation { session: session.id, end, until };
    revocations::insert(connection, &revocation).await?;
    Ok(revocation)
}

/// Both places are kept: after a reuse, one of the two is not the owner's.
async fn insert_end_event(connection: &mut Connection<'_>, session: &Session, ending: &Ending) -> sqlx::Result<()> {
    let kind = match ending.reason {
        EndReason::Reuse => EventKind::TokenReused,
        EndReason::SignedOut => EventKind::SignedOut,
        EndReason::Revoked | EndReason::PasswordChanged | EndReason::UserDeactivated | EndReason::Expired => {
            EventKind::SessionEnded
        }
    };
    let event = NewEvent {
        session: Some(session.id),
        actor: ending.actor,
        other: Some(&session.origin),
        ..NewEvent::new(ending.now, kind, session.user, &ending.origin)
    };
    events::insert(connection, event).await
}

pub(in crate::store) async fn living_of(
    connection: &mut Connection<'_>,
    user: UserId,
    now: Timestamp,
) -> sqlx::Result<Vec<Session>> {
    let found = sql::query(
        "SELECT * FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND ends_at > $2 AND current_expires_at > $2
         ORDER BY refreshed_at DESC, id",
    )
    .bind(user)
    .bind(now)
    .fetch_all(connection)
    .await?;
    found.iter().map(rows::session).collect()
}

pub(in crate::store) async fn list_living_of(
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

pub(in crate::store) async fn end_all_of(
    connection: &mut Connection<'_>,
    user: UserId,
    keep: Option<SessionId>,
    ending: &Ending,
) -> sqlx::Result<Vec<Revocation>> {
    outstanding::blacklist_unattached(connection, Some(user), None, ending.now, reason_word(ending.reason)).await?;
    let living = sql::query("SELECT * FROM sessions WHERE user_id = $1 AND revoked_at IS NULL")
        .bind(user)
        .fetch_all(connection)
        .await?;
    let mut revocations = Vec::with_capacity(living.len());
    for row in living {
        let session = rows::session(&row)?;
        if Some(session.id) != keep {
            revocations.push(end(connection, &session, ending).await?);
        }
    }
    Ok(revocations)
}

pub(in crate::store) async fn end_before(
    connection: &mut Connection<'_>,
    user: Option<UserId>,
    before: Timestamp,
    limit: u32,
    ending: &Ending,
) -> sqlx::Result<Vec<Revocation>> {
    let why = reason_word(ending.reason);
    outstanding::blacklist_unattached(connection, user, Some(before), ending.now, why).await?;
    let living = sql::query(
        "SELECT * FROM sessions WHERE revoked_at IS NULL AND ends_at > $1 AND created_at < $2
             AND ($3 IS NULL OR user_id = $3) LIMIT $4",
    )
    .bind(ending.now)
    .bind(before)
    .bind(user)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    let mut revocations = Vec::with_capacity(living.len());
    for row in living {
        revocations.push(end(connection, &rows::session(&row)?, ending).await?);
    }
    Ok(revocations)
}

pub(in crate::store) async fn note_seen(
    connection: &mut Connection<'_>,
    seen: &[(SessionId, u32)],
) -> sqlx::Result<()> {
    for (session, generation) in seen {
        sql::query("UPDATE sessions SET last_seen_gen = $1 WHERE id = $2 AND last_seen_gen < $1")
            .bind(*generation)
            .bind(*session)
            .execute(connection)
            .await?;
    }
    Ok(())
}
