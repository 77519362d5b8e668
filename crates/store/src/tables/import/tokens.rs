//! Refresh tokens of another database, by name. One that is blacklisted on either side stays so.

use std::collections::HashMap;

use hallpass_core::{
    clock::Timestamp,
    id::SessionId,
    import::{Change, ForeignToken, Outcome, Reason},
    store::Ending,
};
use hallpass_types::EndReason;

use crate::{
    sql::{self, Connection},
    tables::{
        endings,
        locks::{LockedSession, LockedUsers},
        outstanding,
        rows::TokenRow,
    },
};

/// The sessions that tokens belong to which were refreshed here before.
pub(super) async fn lock_sessions(
    connection: &mut Connection<'_>,
    owners: &LockedUsers,
    tokens: &[ForeignToken],
) -> sqlx::Result<HashMap<SessionId, LockedSession>> {
    let jtis = sql::json(&tokens.iter().map(|token| token.jti.as_str()).collect::<Vec<_>>())?;
    let statement = sql::query_either(
        connection,
        "SELECT session_id FROM outstanding_tokens
         WHERE session_id IS NOT NULL AND jti IN (SELECT value FROM json_each($1))",
        "SELECT session_id FROM outstanding_tokens
         WHERE session_id IS NOT NULL AND jti IN (SELECT value FROM json_array_elements_text(CAST($1 AS json)))",
    );
    let found = statement.bind(jtis).fetch_all(connection).await?;
    let ids = found.iter().map(|row| row.get::<String>("session_id")).collect::<sqlx::Result<Vec<_>>>()?;
    owners.sessions(connection, ids.iter().filter_map(|id| SessionId::parse(id))).await
}

/// Brings one token. Its owner is locked, and its session.
pub(super) async fn import(
    connection: &mut Connection<'_>,
    owners: &LockedUsers,
    sessions: &HashMap<SessionId, LockedSession>,
    token: &ForeignToken,
    ending: &Ending,
) -> sqlx::Result<Outcome> {
    let refusal = refusal_of(connection, token).await?;
    let blacklisted_at = token.blacklisted_at.or(refusal.map(|_| ending.now));
    if insert(connection, token, blacklisted_at).await? {
        let reasons = refusal.filter(|_| token.blacklisted_at.is_none());
        return Ok(Outcome { change: Change::Added, reasons: reasons.into_iter().collect() });
    }
    let known = outstanding::find(connection, &token.jti).await?;
    let change = match (known, blacklisted_at) {
        (Some(TokenRow { blacklisted_at: None, session, .. }), Some(at)) => {
            end_session(connection, sessions, session, ending).await?;
            blacklist(connection, owners, token, at).await?;
            Change::Updated
        }
        (Some(_) | None, _) => Change::Unchanged,
    };
    Ok(Outcome::of(change))
}

/// Why a token must not be good here: signed with our key, it would open the account of whoever has the
/// number that it names.
async fn refusal_of(connection: &mut Connection<'_>, token: &ForeignToken) -> sqlx::Result<Option<Reason>> {
    let Some(user) = token.user else {
        return Ok(Some(Reason::OfNobody));
    };
    let is_made_here: bool = sql::query(
        "SELECT EXISTS (SELECT 1 FROM users WHERE id = $1)
             AND NOT EXISTS (SELECT 1 FROM imported_users WHERE user_id = $1)",
    )
    .bind(user)
    .fetch_value(connection)
    .await?;
    Ok(is_made_here.then_some(Reason::OfAnotherUser))
}

/// Whether it was not known.
async fn insert(
    connection: &mut Connection<'_>,
    token: &ForeignToken,
    blacklisted_at: Option<Timestamp>,
) -> sqlx::Result<bool> {
    let written = sql::query(
        "INSERT INTO outstanding_tokens
             (jti, user_id, generation, created_at, expires_at, blacklisted_at, blacklisted_why)
         VALUES ($1, $2, 0, $3, $4, $5, $6) ON CONFLICT (jti) DO NOTHING",
    )
    .bind(&token.jti)
    .bind(token.user)
    // Without one it is older than everything.
    .bind(token.created_at.unwrap_or(Timestamp::EPOCH))
    .bind(token.expires_at)
    .bind(blacklisted_at)
    .bind(blacklisted_at.map(|_| "imported"))
    .execute(connection)
    .await?;
    Ok(written == 1)
}

async fn blacklist(
    connection: &mut Connection<'_>,
    _: &LockedUsers,
    token: &ForeignToken,
    at: Timestamp,
) -> sqlx::Result<()> {
    sql::query("UPDATE outstanding_tokens SET blacklisted_at = $1, blacklisted_why = 'imported' WHERE jti = $2")
        .bind(at)
        .bind(&token.jti)
        .execute(connection)
        .await
        .map(drop)
}

/// A token that was refreshed here before it was blacklisted there belongs to a session by now.
async fn end_session(
    connection: &mut Connection<'_>,
    sessions: &HashMap<SessionId, LockedSession>,
    session: Option<SessionId>,
    ending: &Ending,
) -> sqlx::Result<()> {
    let Some(session) = session else { return Ok(()) };
    // A session that began after the others were locked: the import is run again.
    let session = sessions.get(&session).ok_or(sqlx::Error::RowNotFound)?;
    endings::end(connection, session, &Ending { reason: EndReason::Revoked, ..ending.clone() }).await.map(drop)
}
