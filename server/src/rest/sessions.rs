//! `/api/sessions/…`: the own sign-ins, seen and ended.

use app::{
    auth::{Error, session::Origin},
    wire::SessionInfo,
};
use axum::{
    Extension, Json,
    extract::{Path, State},
};
use http::StatusCode;

use super::{
    extract::Authenticated,
    reject::{Core, Door, Rejection},
};

/// `GET /api/sessions/`: those that are alive, the one last renewed first.
pub(super) async fn list(
    State(auth): Core,
    Authenticated(bearer): Authenticated,
) -> Result<Json<Vec<SessionInfo>>, Rejection> {
    auth.list_sessions(&bearer).await.map(Json).map_err(refused)
}

/// `DELETE /api/sessions/{id}/`: ends one, which may be the one that asks.
pub(super) async fn end(
    State(auth): Core,
    Authenticated(bearer): Authenticated,
    Extension(origin): Extension<Origin>,
    Path(id): Path<String>,
) -> Result<StatusCode, Rejection> {
    auth.revoke_session(&bearer, &id, &origin).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE /api/sessions/`: ends all but the one that asks.
pub(super) async fn end_others(
    State(auth): Core,
    Authenticated(bearer): Authenticated,
    Extension(origin): Extension<Origin>,
) -> Result<StatusCode, Rejection> {
    auth.revoke_other_sessions(&bearer, &origin).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

fn refused(error: Error) -> Rejection {
    Rejection::Core(error, Door::Protected)
}
