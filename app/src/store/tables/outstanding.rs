//! Outstanding tokens: every refresh token by its name, and whether it was spent.

use super::{
    paged::{self, Conditions, List},
    rows::{self, TokenRow},
};
use crate::{
    auth::{
        clock::Timestamp,
        id::{Jti, SessionId, UserId},
        paging::{Listed, PageRequest},
        session::Session,
        store::{OutstandingToken, PresentedToken, TokenQuery, TokenStanding},
    },
    store::sql::{self, Connection, Row},
    wire::BlacklistReason,
};

pub(in crate::store) async fn find(connection: &mut Connection<'_>, jti: &Jti) -> sqlx::Result<Option<TokenRow>> {
    let row = sql::query("SELECT session_id, generation, blacklisted_at FROM outstanding_tokens WHERE jti = $1")
        .bind(jti)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(rows::token).transpose()
}

/// The refresh token of the session's present generation. A token that is known already, because
/// another issuer's tokens were brought along, now belongs to the session.
pub(in crate::store) async fn insert_current(connection: &mut Connection<'_>, session: &Session) -> sqlx::Result<()> {
    sql::query(
        "INSERT INTO outstanding_tokens (jti, session_id, user_id, generation, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (jti) DO UPDATE SET session_id = excluded.session_id, user_id = excluded.user_id,
             generation = excluded.generation",
    )
    .bind(&session.current.jti)
    .bind(session.id)
    .bind(session.user)
    .bind(session.generation)
    .bind(session.current.issued_at)
    .bind(session.current.expires_at)
    .execute(connection)
    .await
    .map(drop)
}

/// Spends a token. Whether it was unspent until now: the row count is the verdict.
pub(in crate::store) async fn spend(connection: &mut Connection<'_>, jti: &Jti, now: Timestamp) -> sqlx::Result<bool> {
    let written = sql::query(
        "UPDATE outstanding_tokens SET blacklisted_at = $1, blacklisted_why = 'rotated'
         WHERE jti = $2 AND blacklisted_at IS NULL",
    )
    .bind(now)
    .bind(jti)
    .execute(connection)
    .await?;
    Ok(written == 1)
}

/// Counts a spent token as spent now.
pub(in crate::store) async fn restart_grace(
    connection: &mut Connection<'_>,
    jti: &Jti,
    now: Timestamp,
) -> sqlx::Result<()> {
    sql::query("UPDATE outstanding_tokens SET blacklisted_at = $1 WHERE jti = $2")
        .bind(now)
        .bind(jti)
        .execute(connection)
        .await
        .map(drop)
}

/// Blacklists one token because an administrator said so; one that is blacklisted keeps its reason.
pub(in crate::store) async fn take_back(
    connection: &mut Connection<'_>,
    jti: &Jti,
    now: Timestamp,
) -> sqlx::Result<()> {
    sql::query(
        "UPDATE outstanding_tokens SET blacklisted_at = $1, blacklisted_why = 'revoked'
         WHERE jti = $2 AND blacklisted_at IS NULL",
    )
    .bind(now)
    .bind(jti)
    .execute(connection)
    .await
    .map(drop)
}

pub(in crate::store) async fn blacklist_all_of(
    connection: &mut Connection<'_>,
    session: SessionId,
    now: Timestamp,
    why: &'static str,
) -> sqlx::Result<()> {
    sql::query(
        "UPDATE outstanding_tokens SET blacklisted_at = $1, blacklisted_why = $2
         WHERE session_id = $3 AND blacklisted_at IS NULL",
    )
    .bind(now)
    .bind(why)
    .bind(session)
    .execute(connection)
    .await
    .map(drop)
}

/// Blacklists the tokens, brought from elsewhere, that would begin a session for a user, or for anybody.
/// Who ends sessions ends these too: up to a moment, or all of them; and those that come later and were
/// issued before are not taken.
pub(in crate::store) async fn blacklist_unattached(
    connection: &mut Connection<'_>,
    user: Option<UserId>,
    before: Option<Timestamp>,
    now: Timestamp,
    why: &'static str,
) -> sqlx::Result<()> {
    sql::query(
        "UPDATE outstanding_tokens SET blacklisted_at = $1, blacklisted_why = $2
         WHERE session_id IS NULL AND blacklisted_at IS NULL
             AND ($3 IS NULL OR user_id = $3) AND ($4 IS NULL OR created_at < $4)",
    )
    .bind(now)
    .bind(why)
    .bind(user)
    .bind(before)
    .execute(connection)
    .await?;
    sql::query("UPDATE users SET adopts_from = $1 WHERE adopts_from < $1 AND ($2 IS NULL OR id = $2)")
        .bind(before.unwrap_or(now).millis())
        .bind(user)
        .execute(connection)
        .await
        .map(drop)
}

/// Blacklists a token that belongs to no session.
pub(in crate::store) async fn blacklist_alone(
    connection: &mut Connection<'_>,
    token: &PresentedToken,
    user: Option<UserId>,
    now: Timestamp,
) -> sqlx::Result<()> {
    sql::query(
        "INSERT INTO outstanding_tokens
             (jti, user_id, generation, created_at, expires_at, blacklisted_at, blacklisted_why)
         VALUES ($1, $2, 0, $3, $4, $5, 'signed_out')
         ON CONFLICT (jti) DO UPDATE
             SET blacklisted_at = excluded.blacklisted_at, blacklisted_why = excluded.blacklisted_why",
    )
    .bind(&token.jti)
    .bind(user)
    .bind(token.issued_at)
    .bind(token.expires_at)
    .bind(now)
    .execute(connection)
    .await
    .map(drop)
}

pub(in crate::store) async fn standing(
    connection: &mut Connection<'_>,
    jti: &Jti,
    session: Option<SessionId>,
) -> sqlx::Result<TokenStanding> {
    let is_blacklisted: bool = sql::query(
        "SELECT EXISTS (SELECT 1 FROM outstanding_tokens WHERE jti = $1 AND blacklisted_at IS NOT NULL)
             OR EXISTS (SELECT 1 FROM sessions WHERE id = $2 AND revoked_at IS NOT NULL)",
    )
    .bind(jti)
    .bind(session)
    .fetch_value(connection)
    .await?;
    Ok(if is_blacklisted { TokenStanding::Blacklisted } else { TokenStanding::Good })
}

pub(in crate::store) async fn list(
    connection: &mut Connection<'_>,
    query: &TokenQuery,
    page: PageRequest,
) -> sqlx::Result<Option<Listed<OutstandingToken>>> {
    let list = List {
        columns: "outstanding_tokens.*, users.username",
        table: "outstanding_tokens",
        joined: "LEFT JOIN users ON users.id = outstanding_tokens.user_id",
        order: "outstanding_tokens.id DESC",
        read: described,
    };
    let mut conditions = Conditions::default();
    conditions.compare("outstanding_tokens.user_id = ", query.user);
    conditions.compare("outstanding_tokens.session_id = ", query.session);
    match query.is_blacklisted {
        Some(true) => conditions.and("outstanding_tokens.blacklisted_at IS NOT NULL"),
        Some(false) => conditions.and("outstanding_tokens.blacklisted_at IS NULL"),
        None => {}
    }
    conditions.compare("outstanding_tokens.expires_at <= ", (query.is_expired == Some(true)).then_some(query.now));
    conditions.compare("outstanding_tokens.expires_at > ", (query.is_expired == Some(false)).then_some(query.now));
    paged::list(connection, page, list, conditions).await
}

/// The token and all that is known of it.
pub(in crate::store) async fn describe(
    connection: &mut Connection<'_>,
    jti: &Jti,
) -> sqlx::Result<Option<OutstandingToken>> {
    let row = sql::query(
        "SELECT outstanding_tokens.*, users.username FROM outstanding_tokens
         LEFT JOIN users ON users.id = outstanding_tokens.user_id WHERE jti = $1",
    )
    .bind(jti)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(described).transpose()
}

fn described(row: &Row) -> sqlx::Result<OutstandingToken> {
    let session: Option<String> = row.get("session_id")?;
    let blacklisted_at: Option<i64> = row.get("blacklisted_at")?;
    let why: Option<String> = row.get("blacklisted_why")?;
    let reason = why.as_deref().map_or(BlacklistReason::Other, BlacklistReason::parse);
    Ok(OutstandingToken {
        jti: Jti::from_text(row.get::<String>("jti")?),
        user: row.get::<Option<i64>>("user_id")?.map(UserId),
        username: row.get("username")?,
        session: session.as_deref().and_then(SessionId::parse),
        generation: rows::generation(row, "generation")?,
        created_at: Timestamp::from_millis(row.get("created_at")?),
        expires_at: Timestamp::from_millis(row.get("expires_at")?),
        blacklisted: blacklisted_at.map(|at| (Timestamp::from_millis(at), reason)),
    })
}
