//! `/api/admin/users/{id}/sessions/…`: sessions of other users.

use axum::{
    Json,
    extract::{Path, State},
};
use hallpass_core::id::UserId;
use hallpass_types::{Page, SessionInfo};
use http::StatusCode;

use crate::{
    extract::{ClientOrigin, Staff},
    rest::{
        list::{ListRequest, PageQuery},
        refusal::Refusal,
        reject::{Core, Rejection},
    },
};

/// List a user's active sessions, most recently refreshed first.
#[utoipa::path(
    get,
    path = "/api/admin/users/{id}/sessions/",
    operation_id = "listUserSessions",
    params(("id" = String, Path, description = "The user's id."), PageQuery),
    responses(
        (status = 200, description = "One page.", body = Page<SessionInfo>),
        (status = 404, description = "The user or page does not exist, or `?format=` is not `json`.", body = Refusal),
    ),
)]
pub(super) async fn list(
    State(auth): Core,
    Staff(by): Staff,
    Path(id): Path<String>,
    list: ListRequest,
) -> Result<Json<Page<SessionInfo>>, Rejection> {
    list.answer(auth.list_sessions_of(&by, UserId::named(&id)?, list.page()?).await?)
}

/// Revoke all of a user's sessions, effective immediately.
#[utoipa::path(
    delete,
    path = "/api/admin/users/{id}/sessions/",
    operation_id = "resetSessions",
    params(("id" = String, Path, description = "The user's id.")),
    responses((status = 204, description = "Revoked."))
)]
pub(super) async fn revoke_all(
    State(auth): Core,
    Staff(by): Staff,
    Path(id): Path<String>,
    ClientOrigin(origin): ClientOrigin,
) -> Result<StatusCode, Rejection> {
    auth.reset_sessions(&by, UserId::named(&id)?, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Revoke one of a user's sessions, effective immediately.
#[utoipa::path(
    delete,
    path = "/api/admin/users/{id}/sessions/{session}/",
    operation_id = "endUserSession",
    params(("id" = String, Path, description = "The user's id."), ("session" = String, Path, description = "The session id: the `sid` of its tokens.")),
    responses(
        (status = 204, description = "Revoked."),
        (status = 404, description = "The session is not an active session of this user, or `?format=` is not `json`.", body = Refusal),
    ),
)]
pub(super) async fn revoke(
    State(auth): Core,
    Staff(by): Staff,
    Path((id, session)): Path<(String, String)>,
    ClientOrigin(origin): ClientOrigin,
) -> Result<StatusCode, Rejection> {
    auth.revoke_session_by(&by, UserId::named(&id)?, &session, &origin).await?;
    Ok(StatusCode::NO_CONTENT)
}
