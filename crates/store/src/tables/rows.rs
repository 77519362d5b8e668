//! Conversion between rows and values of the core.

use hallpass_core::{
    clock::Timestamp,
    id::SessionId,
    revocation::Revocation,
    session::{IssuedToken, Origin, Session, SessionEnd},
    user::{StoredCredentials, User},
};

use crate::sql::Row;

pub(super) fn user(row: &Row) -> sqlx::Result<User> {
    user_of(row, "id")
}

fn user_of(row: &Row, id: &str) -> sqlx::Result<User> {
    Ok(User {
        id: row.get(id)?,
        username: row.get("username")?,
        email: row.get("email")?,
        is_active: row.get("is_active")?,
        is_staff: row.get("is_staff")?,
        is_superuser: row.get("is_superuser")?,
        date_joined: row.get("date_joined")?,
        last_login: row.get("last_login")?,
    })
}

pub(super) fn account(row: &Row) -> sqlx::Result<StoredCredentials> {
    Ok(StoredCredentials { user: user(row)?, password: row.get("password")? })
}

/// The account of a session's user. `None` if the user was deleted.
pub(super) fn owner(row: &Row) -> sqlx::Result<Option<StoredCredentials>> {
    let Some(password) = row.get("password")? else { return Ok(None) };
    Ok(Some(StoredCredentials { user: user_of(row, "user_id")?, password }))
}

pub(super) fn session(row: &Row) -> sqlx::Result<Session> {
    Ok(Session {
        id: row.get("id")?,
        user: row.get("user_id")?,
        generation: row.get("generation")?,
        current: IssuedToken {
            jti: row.get("current_jti")?,
            issued_at: row.get("current_issued_at")?,
            expires_at: row.get("current_expires_at")?,
        },
        last_seen_generation: row.get("last_seen_gen")?,
        created_at: row.get("created_at")?,
        refreshed_at: row.get("refreshed_at")?,
        ends_at: row.get("ends_at")?,
        access_expires_at: row.get("access_expires_at")?,
        origin: Origin { ip: row.get("address")?, user_agent: row.get("user_agent")? },
        end: session_end(row)?,
    })
}

pub(super) fn session_end(row: &Row) -> sqlx::Result<Option<SessionEnd>> {
    let Some(at) = row.get("revoked_at")? else { return Ok(None) };
    Ok(Some(SessionEnd { reason: row.get("revoked_why")?, at, by: row.get("revoked_by")? }))
}

pub(super) fn revocation(row: &Row) -> sqlx::Result<Revocation> {
    Ok(Revocation {
        session: row.get("session_id")?,
        end: SessionEnd { reason: row.get("why")?, at: row.get("at")?, by: row.get("by")? },
        until: row.get("until")?,
    })
}

/// A row of an outstanding token.
pub(crate) struct TokenRow {
    pub(super) session: Option<SessionId>,
    pub(super) generation: u32,
    pub(super) blacklisted_at: Option<Timestamp>,
}

pub(super) fn token(row: &Row) -> sqlx::Result<TokenRow> {
    Ok(TokenRow {
        session: row.get("session_id")?,
        generation: row.get("generation")?,
        blacklisted_at: row.get("blacklisted_at")?,
    })
}

/// The outstanding token of a row that also contains its session.
pub(super) fn known_token(row: &Row) -> sqlx::Result<TokenRow> {
    Ok(TokenRow {
        session: row.get("id")?,
        generation: row.get("token_generation")?,
        blacklisted_at: row.get("token_blacklisted_at")?,
    })
}
