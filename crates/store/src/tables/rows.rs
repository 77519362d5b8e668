//! Conversion between rows and values of the core.

use hallpass_core::{
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    revocation::Revocation,
    session::{IssuedToken, Origin, Session, SessionEnd},
    user::{StoredCredentials, User},
};
use hallpass_types::EndReason;

use crate::sql::Row;

fn reason(name: &str) -> sqlx::Result<EndReason> {
    name.parse().map_err(|_| sqlx::Error::Decode(format!("unknown reason of a revocation: {name:?}").into()))
}

fn time(row: &Row, column: &str) -> sqlx::Result<Timestamp> {
    row.get(column).map(Timestamp::from_millis)
}

fn optional_time(row: &Row, column: &str) -> sqlx::Result<Option<Timestamp>> {
    Ok(row.get::<Option<i64>>(column)?.map(Timestamp::from_millis))
}

/// The number of rotations of a session or a token.
pub(super) fn generation(row: &Row, column: &str) -> sqlx::Result<u32> {
    let number: i64 = row.get(column)?;
    u32::try_from(number).map_err(|error| sqlx::Error::Decode(error.into()))
}

fn session_id(row: &Row, column: &str) -> sqlx::Result<SessionId> {
    let text: String = row.get(column)?;
    SessionId::parse(&text).ok_or_else(|| sqlx::Error::Decode(format!("not a session id: {text:?}").into()))
}

pub(super) fn user(row: &Row) -> sqlx::Result<User> {
    user_of(row, "id")
}

fn user_of(row: &Row, id: &str) -> sqlx::Result<User> {
    Ok(User {
        id: UserId(row.get(id)?),
        username: row.get("username")?,
        email: row.get("email")?,
        is_active: row.get("is_active")?,
        is_staff: row.get("is_staff")?,
        is_superuser: row.get("is_superuser")?,
        date_joined: time(row, "date_joined")?,
        last_login: optional_time(row, "last_login")?,
    })
}

pub(super) fn account(row: &Row) -> sqlx::Result<StoredCredentials> {
    let password: String = row.get("password")?;
    Ok(StoredCredentials { user: user(row)?, password: password.into() })
}

/// The account of a session's user. `None` if the user was deleted.
pub(super) fn owner(row: &Row) -> sqlx::Result<Option<StoredCredentials>> {
    let password: Option<String> = row.get("password")?;
    password
        .map(|password| Ok(StoredCredentials { user: user_of(row, "user_id")?, password: password.into() }))
        .transpose()
}

pub(super) fn session(row: &Row) -> sqlx::Result<Session> {
    Ok(Session {
        id: session_id(row, "id")?,
        user: UserId(row.get("user_id")?),
        generation: generation(row, "generation")?,
        current: IssuedToken {
            jti: Jti::from_text(row.get::<String>("current_jti")?),
            issued_at: time(row, "current_issued_at")?,
            expires_at: time(row, "current_expires_at")?,
        },
        last_seen_generation: generation(row, "last_seen_gen")?,
        created_at: time(row, "created_at")?,
        refreshed_at: time(row, "refreshed_at")?,
        ends_at: time(row, "ends_at")?,
        access_expires_at: time(row, "access_expires_at")?,
        origin: Origin { ip: row.get("address")?, user_agent: row.get("user_agent")? },
        end: session_end(row)?,
    })
}

pub(super) fn session_end(row: &Row) -> sqlx::Result<Option<SessionEnd>> {
    let Some(at) = optional_time(row, "revoked_at")? else {
        return Ok(None);
    };
    let word: String = row.get("revoked_why")?;
    Ok(Some(SessionEnd { reason: reason(&word)?, at, by: row.get("revoked_by")? }))
}

pub(super) fn revocation(row: &Row) -> sqlx::Result<Revocation> {
    let word: String = row.get("why")?;
    Ok(Revocation {
        session: session_id(row, "session_id")?,
        end: SessionEnd { reason: reason(&word)?, at: time(row, "at")?, by: row.get("by")? },
        until: time(row, "until")?,
    })
}

/// A row of an outstanding token.
pub(crate) struct TokenRow {
    pub(super) session: Option<SessionId>,
    pub(super) generation: u32,
    pub(super) blacklisted_at: Option<Timestamp>,
}

pub(super) fn token(row: &Row) -> sqlx::Result<TokenRow> {
    let session: Option<String> = row.get("session_id")?;
    Ok(TokenRow {
        session: session.as_deref().and_then(SessionId::parse),
        generation: generation(row, "generation")?,
        blacklisted_at: optional_time(row, "blacklisted_at")?,
    })
}

/// The outstanding token of a row that also contains its session.
pub(super) fn known_token(row: &Row) -> sqlx::Result<TokenRow> {
    Ok(TokenRow {
        session: Some(session_id(row, "id")?),
        generation: generation(row, "token_generation")?,
        blacklisted_at: optional_time(row, "token_blacklisted_at")?,
    })
}

#[cfg(test)]
mod tests {
    use hallpass_types::EndReason;

    use super::reason;

    #[test]
    fn reasons_have_fixed_names_in_the_database() {
        for (expected, name) in [
            (EndReason::SignedOut, "signed_out"),
            (EndReason::Revoked, "revoked"),
            (EndReason::Reuse, "reuse"),
            (EndReason::PasswordChanged, "password_changed"),
            (EndReason::UserDeactivated, "user_deactivated"),
            (EndReason::Expired, "expired"),
            (EndReason::TooManySessions, "too_many_sessions"),
        ] {
            assert_eq!(<&str>::from(expected), name);
            assert_eq!(reason(name).expect(name), expected);
        }
        assert!(reason("unknown").is_err());
    }
}
