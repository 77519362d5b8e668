//! Rotates many tokens at once. The single writer of a SQLite file reads the facts of all queued refreshes with one statement
//! and writes their results with three, because a statement costs more than the rows it handles.

use std::collections::HashSet;

use hallpass_core::{
    rotation::{self, Decision, RotationMode, Rule},
    session::Session,
    store::{Refresh, Renewed},
    user::StoredCredentials,
};
use serde::Serialize;

use super::{
    refresh,
    rows::{self, TokenRow},
};
use crate::sql::{self, Connection, Row};

/// Applies those of the refreshes that are plain rotations, and returns their sessions. [`refresh`](refresh::refresh) decides
/// the others one by one: a spent or unknown token, an ended session, the second of two refreshes of one session.
///
/// # Errors
/// When a statement fails or a row changed since it was read. The caller rolls back.
pub(crate) async fn rotate(
    connection: &mut Connection<'_>,
    refreshes: &[&Refresh],
) -> sqlx::Result<Vec<Option<Renewed>>> {
    let mut rotated: Vec<Option<Renewed>> = vec![None; refreshes.len()];
    if refreshes.is_empty() {
        return Ok(rotated);
    }
    let mut taken = HashSet::with_capacity(refreshes.len());
    for row in find(connection, refreshes).await? {
        let place: usize = row.get("place")?;
        let (Some(refresh), Some(rotated)) = (refreshes.get(place), rotated.get_mut(place)) else { continue };
        let known = rows::known_token(&row)?;
        let (session, owner) = (rows::session(&row)?, rows::owner(&row)?);
        // The first refresh of a session is decided first.
        let is_first = taken.insert(session.id);
        if let Some(account) = owner.filter(|owner| is_first && is_plain(refresh, &session, owner, known)) {
            let session = session.rotated(refresh);
            *rotated = Some(Renewed { session, account, rule: Rule::Rotate, is_new_session: false });
        }
    }
    let pairs = refreshes.iter().zip(&rotated);
    let written: Vec<_> =
        pairs.filter_map(|(refresh, next)| Some(Written::new(refresh, &next.as_ref()?.session))).collect();
    if !written.is_empty() {
        write(connection, &written).await?;
    }
    Ok(rotated)
}

/// Reads the presented tokens with their sessions and the accounts of these.
async fn find(connection: &mut Connection<'_>, refreshes: &[&Refresh]) -> sqlx::Result<Vec<Row>> {
    let names: Vec<&str> = refreshes.iter().map(|refresh| refresh.token.jti.as_str()).collect();
    sql::query(
        "SELECT asked.key AS place, outstanding_tokens.generation AS token_generation,
             outstanding_tokens.blacklisted_at AS token_blacklisted_at, sessions.*, users.username, users.email,
             users.password, users.is_active, users.is_staff, users.is_superuser, users.date_joined,
             users.last_login
         FROM json_each($1) AS asked CROSS JOIN outstanding_tokens ON outstanding_tokens.jti = asked.value
             CROSS JOIN sessions ON sessions.id = outstanding_tokens.session_id
             LEFT JOIN users ON users.id = sessions.user_id",
    )
    .bind(sql::json(&names)?)
    .fetch_all(connection)
    .await
}

fn is_plain(refresh: &Refresh, session: &Session, owner: &StoredCredentials, known: TokenRow) -> bool {
    let is_ours = refresh.token.session.is_some();
    let facts = refresh::facts(refresh, session, Some(owner), refresh::presented(refresh, Some(known)));
    is_ours
        && refresh.mode == RotationMode::RotateAndBlacklist
        && rotation::decide(&facts) == Decision::Renew(Rule::Rotate)
}

/// A rotation as the statements read it.
#[derive(Serialize)]
struct Written<'r> {
    session: String,
    user: i64,
    generation: u32,
    jti: &'r str,
    issued_at: i64,
    expires_at: i64,
    last_seen: u32,
    refreshed_at: i64,
    access_expires_at: i64,
    address: Option<&'r str>,
    user_agent: Option<&'r str>,
    spent: &'r str,
    spent_at: i64,
}

impl<'r> Written<'r> {
    fn new(refresh: &'r Refresh, next: &'r Session) -> Self {
        Self {
            session: next.id.to_string(),
            user: next.user.0,
            generation: next.generation,
            jti: next.current.jti.as_str(),
            issued_at: next.current.issued_at.millis(),
            expires_at: next.current.expires_at.millis(),
            last_seen: next.last_seen_generation,
            refreshed_at: next.refreshed_at.millis(),
            access_expires_at: next.access_expires_at.millis(),
            address: next.origin.ip.as_deref(),
            user_agent: next.origin.user_agent.as_deref(),
            spent: refresh.token.jti.as_str(),
            spent_at: refresh.now.millis(),
        }
    }
}

/// Each statement must write one row per rotation. The write lock excludes changes since the rows were read, and the row
/// counts verify it.
async fn write(connection: &mut Connection<'_>, rotations: &[Written<'_>]) -> sqlx::Result<()> {
    let rows = sql::json(rotations)?;
    for statement in [RENEW_SESSIONS, SPEND_TOKENS, INSERT_SUCCESSORS] {
        sql::query(statement).bind(rows.as_str()).run_on(connection, rotations.len()).await?;
    }
    Ok(())
}

const RENEW_SESSIONS: &str = "
    UPDATE sessions SET generation = new.value ->> 'generation', current_jti = new.value ->> 'jti',
        current_issued_at = new.value ->> 'issued_at', current_expires_at = new.value ->> 'expires_at',
        last_seen_gen = new.value ->> 'last_seen', refreshed_at = new.value ->> 'refreshed_at',
        access_expires_at = new.value ->> 'access_expires_at', address = new.value ->> 'address',
        user_agent = new.value ->> 'user_agent'
    FROM jsonb_each($1) AS new
    WHERE sessions.id = new.value ->> 'session' AND sessions.generation = (new.value ->> 'generation') - 1
        AND sessions.revoked_at IS NULL";

const SPEND_TOKENS: &str = "
    UPDATE outstanding_tokens SET blacklisted_at = new.value ->> 'spent_at', blacklisted_why = 'rotated'
    FROM jsonb_each($1) AS new
    WHERE outstanding_tokens.jti = new.value ->> 'spent' AND outstanding_tokens.blacklisted_at IS NULL";

const INSERT_SUCCESSORS: &str = "
    INSERT INTO outstanding_tokens (jti, session_id, user_id, generation, created_at, expires_at)
    SELECT value ->> 'jti', value ->> 'session', value ->> 'user', value ->> 'generation', value ->> 'issued_at',
        value ->> 'expires_at'
    FROM jsonb_each($1)";
