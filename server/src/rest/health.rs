//! `/healthz`: whether the server can do its work.

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::reject::{Core, Door, Rejection};

/// `GET /healthz`: 200 when the database answers, 503 when it does not.
pub(super) async fn healthz(State(auth): Core) -> Result<Json<Value>, Rejection> {
    auth.check_health().await.map_err(|error| Rejection::Core(error, Door::Token))?;
    Ok(Json(json!({ "status": "ok" })))
}
