//! Rows of the tables as values of the core, and the other way.

use sqlx::{Row, sqlite::SqliteRow};

use crate::{
    auth::{
        clock::Timestamp,
        id::{Jti, SessionId, UserId},
        revocation::Revocation,
        session::{CurrentToken, Origin, Session, SessionEnd},
        user::{StoredCredentials, User},
    },
    wire::EndReason,
};

/// The word for a reason in the database.
pub(super) const fn reason_word(reason: EndReason) -> &'static str {
    match reason {
        EndReason::SignedOut => "signed_out",
        EndReason::Revoked => "revoked",
        EndReason::Reuse => "reuse",
        EndReason::PasswordChanged => "password_changed",
        EndReason::UserDeactivated => "user_deactivated",
        EndReason::Expired => "expired",
    }
}

fn reason(word: &str) -> sqlx::Result<EndReason> {
    let all = [
        EndReason::SignedOut,
        EndReason::Revoked,
        EndReason::Reuse,
        EndReason::PasswordChanged,
        EndReason::UserDeactivated,
        EndReason::Expired,
    ];
    let found = all.into_iter().find(|reason| reason_word(*reason) == word);
    found.ok_or_else(|| sqlx::Error::Decode(format!("no reason for an end: {word:?}").into()))
}

fn time(row: &SqliteRow, column: &str) -> sqlx::Result<Timestamp> {
    row.try_get(column).map(Timestamp::from_millis)
}

fn optional_time(row: &SqliteRow, column: &str) -> sqlx::Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Timestamp::from_millis))
}

fn session_id(row: &SqliteRow, column: &str) -> sqlx::Result<SessionId> {
    let text: String = row.try_get(column)?;
    SessionId::parse(&text).ok_or_else(|| sqlx::Error::Decode(format!("no session id: {text:?}").into()))
}

pub(super) fn user(row: &SqliteRow) -> sqlx::Result<User> {
    user_of(row, "id")
}

fn user_of(row: &SqliteRow, id: &str) -> sqlx::Result<User> {
    Ok(User {
        id: UserId(row.try_get(id)?),
        username: row.try_get("username")?,
        email: row.try_get("email")?,
        is_active: row.try_get("is_active")?,
        is_staff: row.try_get("is_staff")?,
        is_superuser: row.try_get("is_superuser")?,
        date_joined: time(row, "date_joined")?,
        last_login: optional_time(row, "last_login")?,
    })
}

pub(super) fn account(row: &SqliteRow) -> sqlx::Result<StoredCredentials> {
    let password: String = row.try_get("password")?;
    Ok(StoredCredentials { user: user(row)?, password: password.into() })
}

/// The account beside a session, unless it is gone.
pub(super) fn owner(row: &SqliteRow) -> sqlx::Result<Option<StoredCredentials>> {
    let password: Option<String> = row.try_get("password")?;
    password
        .map(|password| Ok(StoredCredentials { user: user_of(row, "user_id")?, password: password.into() }))
        .transpose()
}

pub(super) fn session(row: &SqliteRow) -> sqlx::Result<Session> {
    Ok(Session {
        id: session_id(row, "id")?,
        user: UserId(row.try_get("user_id")?),
        generation: row.try_get("generation")?,
        current: CurrentToken {
            jti: Jti::from_text(row.try_get::<String, _>("current_jti")?),
            issued_at: time(row, "current_issued_at")?,
            expires_at: time(row, "current_expires_at")?,
        },
        last_seen_generation: row.try_get("last_seen_gen")?,
        created_at: time(row, "created_at")?,
        refreshed_at: time(row, "refreshed_at")?,
        ends_at: time(row, "ends_at")?,
        access_expires_at: time(row, "access_expires_at")?,
        origin: Origin { address: row.try_get("address")?, user_agent: row.try_get("user_agent")? },
        end: session_end(row)?,
    })
}

fn session_end(row: &SqliteRow) -> sqlx::Result<Option<SessionEnd>> {
    let Some(at) = optional_time(row, "revoked_at")? else {
        return Ok(None);
    };
    let word: String = row.try_get("revoked_why")?;
    Ok(Some(SessionEnd { reason: reason(&word)?, at, by: row.try_get("revoked_by")? }))
}

pub(super) fn revocation(row: &SqliteRow) -> sqlx::Result<Revocation> {
    let word: String = row.try_get("why")?;
    Ok(Revocation {
        sequence: row.try_get("sequence")?,
        session: session_id(row, "session_id")?,
        end: SessionEnd { reason: reason(&word)?, at: time(row, "at")?, by: row.try_get("by")? },
        until: time(row, "until")?,
    })
}

/// What the database knows of a refresh token.
pub(super) struct TokenRow {
    pub(super) session: Option<SessionId>,
    pub(super) generation: u32,
    pub(super) blacklisted_at: Option<Timestamp>,
}

pub(super) fn token(row: &SqliteRow) -> sqlx::Result<TokenRow> {
    let session: Option<String> = row.try_get("session_id")?;
    Ok(TokenRow {
        session: session.as_deref().and_then(SessionId::parse),
        generation: row.try_get("generation")?,
        blacklisted_at: optional_time(row, "blacklisted_at")?,
    })
}
