//! The filters of the administration's lists, as the core expects them.

use hallpass_core::{
    Error,
    clock::Timestamp,
    event::EventQuery,
    id::{SessionId, UserId},
    search::SearchWords,
    store::{Direction, TokenQuery, UserQuery},
    violation::Violation,
};
use hallpass_types::{EventSearch, TokenSearch, UserSearch};

pub(super) fn users(search: &UserSearch) -> Result<UserQuery, Error> {
    Ok(UserQuery {
        words: SearchWords::parse(&search.search).map_err(|error| Error::field("search", error))?,
        is_active: search.is_active,
        is_staff: search.is_staff,
        order: search.order,
        direction: if search.descending { Direction::Descending } else { Direction::Ascending },
    })
}

pub(super) fn tokens(search: &TokenSearch) -> Result<TokenQuery, Error> {
    let session = search.session.as_deref().map(|id| SessionId::parse(id).ok_or(id)).transpose();
    Ok(TokenQuery {
        user: user(search.user.as_deref())?,
        session: session.map_err(|_| Error::field("session", Violation::SessionId))?,
        is_blacklisted: search.is_blacklisted,
        is_expired: search.is_expired,
    })
}

pub(super) fn events(search: &EventSearch) -> Result<EventQuery, Error> {
    Ok(EventQuery {
        user: user(search.user.as_deref())?,
        kind: search.kind,
        since: search.since.map(Timestamp::from_seconds),
        until: search.until.map(Timestamp::from_seconds),
    })
}

fn user(id: Option<&str>) -> Result<Option<UserId>, Error> {
    id.map(str::parse).transpose().map_err(|_| Error::field("user", Violation::UserId))
}
