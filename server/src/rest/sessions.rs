//! `/api/sessions/…`: the own sign-ins, seen and ended.

use axum::{
    Json,
    extract::{Path, State},
};
use hallpass_types::SessionInfo;
use http::{HeaderMap, StatusCode};

use super::{
    admin::page::{PageQuery, Place},
    refusal::Refusal,
    reject::{Core, Rejection, at_protected},
};
use crate::extract::{ClientOrigin, SignedIn};

/// Your sessions that are alive, the one last renewed first, a page at a time. The `Link` header has the URLs of the next
/// and the previous page (RFC 8288).
#[utoipa::path(
    get,
    path = "/api/sessions/",
    tag = "sessions",
    operation_id = "listSessions",
    security(("access_token" = [])),
    params(PageQuery),
    responses(
        (
            status = 200,
            description = "One entry for each sign-in.",
            body = Vec<SessionInfo>,
            headers(("Link" = String, description = "The next and the previous page, if there are any."))
        ),
        (status = 404, description = "There is no such page, or `?format=` asks for another format than `json`.", body = Refusal),
    )
)]
pub(super) async fn list(
    State(auth): Core,
    SignedIn(bearer): SignedIn,
    place: Place,
) -> Result<(HeaderMap, Json<Vec<SessionInfo>>), Rejection> {
    place.answer_linked(auth.list_sessions(&bearer, place.page()?).await.map_err(at_protected)?)
}

/// End one of the own sessions, which may be the one that asks.
#[utoipa::path(
    delete,
    path = "/api/sessions/{id}/",
    tag = "sessions",
    operation_id = "endSession",
    security(("access_token" = [])),
    params(("id" = String, Path, description = "The session's `id`.")),
    responses(
        (status = 204, description = "It is over, and its access tokens with it."),
        (status = 404, description = "None of the own, or over already.", body = Refusal),
    )
)]
pub(super) async fn end(
    State(auth): Core,
    SignedIn(bearer): SignedIn,
    ClientOrigin(origin): ClientOrigin,
    Path(id): Path<String>,
) -> Result<StatusCode, Rejection> {
    auth.revoke_session(&bearer, &id, &origin).await.map_err(at_protected)?;
    Ok(StatusCode::NO_CONTENT)
}

/// End all of the own sessions but the one that asks.
#[utoipa::path(
    delete,
    path = "/api/sessions/",
    tag = "sessions",
    operation_id = "endOtherSessions",
    security(("access_token" = [])),
    responses((status = 204, description = "They are over, and their access tokens with them."))
)]
pub(super) async fn end_others(
    State(auth): Core,
    SignedIn(bearer): SignedIn,
    ClientOrigin(origin): ClientOrigin,
) -> Result<StatusCode, Rejection> {
    auth.revoke_other_sessions(&bearer, &origin).await.map_err(at_protected)?;
    Ok(StatusCode::NO_CONTENT)
}
