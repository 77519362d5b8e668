//! Imported refresh tokens, by `jti`. A token that is blacklisted on either side is blacklisted.

use std::collections::{HashMap, HashSet};

use hallpass_core::{
    clock::Timestamp,
    id::{SessionId, UserId},
    import::{Change, ForeignToken, Outcome, Reason},
    store::Ending,
};
use hallpass_types::EndReason;
use serde::Serialize;

use crate::{
    sql::{self, Connection},
    tables::{
        endings,
        locks::{LockedSession, LockedUsers},
    },
};

/// A token as the statements read it.
#[derive(Serialize)]
struct Imported<'t> {
    jti: &'t str,
    user: Option<i64>,
    created_at: i64,
    expires_at: i64,
    blacklisted_at: Option<i64>,
    #[serde(skip)]
    reason: Option<Reason>,
}

/// Locks the sessions of tokens that were refreshed here before.
pub(super) async fn lock_sessions(
    connection: &mut Connection<'_>,
    owners: &LockedUsers,
    tokens: &[ForeignToken],
) -> sqlx::Result<HashMap<SessionId, LockedSession>> {
    let select = "SELECT session_id FROM outstanding_tokens WHERE session_id IS NOT NULL AND jti IN (TEXTS)";
    let statement = sql::query_list(connection, select, tokens.iter().map(|token| token.jti.as_str()))?;
    let ids: Vec<_> = statement.list(connection, |row| row.get("session_id")).await?;
    owners.sessions(connection, ids.into_iter()).await
}

/// Imports a batch of tokens. Their owners and their sessions are locked.
pub(super) async fn import(
    connection: &mut Connection<'_>,
    owners: &LockedUsers,
    sessions: &HashMap<SessionId, LockedSession>,
    tokens: &[ForeignToken],
    ending: &Ending,
) -> sqlx::Result<Vec<Outcome>> {
    let created_here = find_created_here(connection, tokens).await?;
    let tokens: Vec<_> = tokens.iter().map(|token| Imported::new(token, &created_here, ending.now)).collect();
    let added = insert(connection, &tokens).await?;
    let known = tokens.iter().filter(|token| token.blacklisted_at.is_some() && !added.contains(token.jti));
    let updated = find_usable(connection, known).await?;
    revoke_sessions(connection, sessions, updated.values().flatten(), ending).await?;
    blacklist(connection, owners, tokens.iter().filter(|token| updated.contains_key(token.jti))).await?;
    let outcome = |token: &Imported<'_>| match (added.contains(token.jti), updated.contains_key(token.jti)) {
        (true, _) => Outcome { change: Change::Added, reasons: token.reason.into_iter().collect() },
        (false, true) => Outcome::of(Change::Updated),
        (false, false) => Outcome::of(Change::Unchanged),
    };
    Ok(tokens.iter().map(outcome).collect())
}

impl<'t> Imported<'t> {
    /// Blacklists a token that must not be accepted: signed with the shared key, it would open the account of another user
    /// with the same id.
    fn new(token: &'t ForeignToken, created_here: &HashSet<i64>, now: Timestamp) -> Self {
        let reason = match token.user {
            None => Some(Reason::UserDeleted),
            Some(UserId(user)) => created_here.contains(&user).then_some(Reason::UserCreatedHere),
        };
        let blacklisted_at = token.blacklisted_at.or(reason.map(|_| now));
        Self {
            jti: token.jti.as_str(),
            user: token.user.map(|user| user.0),
            // A token without a creation time counts as older than every other.
            created_at: token.created_at.unwrap_or(Timestamp::EPOCH).millis(),
            expires_at: token.expires_at.millis(),
            blacklisted_at: blacklisted_at.map(Timestamp::millis),
            reason: reason.filter(|_| token.blacklisted_at.is_none()),
        }
    }
}

/// The users of the tokens that were created here and not imported.
async fn find_created_here(connection: &mut Connection<'_>, tokens: &[ForeignToken]) -> sqlx::Result<HashSet<i64>> {
    let select = "SELECT id FROM users WHERE id IN (NUMBERS)
         AND NOT EXISTS (SELECT 1 FROM imported_users WHERE imported_users.user_id = users.id)";
    let users = tokens.iter().filter_map(|token| token.user).map(|user| user.0);
    sql::query_list(connection, select, users)?.list(connection, |row| row.get("id")).await
}

/// Inserts the tokens that are not known, and returns their `jti`.
async fn insert(connection: &mut Connection<'_>, tokens: &[Imported<'_>]) -> sqlx::Result<HashSet<String>> {
    let insert = "
        INSERT INTO outstanding_tokens
            (jti, user_id, generation, created_at, expires_at, blacklisted_at, blacklisted_why)
        SELECT value ->> 'jti', CAST(value ->> 'user' AS bigint), 0, CAST(value ->> 'created_at' AS bigint),
            CAST(value ->> 'expires_at' AS bigint), CAST(value ->> 'blacklisted_at' AS bigint),
            CASE WHEN value ->> 'blacklisted_at' IS NOT NULL THEN 'imported' END
        FROM ROWS WHERE true ON CONFLICT (jti) DO NOTHING RETURNING jti";
    sql::query_list(connection, insert, tokens)?.list(connection, |row| row.get("jti")).await
}

/// Those of the tokens that are not blacklisted, with their sessions.
async fn find_usable<'t>(
    connection: &mut Connection<'_>,
    tokens: impl Iterator<Item = &'t Imported<'t>>,
) -> sqlx::Result<HashMap<String, Option<SessionId>>> {
    let select = "SELECT jti, session_id FROM outstanding_tokens WHERE blacklisted_at IS NULL AND jti IN (TEXTS)";
    let statement = sql::query_list(connection, select, tokens.map(|token| token.jti))?;
    statement.list(connection, |row| Ok((row.get("jti")?, row.get("session_id")?))).await
}

/// Revokes the sessions of tokens that were refreshed here before they were blacklisted there.
async fn revoke_sessions(
    connection: &mut Connection<'_>,
    locked: &HashMap<SessionId, LockedSession>,
    sessions: impl Iterator<Item = &SessionId>,
    ending: &Ending,
) -> sqlx::Result<()> {
    let sessions: HashSet<_> = sessions.collect();
    // A session that was opened after the others were locked is missing: the batch runs again.
    let sessions = sessions.into_iter().map(|session| locked.get(session).ok_or(sqlx::Error::RowNotFound));
    let sessions = sessions.collect::<sqlx::Result<Vec<_>>>()?;
    let ending = Ending { reason: EndReason::Revoked, ..ending.clone() };
    endings::revoke_locked(connection, sessions.into_iter(), &ending).await
}

async fn blacklist<'t>(
    connection: &mut Connection<'_>,
    _: &LockedUsers,
    tokens: impl Iterator<Item = &'t Imported<'t>>,
) -> sqlx::Result<()> {
    let update = "
        UPDATE outstanding_tokens
        SET blacklisted_at = CAST(token.value ->> 'blacklisted_at' AS bigint), blacklisted_why = 'imported'
        FROM ROWS AS token WHERE outstanding_tokens.jti = token.value ->> 'jti'";
    sql::query_list(connection, update, tokens)?.run(connection).await
}
