//! `/api/admin/events/` and `/api/events/`: security events.

use axum::{Json, extract::State};
use hallpass_core::{clock::Timestamp, event::EventQuery, id::UserId};
use hallpass_types::{EventKind, EventRecord, OwnEvent, Page};

use crate::{
    extract::{SignedIn, Staff},
    rest::{
        list::{ListRequest, PageQuery},
        reject::{Core, Rejection},
    },
};

/// List security events of all users, newest first.
#[utoipa::path(
    get,
    path = "/api/admin/events/",
    operation_id = "listEvents",
    params(
        ("user" = Option<i64>, Query, description = "Events of the user with this id."),
        ("kind" = Option<String>, Query, description = "Events of this kind."),
        ("since" = Option<i64>, Query, description = "Events at or after this time, in Unix seconds."),
        ("until" = Option<i64>, Query, description = "Events at or before this time, in Unix seconds."),
        PageQuery,
    ),
    responses((status = 200, description = "One page.", body = Page<EventRecord>))
)]
pub(super) async fn list(
    State(auth): Core,
    Staff(by): Staff,
    mut list: ListRequest,
) -> Result<Json<Page<EventRecord>>, Rejection> {
    let events = EventQuery {
        user: list.query.number("user").map(UserId),
        kind: list.query.choice("kind", EventKind::parse),
        since: list.query.number("since").map(Timestamp::from_seconds),
        until: list.query.number("until").map(Timestamp::from_seconds),
    };
    list.query.check()?;
    list.answer(auth.list_events(&by, events, list.page()?).await?)
}

/// List your security events, newest first.
#[utoipa::path(
    get,
    path = "/api/events/",
    tag = "account",
    operation_id = "listOwnEvents",
    params(PageQuery),
    responses((status = 200, description = "One page.", body = Page<OwnEvent>))
)]
pub(super) async fn list_own(
    State(auth): Core,
    SignedIn(bearer): SignedIn,
    list: ListRequest,
) -> Result<Json<Page<OwnEvent>>, Rejection> {
    list.answer(auth.list_own_events(&bearer, list.page()?).await?)
}
