//! Sessions: begun, written down as they change, and ended.

use sqlx::{SqliteConnection, SqlitePool};

use super::{
    events::{self, NewEvent},
    outstanding,
    rows::{self, reason_word},
    users,
};
use crate::{
    auth::{
        clock::Timestamp,
        id::{SessionId, UserId},
        revocation::Revocation,
        session::{Session, SessionEnd},
        store::{Ending, NewSession},
        user::StoredCredentials,
    },
    wire::{EndReason, EventKind},
};

/// A session and the account that it belongs to.
pub(super) struct Found {
    pub(super) session: Session,
    pub(super) owner: Option<StoredCredentials>,
}

/// `None` when the account is not as it was when its password was checked.
pub(super) async fn open(connection: &mut SqliteConnection, new: NewSession) -> sqlx::Result<Option<Session>> {
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
        sqlx::query("UPDATE users SET last_login = $1 WHERE id = $2")
            .bind(new.now.millis())
            .bind(new.user.0)
            .execute(&mut *connection)
            .await?;
    }
    let signed_in = NewEvent {
        session: Some(session.id),
        ..NewEvent::new(new.now, EventKind::SignedIn, session.user, &session.origin)
    };
    events::insert(connection, signed_in).await?;
    Ok(Some(session))
}

pub(super) async fn insert(connection: &mut SqliteConnection, session: &Session) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO sessions (id, user_id, generation, current_jti, current_issued_at, current_expires_at,
             last_seen_gen, created_at, refreshed_at, ends_at, access_expires_at, address, user_agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(session.id.to_string())
    .bind(session.user.0)
    .bind(session.generation)
    .bind(session.current.jti.as_str())
    .bind(session.current.issued_at.millis())
    .bind(session.current.expires_at.millis())
    .bind(session.last_seen_generation)
    .bind(session.created_at.millis())
    .bind(session.refreshed_at.millis())
    .bind(session.ends_at.millis())
    .bind(session.access_expires_at.millis())
    .bind(&session.origin.address)
    .bind(&session.origin.user_agent)
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn find(connection: &mut SqliteConnection, id: SessionId) -> sqlx::Result<Option<Found>> {
    let row = sqlx::query(
        "SELECT sessions.*, users.username, users.email, users.password, users.is_active, users.is_staff,
             users.is_superuser, users.date_joined, users.last_login
         FROM sessions LEFT JOIN users ON users.id = sessions.user_id WHERE sessions.id = $1",
    )
    .bind(id.to_string())
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok(Found { session: rows::session(&row)?, owner: rows::owner(&row)? })).transpose()
}

/// The user's session of that id, while it goes on.
pub(super) async fn find_own_living(
    connection: &mut SqliteConnection,
    user: UserId,
    id: SessionId,
) -> sqlx::Result<Option<Session>> {
    let found = find(connection, id).await?.map(|found| found.session);
    Ok(found.filter(|session| session.user == user && session.end.is_none()))
}

/// Writes a renewed session down if it is still at the generation it was read at: compare and swap.
/// Whether it was.
pub(super) async fn update(
    connection: &mut SqliteConnection,
    session: &Session,
    read_at_generation: u32,
) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "UPDATE sessions SET generation = $1, current_jti = $2, current_issued_at = $3, current_expires_at = $4,
             last_seen_gen = $5, refreshed_at = $6, access_expires_at = $7, address = $8, user_agent = $9
         WHERE id = $10 AND generation = $11 AND revoked_at IS NULL",
    )
    .bind(session.generation)
    .bind(session.current.jti.as_str())
    .bind(session.current.issued_at.millis())
    .bind(session.current.expires_at.millis())
    .bind(session.last_seen_generation)
    .bind(session.refreshed_at.millis())
    .bind(session.access_expires_at.millis())
    .bind(&session.origin.address)
    .bind(&session.origin.user_agent)
    .bind(session.id.to_string())
    .bind(read_at_generation)
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a living session: its refresh tokens are blacklisted, and its access tokens refused wherever
/// revocations are followed.
pub(super) async fn end(
    connection: &mut SqliteConnection,
    session: &Session,
    ending: &Ending,
) -> sqlx::Result<Revocation> {
    let end = SessionEnd { reason: ending.reason, at: ending.now, by: ending.origin.device() };
    let why = reason_word(end.reason);
    let id = session.id.to_string();
    sqlx::query("UPDATE sessions SET revoked_at = $1, revoked_why = $2, revoked_by = $3 WHERE id = $4")
        .bind(end.at.millis())
        .bind(why)
        .bind(&end.by)
        .bind(&id)
        .execute(&mut *connection)
        .await?;
    outstanding::blacklist_all_of(connection, session.id, end.at, why).await?;
    insert_end_event(connection, session, ending).await?;
    let until = session.access_expires_at + ending.leeway;
    let sequence = sqlx::query_scalar(
        "INSERT INTO revocations (session_id, at, why, by, until) VALUES ($1, $2, $3, $4, $5) RETURNING sequence",
    )
    .bind(&id)
    .bind(end.at.millis())
    .bind(why)
    .bind(&end.by)
    .bind(until.millis())
    .fetch_one(connection)
    .await?;
    Ok(Revocation { sequence, session: session.id, end, until })
}

/// Both places are kept: after a reuse, one of the two is not the owner's.
async fn insert_end_event(connection: &mut SqliteConnection, session: &Session, ending: &Ending) -> sqlx::Result<()> {
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

pub(super) async fn living_of(pool: &SqlitePool, user: UserId, now: Timestamp) -> sqlx::Result<Vec<Session>> {
    let found = sqlx::query(
        "SELECT * FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND ends_at > $2 AND current_expires_at > $2
         ORDER BY refreshed_at DESC, id",
    )
    .bind(user.0)
    .bind(now.millis())
    .fetch_all(pool)
    .await?;
    found.iter().map(rows::session).collect()
}

pub(super) async fn end_all_of(
    connection: &mut SqliteConnection,
    user: UserId,
    keep: Option<SessionId>,
    ending: &Ending,
) -> sqlx::Result<Vec<Revocation>> {
    let living = sqlx::query("SELECT * FROM sessions WHERE user_id = $1 AND revoked_at IS NULL")
        .bind(user.0)
        .fetch_all(&mut *connection)
        .await?;
    outstanding::blacklist_unattached(connection, Some(user), None, ending.now, reason_word(ending.reason)).await?;
    let mut revocations = Vec::with_capacity(living.len());
    for row in living {
        let session = rows::session(&row)?;
        if Some(session.id) != keep {
            revocations.push(end(connection, &session, ending).await?);
        }
    }
    Ok(revocations)
}

pub(super) async fn end_before(
    connection: &mut SqliteConnection,
    user: Option<UserId>,
    before: Timestamp,
    limit: u32,
    ending: &Ending,
) -> sqlx::Result<Vec<Revocation>> {
    let living = sqlx::query(
        "SELECT * FROM sessions WHERE revoked_at IS NULL AND ends_at > $1 AND created_at < $2
             AND ($3 IS NULL OR user_id = $3) LIMIT $4",
    )
    .bind(ending.now.millis())
    .bind(before.millis())
    .bind(user.map(|user| user.0))
    .bind(limit)
    .fetch_all(&mut *connection)
    .await?;
    let why = reason_word(ending.reason);
    outstanding::blacklist_unattached(connection, user, Some(before), ending.now, why).await?;
    let mut revocations = Vec::with_capacity(living.len());
    for row in living {
        revocations.push(end(connection, &rows::session(&row)?, ending).await?);
    }
    Ok(revocations)
}

pub(super) async fn note_seen(connection: &mut SqliteConnection, seen: &[(SessionId, u32)]) -> sqlx::Result<()> {
    for (session, generation) in seen {
        sqlx::query("UPDATE sessions SET last_seen_gen = max(last_seen_gen, $1) WHERE id = $2")
            .bind(generation)
            .bind(session.to_string())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(super) async fn revocations_after(pool: &SqlitePool, sequence: i64) -> sqlx::Result<Vec<Revocation>> {
    let found = sqlx::query("SELECT * FROM revocations WHERE sequence > $1 ORDER BY sequence")
        .bind(sequence)
        .fetch_all(pool)
        .await?;
    found.iter().map(rows::revocation).collect()
}
