//! `/healthz` and `/readyz`: whether the server works, and whether it accepts requests.

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

/// Check whether the server works.
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "service",
    operation_id = "health",
    responses(
        (status = 200, description = "The database answers.", body = Health),
        (status = 503, description = "The database does not answer.", body = Refusal),
    )
)]
pub(super) async fn healthz(State(auth): Core) -> Result<Json<Health>, Rejection> {
    auth.check_health().await.map_err(at_token)?;
    Ok(Json(Health { status: "ok" }))
}

/// Check whether the server accepts requests, for load balancers. The database is written to at most once a second,
/// however often this is called.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "service",
    operation_id = "readiness",
    responses(
        (status = 200, description = "The database is writable, a signing key exists, and the server is not shutting down.", body = Health),
        (status = 503, description = "One of these is not the case.", body = Refusal),
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

/// The body of a positive response.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// `ok` or `ready`.
    status: &'static str,
}
