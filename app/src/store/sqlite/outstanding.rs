//! Outstanding tokens: every refresh token by its name, and whether it was spent.

use sqlx::SqliteConnection;

use super::rows::{self, TokenRow};
use crate::auth::{
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    session::Session,
    store::{PresentedToken, TokenStanding},
};

pub(super) async fn find(connection: &mut SqliteConnection, jti: &Jti) -> sqlx::Result<Option<TokenRow>> {
    let row = sqlx::query("SELECT session_id, generation, blacklisted_at FROM outstanding_tokens WHERE jti = $1")
        .bind(jti.as_str())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(rows::token).transpose()
}

/// The refresh token of the session's present generation. A token that is known already, because
/// another issuer's tokens were brought along, now belongs to the session.
pub(super) async fn insert_current(connection: &mut SqliteConnection, session: &Session) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO outstanding_tokens (jti, session_id, user_id, generation, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (jti) DO UPDATE SET session_id = excluded.session_id, user_id = excluded.user_id,
             generation = excluded.generation",
    )
    .bind(session.current.jti.as_str())
    .bind(session.id.to_string())
    .bind(session.user.0)
    .bind(session.generation)
    .bind(session.current.issued_at.millis())
    .bind(session.current.expires_at.millis())
    .execute(connection)
    .await
    .map(drop)
}

/// Spends a token. Whether it was unspent until now: the row count is the verdict.
pub(super) async fn spend(connection: &mut SqliteConnection, jti: &Jti, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query(
        "UPDATE outstanding_tokens SET blacklisted_at = $1, blacklisted_why = 'rotated'
         WHERE jti = $2 AND blacklisted_at IS NULL",
    )
    .bind(now.millis())
    .bind(jti.as_str())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Counts a spent token as spent now.
pub(super) async fn restart_grace(connection: &mut SqliteConnection, jti: &Jti, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query("UPDATE outstanding_tokens SET blacklisted_at = $1 WHERE jti = $2")
        .bind(now.millis())
        .bind(jti.as_str())
        .execute(connection)
        .await
        .map(drop)
}

/// Blacklists one token because an administrator said so; one that is blacklisted keeps its reason.
pub(super) async fn take_back(connection: &mut SqliteConnection, jti: &Jti, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE outstanding_tokens SET blacklisted_at = $1, blacklisted_why = 'revoked'
         WHERE jti = $2 AND blacklisted_at IS NULL",
    )
    .bind(now.millis())
    .bind(jti.as_str())
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn blacklist_all_of(
    connection: &mut SqliteConnection,
    session: SessionId,
    now: Timestamp,
    why: &'static str,
) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE outstanding_tokens SET blacklisted_at = $1, blacklisted_why = $2
         WHERE session_id = $3 AND blacklisted_at IS NULL",
    )
    .bind(now.millis())
    .bind(why)
    .bind(session.to_string())
    .execute(connection)
    .await
    .map(drop)
}

/// Blacklists the tokens, brought from elsewhere, that would begin a session for a user, or for anybody.
/// Who ends sessions ends these too: up to a moment, or all of them; and those that come later and were
/// issued before are not taken.
pub(super) async fn blacklist_unattached(
    connection: &mut SqliteConnection,
    user: Option<UserId>,
    before: Option<Timestamp>,
    now: Timestamp,
    why: &'static str,
) -> sqlx::Result<()> {
    sqlx::query(
        "UPDATE outstanding_tokens SET blacklisted_at = $1, blacklisted_why = $2
         WHERE session_id IS NULL AND blacklisted_at IS NULL
             AND ($3 IS NULL OR user_id = $3) AND ($4 IS NULL OR created_at < $4)",
    )
    .bind(now.millis())
    .bind(why)
    .bind(user.map(|user| user.0))
    .bind(before.map(Timestamp::millis))
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE users SET adopts_from = $1 WHERE adopts_from < $1 AND ($2 IS NULL OR id = $2)")
        .bind(before.unwrap_or(now).millis())
        .bind(user.map(|user| user.0))
        .execute(connection)
        .await
        .map(drop)
}

/// Blacklists a token that belongs to no session.
pub(super) async fn blacklist_alone(
    connection: &mut SqliteConnection,
    token: &PresentedToken,
    user: Option<UserId>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO outstanding_tokens
             (jti, user_id, generation, created_at, expires_at, blacklisted_at, blacklisted_why)
         VALUES ($1, $2, 0, $3, $4, $5, 'signed_out')
         ON CONFLICT (jti) DO UPDATE
             SET blacklisted_at = excluded.blacklisted_at, blacklisted_why = excluded.blacklisted_why",
    )
    .bind(token.jti.as_str())
    .bind(user.map(|user| user.0))
    .bind(token.issued_at.millis())
    .bind(token.expires_at.millis())
    .bind(now.millis())
    .execute(connection)
    .await
    .map(drop)
}

pub(super) async fn standing(
    connection: &mut SqliteConnection,
    jti: &Jti,
    session: Option<SessionId>,
) -> sqlx::Result<TokenStanding> {
    let is_blacklisted: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM outstanding_tokens WHERE jti = $1 AND blacklisted_at IS NOT NULL)
             OR EXISTS (SELECT 1 FROM sessions WHERE id = $2 AND revoked_at IS NOT NULL)",
    )
    .bind(jti.as_str())
    .bind(session.map(|session| session.to_string()))
    .fetch_one(connection)
    .await?;
    Ok(if is_blacklisted { TokenStanding::Blacklisted } else { TokenStanding::Good })
}
