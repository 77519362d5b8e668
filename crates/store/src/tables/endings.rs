//! Revokes sessions, one or many with the same four statements. 40,000 sessions take less than half a second, during which
//! no other write to a SQLite file runs. See docs/decisions/0008-sessions-end-in-one-statement.md.

use hallpass_core::{id::SessionId, revocation::Revocation, store::Ending};
use hallpass_types::{EndReason, EventKind};

use super::{
    locks::{LiveSessions, LockedSession, LockedUser},
    outstanding,
};
use crate::sql::{self, Connection};

/// Revokes a session: blacklists its refresh tokens and publishes the revocation for its access tokens. Returns `false` and
/// writes nothing if the session had ended.
pub(crate) async fn revoke(
    connection: &mut Connection<'_>,
    session: &LockedSession,
    ending: &Ending,
) -> sqlx::Result<bool> {
    let has_ended = session.session().end.is_some();
    revoke_locked(connection, std::iter::once(session), ending).await?;
    Ok(!has_ended)
}

/// Revokes those of the sessions that are open.
pub(super) async fn revoke_locked<'l>(
    connection: &mut Connection<'_>,
    sessions: impl Iterator<Item = &'l LockedSession>,
    ending: &Ending,
) -> sqlx::Result<()> {
    revoke_each(connection, &LiveSessions::of(sessions), ending).await
}

/// Revokes all sessions of a user, except the one to keep, and blacklists the imported tokens that would open one.
pub(crate) async fn revoke_all_of(
    connection: &mut Connection<'_>,
    user: &LockedUser,
    keep: Option<SessionId>,
    ending: &Ending,
) -> sqlx::Result<()> {
    outstanding::adopt_none_before(connection, std::iter::once(user), ending.now).await?;
    let live = user.live_sessions(connection, keep).await?;
    revoke_each(connection, &live, ending).await?;
    outstanding::blacklist_unattached(connection, user, ending.now, ending.reason.into()).await
}

/// Revokes open sessions.
pub(super) async fn revoke_each(
    connection: &mut Connection<'_>,
    live: &LiveSessions,
    ending: &Ending,
) -> sqlx::Result<()> {
    if live.iter().len() == 0 {
        return Ok(());
    }
    let ids: Vec<_> = live.iter().map(|session| session.id.to_string()).collect();
    let (end, why) = (ending.end(), <&str>::from(ending.reason));
    let ended = sql::query_list(connection, END_SESSIONS, &ids)?.bind(end.at).bind(why).bind(&end.by);
    ended.run_on(connection, ids.len()).await?;
    sql::query_list(connection, BLACKLIST_TOKENS, &ids)?.bind(end.at).bind(why).run(connection).await?;
    let leeway = i64::try_from(ending.leeway.as_millis()).unwrap_or(i64::MAX);
    let revoked = sql::query_list(connection, INSERT_REVOCATIONS, &ids)?;
    revoked.bind(end.at).bind(why).bind(&end.by).bind(leeway).run(connection).await?;
    let events = sql::query_list(connection, INSERT_EVENTS, &ids)?.bind(end.at).bind(kind(ending.reason).name());
    let events = events.bind(ending.actor).bind(&ending.origin.ip).bind(&ending.origin.user_agent);
    events.run(connection).await?;
    connection.note_revoked(live.iter().map(|session| Revocation {
        session: session.id,
        end: end.clone(),
        until: session.access_expires_at + ending.leeway,
    }));
    Ok(())
}

const END_SESSIONS: &str = "
    UPDATE sessions SET revoked_at = $2, revoked_why = $3, revoked_by = $4 WHERE id IN (TEXTS) AND revoked_at IS NULL";

const BLACKLIST_TOKENS: &str = "
    UPDATE outstanding_tokens SET blacklisted_at = $2, blacklisted_why = $3
    WHERE session_id IN (TEXTS) AND blacklisted_at IS NULL";

const INSERT_REVOCATIONS: &str = "
    INSERT INTO revocations (session_id, at, why, by, until)
    SELECT id, $2, $3, $4, access_expires_at + $5 FROM sessions WHERE id IN (TEXTS)";

/// Records both clients: after a reuse, one of them is not the user's.
const INSERT_EVENTS: &str = "
    INSERT INTO security_events (at, kind, user_id, session_id, actor_id, address, user_agent, other_address,
        other_user_agent)
    SELECT $2, $3, user_id, id, $4, $5, $6, address, user_agent FROM sessions WHERE id IN (TEXTS)";

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
