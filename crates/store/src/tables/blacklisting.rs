//! Blacklists refresh tokens for an administrator.

use std::collections::HashMap;

use hallpass_core::{
    administration::{self, Denial},
    id::{Jti, SessionId, UserId},
    store::AdminAction,
};
use hallpass_types::{EndReason, EventKind};

use super::{
    endings,
    locks::{GlobalLock, LockedUsers},
    users,
};
use crate::{
    sql::{self, Connection, Row},
    work::Rollback,
};

/// The owner and the session of a token.
struct Holder {
    owner: Option<UserId>,
    session: Option<SessionId>,
}

/// Blacklists each of these tokens and revokes its session, or denies all.
pub(crate) async fn blacklist_all(
    connection: &mut Connection<'_>,
    lock: GlobalLock,
    jtis: &[Jti],
    action: &AdminAction,
) -> Result<(), Rollback> {
    let actor = users::find(connection, action.actor).await?;
    administration::check_staff(actor.as_ref())?;
    let holders = find_holders(connection, jtis).await?;
    let owners = lock.users(connection, holders.iter().filter_map(|holder| holder.owner)).await?;
    // Read again: from here on, a locked owner opens no session with one of the tokens.
    let holders = find_holders(connection, jtis).await?;
    let sessions = owners.sessions(connection, holders.iter().filter_map(|holder| holder.session)).await?;
    for owner in holders.iter().filter_map(|holder| holder.owner) {
        // The user may have been deleted. Then any administrator may blacklist the token.
        if let Some(target) = users::find(connection, owner).await? {
            administration::check_touch(actor.as_ref(), Some(target))?;
        }
    }
    record(connection, jtis, action).await?;
    blacklist(connection, &owners, jtis, action).await?;
    Ok(endings::revoke_locked(connection, sessions.values(), &action.ending(EndReason::Revoked)).await?)
}

/// The holders of the tokens, in the same order.
async fn find_holders(connection: &mut Connection<'_>, jtis: &[Jti]) -> Result<Vec<Holder>, Rollback> {
    let select = "SELECT jti, user_id, session_id FROM outstanding_tokens WHERE jti IN (TEXTS)";
    let mut holders: HashMap<_, _> = sql::query_list(connection, select, texts(jtis))?.list(connection, holder).await?;
    let in_order = jtis.iter().map(|jti| holders.remove(jti.as_str()).ok_or(Denial::NotFound.into()));
    in_order.collect()
}

fn holder(row: &Row) -> sqlx::Result<(String, Holder)> {
    Ok((row.get("jti")?, Holder { owner: row.get("user_id")?, session: row.get("session_id")? }))
}

/// Records an event for each token whose user exists.
async fn record(connection: &mut Connection<'_>, jtis: &[Jti], action: &AdminAction) -> sqlx::Result<()> {
    let insert = "
        INSERT INTO security_events (at, kind, user_id, session_id, actor_id, address, user_agent)
        SELECT $2, $3, user_id, session_id, $4, $5, $6 FROM outstanding_tokens
        WHERE jti IN (TEXTS) AND EXISTS (SELECT 1 FROM users WHERE users.id = outstanding_tokens.user_id)";
    sql::query_list(connection, insert, texts(jtis))?
        .bind(action.now)
        .bind(EventKind::TokenRevoked.name())
        .bind(action.actor)
        .bind(&action.origin.ip)
        .bind(&action.origin.user_agent)
        .run(connection)
        .await
}

/// Blacklists the tokens. One that was blacklisted before keeps its reason.
async fn blacklist(
    connection: &mut Connection<'_>,
    _: &LockedUsers,
    jtis: &[Jti],
    action: &AdminAction,
) -> sqlx::Result<()> {
    let update = "UPDATE outstanding_tokens SET blacklisted_at = $2, blacklisted_why = 'revoked'
         WHERE jti IN (TEXTS) AND blacklisted_at IS NULL";
    sql::query_list(connection, update, texts(jtis))?.bind(action.now).run(connection).await
}

/// The tokens as a list for SQL. No stored text contains a NUL, which JSON cannot pass to PostgreSQL.
fn texts(jtis: &[Jti]) -> impl Iterator<Item = &str> {
    jtis.iter().map(Jti::as_str).filter(|jti| !jti.contains('\0'))
}
