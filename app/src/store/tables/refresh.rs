//! One refresh, and giving a token back: the facts are read, the decision is made and carried out,
//! all inside the transaction that the writer holds.

use super::{
    import, locks, outstanding,
    rows::TokenRow,
    sessions::{self, Found},
    users,
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
pub(in crate::store) async fn refresh(connection: &mut Connection<'_>, refresh: &Refresh) -> sqlx::Result<Refreshed> {
    let (known, session) = locate(connection, &refresh.token).await?;
    let Some(session) = session else {
        return adopt(connection, refresh, known).await;
    };
    let found = match sessions::find(connection, session).await? {
        // A name of its own is not all that a token of another issuer has to share with the one that is known.
        Some(found) if refresh.token.lineage.is_none() => {
            let named = find_named(connection, &refresh.token).await?;
            named.filter(|named| named.user.id == found.session.user).map(|_| found)
        }
        found => found,
    };
    match found {
        Some(found) => {
            let presented = presented(refresh, known);
            decide(connection, refresh, found, presented).await
        }
        None => Ok(Refreshed::UnknownSession),
    }
}

/// What is known of a token, and its session, which nobody else changes from now on.
async fn locate(
    connection: &mut Connection<'_>,
    token: &PresentedToken,
) -> sqlx::Result<(Option<TokenRow>, Option<SessionId>)> {
    let found = find(connection, token).await?;
    if !connection.is_shared() {
        return Ok(found);
    }
    match (found.1, &token.user) {
        (Some(session), _) => locks::session(connection, session).await?,
        (None, Some(user)) => locks::account(connection, user).await?,
        (None, None) => {}
    }
    // As it stands now that it cannot change.
    find(connection, token).await
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
async fn adopt(connection: &mut Connection<'_>, refresh: &Refresh, known: Option<TokenRow>) -> sqlx::Result<Refreshed> {
    if known.is_some_and(|row| row.blacklisted_at.is_some()) {
        return Ok(Refreshed::Blacklisted);
    }
    let owner = match find_named(connection, &refresh.token).await? {
        Some(owner) if import::may_be_theirs(connection, owner.user.id).await? => Some(owner),
        Some(_) | None => None,
    };
    let session = match (refresh.rule.standing(owner.as_ref()), &owner) {
        (UserStanding::Active, Some(owner)) => Session::adopting(refresh, owner.user.id),
        (UserStanding::PasswordChanged, _) => return Ok(Refreshed::PasswordChanged),
        (UserStanding::Active | UserStanding::Inactive | UserStanding::Gone, _) => {
            return Ok(Refreshed::NoActiveAccount);
        }
    };
    if !users::adopts(connection, session.user, refresh.token.issued_at).await? {
        return Ok(Refreshed::Blacklisted);
    }
    sessions::insert(connection, &session).await?;
    outstanding::insert_current(connection, &session).await?;
    let presented = Presented { generation: 0, spent_at: None };
    decide(connection, refresh, Found { session, owner }, presented).await
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
pub(super) fn facts(refresh: &Refresh, found: &Found, presented: Presented) -> Facts {
    Facts {
        now: refresh.now,
        grace: refresh.grace,
        session: found.session.facts(refresh.last_seen_generation),
        presented,
        user: refresh.rule.standing(found.owner.as_ref()),
    }
}

async fn decide(
    connection: &mut Connection<'_>,
    refresh: &Refresh,
    found: Found,
    presented: Presented,
) -> sqlx::Result<Refreshed> {
    let facts = facts(refresh, &found, presented);
    let session = found.session;
    match (rotation::decide(&facts), refresh.mode) {
        (Decision::Refuse(refusal), _) => {
            // The end of a session takes its tokens back at the same moment: that is not what spent them.
            let ended_at = session.end.as_ref().map(|end| end.at);
            let was_spent = presented.spent_at.is_some_and(|at| ended_at.is_none_or(|end| at < end));
            Ok(Refreshed::Refused { refusal, session, was_spent })
        }
        (Decision::Rotate, RotationMode::Keep) => renew(connection, refresh, session).await.map(Refreshed::Kept),
        (Decision::Rotate, RotationMode::Rotate | RotationMode::RotateAndBlacklist) => {
            rotate(connection, refresh, session).await.map(Refreshed::Current)
        }
        (Decision::Reissue, _) => renew(connection, refresh, session).await.map(Refreshed::Current),
        (Decision::Recover, _) => {
            outstanding::restart_grace(connection, &refresh.token.jti, refresh.now).await?;
            renew(connection, refresh, session).await.map(Refreshed::Current)
        }
        (Decision::Reuse, _) => end_reused(connection, refresh, session).await,
    }
}

async fn renew(connection: &mut Connection<'_>, refresh: &Refresh, session: Session) -> sqlx::Result<Session> {
    let read_at = session.generation;
    let renewed = session.renewed(refresh);
    swapped(sessions::update(connection, &renewed, read_at).await?)?;
    Ok(renewed)
}

async fn rotate(connection: &mut Connection<'_>, refresh: &Refresh, session: Session) -> sqlx::Result<Session> {
    let read_at = session.generation;
    let next = session.rotated(refresh);
    swapped(sessions::update(connection, &next, read_at).await?)?;
    if refresh.mode == RotationMode::RotateAndBlacklist {
        swapped(outstanding::spend(connection, &refresh.token.jti, refresh.now).await?)?;
    }
    outstanding::insert_current(connection, &next).await?;
    Ok(next)
}

/// Nothing can come between reading and writing while the write lock is held; if it did, the whole
/// refresh is taken back and the caller tries again.
fn swapped(is_swapped: bool) -> sqlx::Result<()> {
    if is_swapped { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

async fn end_reused(connection: &mut Connection<'_>, refresh: &Refresh, session: Session) -> sqlx::Result<Refreshed> {
    let ending = Ending {
        reason: EndReason::Reuse,
        now: refresh.now,
        origin: refresh.origin.clone(),
        leeway: refresh.leeway,
        actor: None,
    };
    let revocation = sessions::end(connection, &session, &ending).await?;
    Ok(Refreshed::Reused { session, revocation })
}

/// Takes a token back, and its session with it.
pub(in crate::store) async fn blacklist(
    connection: &mut Connection<'_>,
    token: &PresentedToken,
    ending: &Ending,
) -> sqlx::Result<Blacklisting> {
    let (known, session) = locate(connection, token).await?;
    let was_spent = known.is_some_and(|row| row.blacklisted_at.is_some());
    let found = match session {
        Some(session) => sessions::find(connection, session).await?,
        None => None,
    };
    let Some(Found { session, .. }) = found else {
        if !was_spent {
            let owner = find_named(connection, token).await?.map(|owner| owner.user.id);
            outstanding::blacklist_alone(connection, token, owner, ending.now).await?;
        }
        return Ok(Blacklisting { was_good: !was_spent, revocation: None });
    };
    let was_alive = session.end.is_none();
    let revocation = if was_alive { Some(sessions::end(connection, &session, ending).await?) } else { None };
    Ok(Blacklisting { was_good: was_alive && !was_spent, revocation })
}
