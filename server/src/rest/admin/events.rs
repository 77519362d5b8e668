//! `/api/admin/events/` and `/api/events/`: security events.

use axum::{Json, extract::State};
use hallpass_core::{clock::Timestamp, event::EventQuery, id::UserId};
use hallpass_types::{EventKind, EventRecord, OwnEvent, Page};
use utoipa::IntoParams;

use super::{
    page::{PageQuery, Place},
    query::Query,
};
use crate::{
    extract::{SignedIn, Staff},
    rest::{
        refusal::{FieldErrors, Refusal},
        reject::{Core, Rejection, at_protected},
    },
};

/// Filters of the event list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "queries are read value by value, as Django REST framework reads them")]
pub(super) struct EventListQuery {
    /// Events of the user with this id.
    user: Option<i64>,
    /// Events of this kind.
    #[param(value_type = Option<String>)]
    kind: Option<EventKind>,
    /// Events at or after this time, in Unix seconds.
    since: Option<i64>,
    /// Events at or before this time, in Unix seconds.
    until: Option<i64>,
}

/// List security events of all users, newest first.
#[utoipa::path(
    get,
    path = "/api/admin/events/",
    tag = "administration",
    operation_id = "listEvents",
    params(EventListQuery, PageQuery),
    responses(
        (status = 200, description = "One page.", body = Page<EventRecord>),
        (status = 400, description = "A filter is invalid; the response names it.", body = FieldErrors),
        (status = 404, description = "The page does not exist, or `?format=` is not `json`.", body = Refusal),
    ),
    security(("access_token" = []))
)]
pub(super) async fn list(
    State(auth): Core,
    Staff(by): Staff,
    place: Place,
    mut query: Query,
) -> Result<Json<Page<EventRecord>>, Rejection> {
    let events = EventQuery {
        user: query.number("user").map(UserId),
        kind: query.choice("kind", EventKind::parse),
        since: query.number("since").map(Timestamp::from_seconds),
        until: query.number("until").map(Timestamp::from_seconds),
    };
    query.check()?;
    place.answer(auth.list_events(&by, events, place.page()?).await.map_err(at_protected)?)
}

/// List your security events, newest first.
#[utoipa::path(
    get,
    path = "/api/events/",
    tag = "account",
    operation_id = "listOwnEvents",
    params(PageQuery),
    responses(
        (status = 200, description = "One page.", body = Page<OwnEvent>),
        (status = 404, description = "The page does not exist, or `?format=` is not `json`.", body = Refusal),
    ),
    security(("access_token" = []))
)]
pub(super) async fn list_own(
    State(auth): Core,
    SignedIn(bearer): SignedIn,
    place: Place,
) -> Result<Json<Page<OwnEvent>>, Rejection> {
    place.answer(auth.list_own_events(&bearer, place.page()?).await.map_err(at_protected)?)
}
