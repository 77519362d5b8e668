//! One refresh, and blacklisting a token: the facts are read, the decision is made and carried out, all inside the
//! transaction that the writer holds.

use super::{
    bound, endings, import,
    locks::{LockedSession, LockedUser, Unlocked},
    outstanding,
    rows::TokenRow,
    sessions, users,
};
use crate::{
    auth::{
        clock::Timestamp,
        id::SessionId,
        rotation::{self, Decision, Facts, Presented, UserStanding},
        session::Session,
        store::{Blacklisting, Ending, PresentedToken, Refresh, Refreshed, RotationMode},
        user::StoredCredentials,
    },
    store::sql::Connection,
    wire::EndReason,
};

/// Decides a refresh and carries it out.
pub(in crate::store) async fn refresh(
    connection: &mut Connection<'_>,
    unlocked: Unlocked,
    refresh: &Refresh,
) -> sqlx::Result<Refreshed> {
    let (known, locked) = match locate(connection, unlocked, &refresh.token).await? {
        Located::InSession { known, locked } => (known, locked),
        Located::NoSession => return Ok(Refreshed::UnknownSession),
        Located::Alone { known, owner } => return adopt(connection, refresh, known, owner).await,
    };
    // A `jti` is not all that a token of another issuer has to share with the one that is known.
    if refresh.token.lineage.is_none() {
        let named = find_named(connection, &refresh.token).await?;
        if named.is_none_or(|named| named.user.id != locked.session().user) {
            return Ok(Refreshed::UnknownSession);
        }
    }
    decide(connection, refresh, locked, presented(refresh, known)).await
}

/// A token, as it stands now that nobody else changes it.
enum Located {
    /// It belongs to a session.
    InSession { known: Option<TokenRow>, locked: LockedSession },
    /// It names a session that does not exist.
    NoSession,
    /// It belongs to no session, and to this user, if to anybody.
    Alone { known: Option<TokenRow>, owner: Option<(LockedUser, StoredCredentials)> },
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
        return Ok(Located::Alone { known, owner });
    }
    // Somebody else may have begun its session in between.
    match (find(connection, token).await?, owner) {
        ((known, Some(session)), Some((user, _))) => {
            let locked = user.session(connection, session).await?;
            in_session(connection, token, known, locked).await
        }
        ((known, _), owner) => Ok(Located::Alone { known, owner }),
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
    let session = known.as_ref().and_then(|row| row.session).or(token.lineage.map(|(session, _)| session));
    Ok((known, session))
}

/// A token of a known session. One that the database does not know by name was issued and forgotten:
/// whatever it is, it is not the current one.
pub(super) fn presented(refresh: &Refresh, known: Option<TokenRow>) -> Presented {
    match known {
        Some(row) => Presented { generation: row.generation, spent_at: row.blacklisted_at },
        None => Presented {
            generation: refresh.token.lineage.map_or(0, |(_, generation)| generation),
            spent_at: Some(Timestamp::DISTANT_PAST),
        },
    }
}

/// A session for a token of another issuer with the same key.
async fn adopt(
    connection: &mut Connection<'_>,
    refresh: &Refresh,
    known: Option<TokenRow>,
    owner: Option<(LockedUser, StoredCredentials)>,
) -> sqlx::Result<Refreshed> {
    if known.is_some_and(|row| row.blacklisted_at.is_some()) {
        return Ok(Refreshed::Blacklisted);
    }
    let owner = match owner {
        Some(owner) if import::may_be_theirs(connection, owner.0.id()).await? => Some(owner),
        Some(_) | None => None,
    };
    let standing = refresh.rule.standing(owner.as_ref().map(|(_, account)| account));
    let (user, account) = match (standing, owner) {
        (UserStanding::Active, Some(owner)) => owner,
        (UserStanding::PasswordChanged, _) => return Ok(Refreshed::PasswordChanged),
        (UserStanding::Active | UserStanding::Inactive | UserStanding::Gone, _) => {
            return Ok(Refreshed::NoActiveAccount);
        }
    };
    if !users::adopts(connection, &user, refresh.token.issued_at).await? {
        return Ok(Refreshed::Blacklisted);
    }
    let session = Session::adopting(refresh, user.id());
    bound::make_room(connection, &user, refresh.max_sessions, &ending(refresh, EndReason::TooManySessions)).await?;
    let locked = sessions::insert(connection, &user, session, Some(account)).await?;
    outstanding::insert_current(connection, &locked).await?;
    decide(connection, refresh, locked, Presented { generation: 0, spent_at: None }).await
}

async fn find_named(
    connection: &mut Connection<'_>,
    token: &PresentedToken,
) -> sqlx::Result<Option<StoredCredentials>> {
    match &token.user {
        Some(user) => users::find_account(connection, user).await,
        None => Ok(None),
    }
}

/// What a refresh is decided on.
pub(super) fn facts(
    refresh: &Refresh,
    session: &Session,
    owner: Option<&StoredCredentials>,
    presented: Presented,
) -> Facts {
    Facts {
        now: refresh.now,
        grace: refresh.grace,
        session: session.facts(refresh.last_seen_generation),
        presented,
        user: refresh.rule.standing(owner),
    }
}

async fn decide(
    connection: &mut Connection<'_>,
    refresh: &Refresh,
    locked: LockedSession,
    presented: Presented,
) -> sqlx::Result<Refreshed> {
    let facts = facts(refresh, locked.session(), locked.owner(), presented);
    match (rotation::decide(&facts), refresh.mode) {
        (Decision::Refuse(refusal), _) => {
            let session = locked.into_session();
            // The end of a session takes its tokens back at the same moment: that is not what spent them.
            let ended_at = session.end.as_ref().map(|end| end.at);
            let was_spent = presented.spent_at.is_some_and(|at| ended_at.is_none_or(|end| at < end));
            Ok(Refreshed::Refused { refusal, session, was_spent })
        }
        (Decision::Rotate, RotationMode::Keep) => renew(connection, refresh, locked).await.map(Refreshed::Kept),
        (Decision::Rotate, RotationMode::Rotate | RotationMode::RotateAndBlacklist) => {
            rotate(connection, refresh, locked).await.map(Refreshed::Current)
        }
        (Decision::Reissue, _) => renew(connection, refresh, locked).await.map(Refreshed::Current),
        (Decision::Recover, _) => {
            outstanding::restart_grace(connection, &locked, &refresh.token.jti, refresh.now).await?;
            renew(connection, refresh, locked).await.map(Refreshed::Current)
        }
        (Decision::Reuse, _) => end_reused(connection, refresh, locked).await,
    }
}

async fn renew(connection: &mut Connection<'_>, refresh: &Refresh, locked: LockedSession) -> sqlx::Result<Session> {
    let read_at = locked.session().generation;
    let renewed = locked.map(|session| session.renewed(refresh));
    swapped(sessions::update(connection, &renewed, read_at).await?)?;
    Ok(renewed.into_session())
}

async fn rotate(connection: &mut Connection<'_>, refresh: &Refresh, locked: LockedSession) -> sqlx::Result<Session> {
    let read_at = locked.session().generation;
    let next = locked.map(|session| session.rotated(refresh));
    swapped(sessions::update(connection, &next, read_at).await?)?;
    if refresh.mode == RotationMode::RotateAndBlacklist {
        swapped(outstanding::spend(connection, &next, &refresh.token.jti, refresh.now).await?)?;
    }
    outstanding::insert_current(connection, &next).await?;
    Ok(next.into_session())
}

/// Nothing can come between reading and writing while the write lock is held; if it did, the whole
/// refresh is taken back and the caller tries again.
fn swapped(is_swapped: bool) -> sqlx::Result<()> {
    if is_swapped { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

async fn end_reused(
    connection: &mut Connection<'_>,
    refresh: &Refresh,
    locked: LockedSession,
) -> sqlx::Result<Refreshed> {
    let ending = ending(refresh, EndReason::Reuse);
    endings::end(connection, &locked, &ending).await?;
    Ok(Refreshed::Reused { session: locked.into_session(), end: ending.end() })
}

/// An end that the refresh puts to a session.
fn ending(refresh: &Refresh, reason: EndReason) -> Ending {
    let (now, origin, leeway) = (refresh.now, refresh.origin.clone(), refresh.leeway);
    Ending { reason, now, origin, leeway, actor: None }
}

/// Blacklists a token, and ends its session.
pub(in crate::store) async fn blacklist(
    connection: &mut Connection<'_>,
    unlocked: Unlocked,
    token: &PresentedToken,
    ending: &Ending,
) -> sqlx::Result<Blacklisting> {
    let was_spent = |known: &Option<TokenRow>| known.as_ref().is_some_and(|row| row.blacklisted_at.is_some());
    let (known, owner) = match locate(connection, unlocked, token).await? {
        Located::InSession { known, locked } => {
            let was_alive = endings::end(connection, &locked, ending).await?;
            return Ok(Blacklisting { was_good: was_alive && !was_spent(&known) });
        }
        Located::NoSession => (outstanding::find(connection, &token.jti).await?, None),
        Located::Alone { known, owner } => (known, owner),
    };
    if !was_spent(&known) {
        outstanding::blacklist_alone(connection, token, owner.as_ref().map(|(user, _)| user), ending.now).await?;
    }
    Ok(Blacklisting { was_good: !was_spent(&known) })
}
