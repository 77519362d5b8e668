//! `/healthz`, `/readyz`: whether the server can do its work, and whether it takes new work.

use std::time::Duration;

use axum::{Extension, Json, extract::State};
use hallpass_core::Error;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    refusal::Refusal,
    reject::{Core, Rejection, at_token},
};
use crate::http_options::Stopping;

/// Whether the server can do its work.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "service",
    operation_id = "health",
    responses(
        (status = 200, description = "The database answers.", body = Health),
        (status = 503, description = "It does not.", body = Refusal),
    )
)]
pub(super) async fn healthz(State(auth): Core) -> Result<Json<Health>, Rejection> {
    auth.check_health().await.map_err(at_token)?;
    Ok(Json(Health { status: "ok" }))
}

/// Whether the server takes requests: for what shares them out among several. However many ask, the database is written
/// to at most once a second.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "service",
    operation_id = "readiness",
    responses(
        (status = 200, description = "The database answers and takes writes, a key signs, and the server goes on.", body = Health),
        (status = 503, description = "It does not, or the server was told to stop.", body = Refusal),
    )
)]
pub(super) async fn readyz(
    State(auth): Core,
    Extension(stopping): Extension<Stopping>,
) -> Result<Json<Health>, Rejection> {
    if stopping.has_begun() {
        return Err(at_token(Error::Unavailable { retry_after: Duration::from_secs(1), cause: None }));
    }
    auth.check_ready().await.map_err(at_token)?;
    Ok(Json(Health { status: "ready" }))
}

/// That all is well.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// `ok` or `ready`.
    status: &'static str,
}
