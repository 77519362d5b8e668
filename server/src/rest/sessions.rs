//! `/api/sessions/…`: the sessions of the signed-in user.

use axum::{
    Json,
    extract::{Path, State},
};
use hallpass_types::SessionInfo;
use http::{HeaderMap, StatusCode};

use super::{
    list::{ListRequest, PageQuery},
    refusal::Refusal,
    reject::{Core, Rejection},
};
use crate::extract::{ClientOrigin, SignedIn};

/// List your active sessions, most recently refreshed first, in pages. The `Link` header has the URLs of the next and
/// the previous page (RFC 8288).
#[utoipa::path(
    get,
    path = "/api/sessions/",
    tag = "sessions",
    operation_id = "listSessions",
    params(PageQuery),
    responses(
        (
            status = 200,
            description = "One entry per session.",
            body = Vec<SessionInfo>,
            headers(("Link" = String, description = "URLs of the next and the previous page, if they exist."))
        ),
    )
)]
pub(super) async fn list(
    State(auth): Core,
    SignedIn(bearer): SignedIn,
    list: ListRequest,
) -> Result<(HeaderMap, Json<Vec<SessionInfo>>), Rejection> {
    list.answer_linked(auth.list_sessions(&bearer, list.page()?).await?)
}

/// Revoke one of your sessions, including the current one.
#[utoipa::path(
    delete,
    path = "/api/sessions/{id}/",
    tag = "sessions",
    operation_id = "endSession",
    params(("id" = String, Path, description = "The session's `id`.")),
    responses(
        (status = 204, description = "The session is revoked, and its access tokens are invalid."),
        (status = 404, description = "Not one of your active sessions.", body = Refusal),
    )
)]
pub(super) async fn revoke(
    State(auth): Core,
    SignedIn(bearer): SignedIn,
    ClientOrigin(origin): ClientOrigin,
    Path(id): Path<String>,
) -> Result<StatusCode, Rejection> {
    auth.revoke_session(&bearer, &id, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Revoke all of your sessions except the current one.
#[utoipa::path(
    delete,
    path = "/api/sessions/",
    tag = "sessions",
    operation_id = "endOtherSessions",
    responses((status = 204, description = "The sessions are revoked, and their access tokens are invalid."))
)]
pub(super) async fn revoke_others(
    State(auth): Core,
    SignedIn(bearer): SignedIn,
    ClientOrigin(origin): ClientOrigin,
) -> Result<StatusCode, Rejection> {
    auth.revoke_other_sessions(&bearer, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}
