//! `/api/admin/events/` and `/api/events/`: what happened to accounts.

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

/// Which events.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "queries are read value by value, as Django REST framework reads them")]
pub(super) struct EventListQuery {
    /// Those of the account with this id.
    user: Option<i64>,
    /// Those of this kind.
    #[param(value_type = Option<String>)]
    kind: Option<EventKind>,
    /// Those since this moment, Unix seconds.
    since: Option<i64>,
    /// Those until this moment, Unix seconds.
    until: Option<i64>,
}

/// Security events of all accounts, the last one first.
#[utoipa::path(
    get,
    path = "/api/admin/events/",
    tag = "administration",
    operation_id = "listEvents",
    params(EventListQuery, PageQuery),
    responses(
        (status = 200, description = "One page of them.", body = Page<EventRecord>),
        (status = 400, description = "A filter is not understood; it is named.", body = FieldErrors),
        (status = 404, description = "There is no such page, or `?format=` asks for another format than `json`.", body = Refusal),
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

/// Security events of the own account, the last one first.
#[utoipa::path(
    get,
    path = "/api/events/",
    tag = "account",
    operation_id = "listOwnEvents",
    params(PageQuery),
    responses(
        (status = 200, description = "One page of them.", body = Page<OwnEvent>),
        (status = 404, description = "There is no such page, or `?format=` asks for another format than `json`.", body = Refusal),
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
