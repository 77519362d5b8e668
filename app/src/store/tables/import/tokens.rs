//! Refresh tokens of another database, by name. One that is blacklisted on either side stays so.

use crate::{
    auth::{
        clock::Timestamp,
        id::SessionId,
        import::{Change, ForeignToken, Outcome, Reason},
        store::Ending,
    },
    store::{
        sql::{self, Connection},
        tables::{outstanding, rows::TokenRow, sessions},
    },
    wire::EndReason,
};

/// Brings one token.
pub(super) async fn import(
    connection: &mut Connection<'_>,
    token: &ForeignToken,
    ending: &Ending,
) -> sqlx::Result<Outcome> {
    let refusal = refusal_of(connection, token).await?;
    let blacklisted_at = token.blacklisted_at.or(refusal.map(|_| ending.now));
    if insert(connection, token, blacklisted_at, ending.now).await? {
        let reasons = refusal.filter(|_| token.blacklisted_at.is_none());
        return Ok(Outcome { change: Change::Added, reasons: reasons.into_iter().collect() });
    }
    let known = outstanding::find(connection, &token.jti).await?;
    let change = match (known, blacklisted_at) {
        (Some(TokenRow { blacklisted_at: None, session, .. }), Some(at)) => {
            blacklist(connection, token, at).await?;
            end_session(connection, session, ending).await?;
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
    now: Timestamp,
) -> sqlx::Result<bool> {
    let written = sql::query(
        "INSERT INTO outstanding_tokens
             (jti, user_id, generation, created_at, expires_at, blacklisted_at, blacklisted_why)
         VALUES ($1, $2, 0, $3, $4, $5, $6) ON CONFLICT (jti) DO NOTHING",
    )
    .bind(&token.jti)
    .bind(token.user)
    .bind(token.created_at.unwrap_or(now).millis())
    .bind(token.expires_at)
    .bind(blacklisted_at)
    .bind(blacklisted_at.map(|_| "imported"))
    .execute(connection)
    .await?;
    Ok(written == 1)
}

async fn blacklist(connection: &mut Connection<'_>, token: &ForeignToken, at: Timestamp) -> sqlx::Result<()> {
    sql::query("UPDATE outstanding_tokens SET blacklisted_at = $1, blacklisted_why = 'imported' WHERE jti = $2")
        .bind(at)
        .bind(&token.jti)
        .execute(connection)
        .await
        .map(drop)
}

/// A token that was refreshed here before it was blacklisted there belongs to a session by now.
async fn end_session(connection: &mut Connection<'_>, session: Option<SessionId>, ending: &Ending) -> sqlx::Result<()> {
    let Some(session) = session else { return Ok(()) };
    match sessions::find(connection, session).await? {
        Some(found) if found.session.end.is_none() => {
            let ending = Ending { reason: EndReason::Revoked, ..ending.clone() };
            sessions::end(connection, &found.session, &ending).await.map(drop)
        }
        Some(_) | None => Ok(()),
    }
}
