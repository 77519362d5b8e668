//! Ends sessions, one or many by the same four statements: forty thousand sessions of one user end in less than half
//! a second, in which nobody else writes to a SQLite file. See docs/decisions/0008-sessions-end-in-one-statement.md.

use hallpass_core::{id::SessionId, revocation::Revocation, store::Ending};
use hallpass_types::{EndReason, EventKind};

use super::{
    locks::{LiveSessions, LockedSession, LockedUser},
    outstanding,
    rows::reason_word,
};
use crate::sql::{self, Connection, Statement, Value};

/// Ends a session: its refresh tokens are blacklisted, and its access tokens refused wherever revocations are
/// followed. Whether it had not ended before; if it had, nothing changes.
pub(crate) async fn end(
    connection: &mut Connection<'_>,
    session: &LockedSession,
    ending: &Ending,
) -> sqlx::Result<bool> {
    let Some(live) = session.alive() else { return Ok(false) };
    end_each(connection, &live, ending).await?;
    Ok(true)
}

/// Ends all sessions of a user, but for the one to keep, and blacklists the tokens that would begin one.
pub(crate) async fn end_all_of(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    keep: Option<SessionId>,
    ending: &Ending,
) -> sqlx::Result<()> {
    outstanding::adopt_none_before(connection, std::iter::once(user), ending.now).await?;
    let live = user.live_sessions(connection, keep).await?;
    end_each(connection, &live, ending).await?;
    outstanding::blacklist_unattached(connection, user, ending.now, reason_word(ending.reason)).await
}

/// Ends sessions in one step.
pub(super) async fn end_each(
    connection: &mut Connection<'_>,
    live: &LiveSessions,
    ending: &Ending,
) -> sqlx::Result<()> {
    if live.iter().len() == 0 {
        return Ok(());
    }
    let ids = sql::json(&live.iter().map(|session| session.id.to_string()).collect::<Vec<_>>())?;
    let (end, why) = (ending.end(), reason_word(ending.reason));
    let ended = of_each(connection, END_SESSIONS, &ids).bind(end.at).bind(why).bind(&end.by);
    if u64::try_from(live.iter().len()) != Ok(ended.execute(connection).await?) {
        return Err(sqlx::Error::RowNotFound);
    }
    of_each(connection, BLACKLIST_TOKENS, &ids).bind(end.at).bind(why).execute(connection).await?;
    let leeway = i64::try_from(ending.leeway.as_millis()).unwrap_or(i64::MAX);
    let revoked = of_each(connection, INSERT_REVOCATIONS, &ids).bind(end.at).bind(why).bind(&end.by).bind(leeway);
    revoked.execute(connection).await?;
    let events = of_each(connection, INSERT_EVENTS, &ids).bind(end.at).bind(kind(ending.reason).name());
    let events = events.bind(ending.actor).bind(&ending.origin.ip).bind(&ending.origin.user_agent);
    events.execute(connection).await?;
    let until = |access_expires_at| access_expires_at + ending.leeway;
    connection.note_revoked(live.iter().map(|session| Revocation {
        session: session.id,
        end: end.clone(),
        until: until(session.access_expires_at),
    }));
    Ok(())
}

const END_SESSIONS: &str = "
    UPDATE sessions SET revoked_at = $2, revoked_why = $3, revoked_by = $4 WHERE id IN (IDS) AND revoked_at IS NULL";

const BLACKLIST_TOKENS: &str = "
    UPDATE outstanding_tokens SET blacklisted_at = $2, blacklisted_why = $3
    WHERE session_id IN (IDS) AND blacklisted_at IS NULL";

const INSERT_REVOCATIONS: &str = "
    INSERT INTO revocations (session_id, at, why, by, until)
    SELECT id, $2, $3, $4, access_expires_at + $5 FROM sessions WHERE id IN (IDS)";

/// Both places are kept: after a reuse, one of the two is not the owner's.
const INSERT_EVENTS: &str = "
    INSERT INTO security_events (at, kind, user_id, session_id, actor_id, address, user_agent, other_address,
        other_user_agent)
    SELECT $2, $3, user_id, id, $4, $5, $6, address, user_agent FROM sessions WHERE id IN (IDS)";

/// A statement about the sessions whose ids are the first value, as JSON.
fn of_each<'v>(connection: &Connection<'_>, sql: &'static str, ids: &'v str) -> Statement<'v> {
    let each = if connection.is_shared() {
        "SELECT value FROM json_array_elements_text(CAST($1 AS json))"
    } else {
        "SELECT value FROM json_each($1)"
    };
    Statement::assembled(sql.replace("IDS", each), vec![Value::from(ids)])
}

const fn kind(reason: EndReason) -> EventKind {
    match reason {
        EndReason::Reuse => EventKind::TokenReused,
        EndReason::SignedOut => EventKind::SignedOut,
        EndReason::Revoked
        | EndReason::PasswordChanged
        | EndReason::UserDeactivated
        | EndReason::Expired
        | EndReason::TooManySessions => EventKind::SessionEnded,
    }
}
