//! `/healthz`: whether the server can do its work.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    refusal::Refusal,
    reject::{Core, Rejection, at_token},
};

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

/// That all is well.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// `ok`.
    status: &'static str,
}
