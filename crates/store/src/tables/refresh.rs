//! Refreshes a token, and blacklists one. Each reads the facts, decides, and applies the decision in one transaction.

use hallpass_core::{
    clock::Timestamp,
    id::SessionId,
    rotation::{self, Decision, Facts, Presented, Refusal, RotationMode, Rule},
    session::Session,
    sessionless::{Check, Rejection, Verdict},
    store::{Blacklisting, Ending, Refresh, Refreshed, Renewed},
    token::PresentedToken,
    user::StoredCredentials,
};
use hallpass_types::EndReason;

use super::{
    bound, endings,
    locks::{LockedSession, LockedUser, Unlocked},
    outstanding,
    rows::TokenRow,
    sessionless, sessions,
};
use crate::sql::Connection;

/// Decides and applies a refresh.
pub(crate) async fn refresh(
    connection: &mut Connection<'_>,
    unlocked: Unlocked,
    refresh: &Refresh,
) -> sqlx::Result<Refreshed> {
    let (known, locked) = match locate(connection, unlocked, &refresh.token).await? {
        Located::InSession { known, locked } => (known, locked),
        Located::NoSession => return Ok(Refreshed::UnknownSession),
        Located::Sessionless { owner, .. } => return open_session(connection, refresh, owner).await,
    };
    if refresh.token.session.is_none() {
        match sessionless::decide(connection, &Check::about(&refresh.token, refresh.now, None)).await? {
            Verdict::Rejected(rejection @ (Rejection::NotImported | Rejection::OtherUser)) => {
                return Ok(Refreshed::Rejected(rejection));
            }
            // From now on the rules of rotation decide.
            Verdict::Good(_) | Verdict::Rejected(_) => {}
        }
    }
    decide(connection, refresh, locked, presented(refresh, known)).await
}

/// The rows of a presented token, locked for the transaction.
enum Located {
    /// The token belongs to a session.
    InSession { known: Option<TokenRow>, locked: LockedSession },
    /// The token names a session that does not exist.
    NoSession,
    /// The token has no session. `owner` is its user, if one exists.
    Sessionless { known: Option<TokenRow>, owner: Option<(LockedUser, StoredCredentials)> },
}

async fn locate(connection: &mut Connection<'_>, unlocked: Unlocked, token: &PresentedToken) -> sqlx::Result<Located> {
    let (known, session) = find(connection, token).await?;
    if let Some(session) = session {
        let locked = unlocked.session(connection, session).await?;
        return in_session(connection, token, known, locked).await;
    }
    let owner = match &token.user {
        Some(user) => unlocked.account(connection, user).await?,
        None => None,
    };
    if !connection.is_shared() {
        return Ok(Located::Sessionless { known, owner });
    }
    // Another transaction may have opened its session before the lock was taken.
    match (find(connection, token).await?, owner) {
        ((known, Some(session)), Some((user, _))) => {
            let locked = user.session(connection, session).await?;
            in_session(connection, token, known, locked).await
        }
        ((known, _), owner) => Ok(Located::Sessionless { known, owner }),
    }
}

async fn in_session(
    connection: &mut Connection<'_>,
    token: &PresentedToken,
    known: Option<TokenRow>,
    locked: Option<LockedSession>,
) -> sqlx::Result<Located> {
    let Some(locked) = locked else { return Ok(Located::NoSession) };
    let known = if connection.is_shared() { outstanding::find(connection, &token.jti).await? } else { known };
    Ok(Located::InSession { known, locked })
}

async fn find(
    connection: &mut Connection<'_>,
    token: &PresentedToken,
) -> sqlx::Result<(Option<TokenRow>, Option<SessionId>)> {
    let known = outstanding::find(connection, &token.jti).await?;
    let session = known.as_ref().and_then(|row| row.session).or(token.session.map(|(session, _)| session));
    Ok((known, session))
}

/// The presented token of a known session. If the token has no row, the row was deleted
/// after the token expired, so the token is not the current one.
pub(super) fn presented(refresh: &Refresh, known: Option<TokenRow>) -> Presented {
    match known {
        Some(row) => Presented { generation: row.generation, spent_at: row.blacklisted_at },
        None => Presented {
            generation: refresh.token.session.map_or(0, |(_, generation)| generation),
            spent_at: Some(Timestamp::DISTANT_PAST),
        },
    }
}

/// Opens a session for a token without a session.
async fn open_session(
    connection: &mut Connection<'_>,
    refresh: &Refresh,
    owner: Option<(LockedUser, StoredCredentials)>,
) -> sqlx::Result<Refreshed> {
    let check = Check::about(&refresh.token, refresh.now, Some(refresh.rule.clone()));
    match sessionless::decide(connection, &check).await? {
        Verdict::Good(_) => {}
        Verdict::Rejected(rejection) => return Ok(Refreshed::Rejected(rejection)),
    }
    let Some((user, account)) = owner else { return Ok(Refreshed::Rejected(Rejection::NoAccount)) };
    let session = Session::for_foreign_token(refresh, user.id());
    bound::make_room(connection, &user, refresh.max_sessions, &ending(refresh, EndReason::TooManySessions)).await?;
    let locked = sessions::insert(connection, &user, session, Some(account)).await?;
    outstanding::insert_current(connection, &locked).await?;
    let presented = Presented { generation: 0, spent_at: None };
    let refreshed = decide(connection, refresh, locked, presented).await?;
    Ok(match refreshed {
        Refreshed::Renewed(renewed) => Refreshed::Renewed(Renewed { is_new_session: true, ..renewed }),
        refused => refused,
    })
}

/// The facts that decide a refresh.
pub(super) fn facts(
    refresh: &Refresh,
    session: &Session,
    owner: Option<&StoredCredentials>,
    presented: Presented,
) -> Facts {
    Facts {
        now: refresh.now,
        grace: refresh.grace,
        mode: refresh.mode,
        session: session.facts(refresh.last_seen_generation),
        presented,
        user: refresh.rule.status(owner),
    }
}

async fn decide(
    connection: &mut Connection<'_>,
    refresh: &Refresh,
    locked: LockedSession,
    presented: Presented,
) -> sqlx::Result<Refreshed> {
    let facts = facts(refresh, locked.session(), locked.owner(), presented);
    let rule = match rotation::decide(&facts) {
        Decision::Refuse(refusal) => return Ok(refused(refusal, presented, locked)),
        Decision::Reuse => return revoke_reused(connection, refresh, presented, locked).await,
        Decision::Renew(rule) => rule,
    };
    if rule == Rule::Recover {
        outstanding::restart_grace(connection, &locked, &refresh.token.jti, refresh.now).await?;
    }
    let locked = match rule {
        Rule::Rotate => rotate(connection, refresh, locked).await?,
        Rule::Keep | Rule::Reissue | Rule::Recover => renew(connection, refresh, locked).await?,
    };
    let (session, account) = locked.into_parts();
    // `rotation::decide` never renews a session without an account.
    let account = account.ok_or(sqlx::Error::RowNotFound)?;
    Ok(Refreshed::Renewed(Renewed { session, account, rule, is_new_session: false }))
}

fn refused(refusal: Refusal, presented: Presented, locked: LockedSession) -> Refreshed {
    let session = locked.into_session();
    // Revoking a session blacklists its tokens at the same time. Only an earlier time means that the token was spent.
    let ended_at = session.end.as_ref().map(|end| end.at);
    let was_spent = presented.spent_at.is_some_and(|at| ended_at.is_none_or(|end| at < end));
    Refreshed::Refused { refusal, session, was_spent }
}

async fn renew(
    connection: &mut Connection<'_>,
    refresh: &Refresh,
    locked: LockedSession,
) -> sqlx::Result<LockedSession> {
    let expected_generation = locked.session().generation;
    let renewed = locked.map(|session| session.renewed(refresh));
    sessions::update(connection, &renewed, expected_generation).await?;
    Ok(renewed)
}

async fn rotate(
    connection: &mut Connection<'_>,
    refresh: &Refresh,
    locked: LockedSession,
) -> sqlx::Result<LockedSession> {
    let expected_generation = locked.session().generation;
    let next = locked.map(|session| session.rotated(refresh));
    sessions::update(connection, &next, expected_generation).await?;
    if refresh.mode == RotationMode::RotateAndBlacklist {
        outstanding::spend(connection, &next, &refresh.token.jti, refresh.now).await?;
    }
    outstanding::insert_current(connection, &next).await?;
    Ok(next)
}

async fn revoke_reused(
    connection: &mut Connection<'_>,
    refresh: &Refresh,
    presented: Presented,
    locked: LockedSession,
) -> sqlx::Result<Refreshed> {
    let ending = ending(refresh, EndReason::Reuse);
    endings::revoke(connection, &locked, &ending).await?;
    let (session, presented) = (locked.into_session(), presented.generation);
    Ok(Refreshed::Reused { session, end: ending.end(), presented })
}

/// The ending of a session that the refresh revokes.
fn ending(refresh: &Refresh, reason: EndReason) -> Ending {
    Ending::new(reason, refresh.now, &refresh.origin, refresh.leeway)
}

/// Blacklists a token and revokes its session.
pub(crate) async fn blacklist(
    connection: &mut Connection<'_>,
    unlocked: Unlocked,
    token: &PresentedToken,
    ending: &Ending,
) -> sqlx::Result<Blacklisting> {
    let located = locate(connection, unlocked, token).await?;
    if token.session.is_none() {
        let verdict = sessionless::decide(connection, &Check::about(token, ending.now, None)).await?;
        match (verdict, &located) {
            (Verdict::Rejected(rejection @ (Rejection::NotImported | Rejection::OtherUser)), _) => {
                return Ok(Blacklisting::Rejected(rejection));
            }
            (Verdict::Rejected(_), Located::Sessionless { .. }) => return Ok(Blacklisting::Already),
            (Verdict::Good(_) | Verdict::Rejected(_), _) => {}
        }
    }
    let was_spent = |known: &Option<TokenRow>| known.as_ref().is_some_and(|row| row.blacklisted_at.is_some());
    let (known, owner) = match located {
        Located::InSession { known, locked } => {
            let was_alive = endings::revoke(connection, &locked, ending).await?;
            return Ok(blacklisting(was_alive && !was_spent(&known)));
        }
        Located::NoSession => (outstanding::find(connection, &token.jti).await?, None),
        Located::Sessionless { known, owner } => (known, owner),
    };
    if !was_spent(&known) {
        outstanding::blacklist_alone(connection, token, owner.as_ref().map(|(user, _)| user), ending.now).await?;
    }
    Ok(blacklisting(!was_spent(&known)))
}

const fn blacklisting(was_good: bool) -> Blacklisting {
    if was_good { Blacklisting::Done } else { Blacklisting::Already }
}
