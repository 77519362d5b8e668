//! `/api/me/`: who the bearer of an access token is.

use axum::{Json, extract::State};
use hallpass_types::Me;

use super::reject::{Core, Rejection, at_protected};
use crate::extract::SignedIn;

/// Who the bearer of an access token is.
#[utoipa::path(
    get,
    path = "/api/me/",
    tag = "account",
    operation_id = "me",
    security(("access_token" = [])),
    responses((status = 200, description = "The account, and the session of the token.", body = Me))
)]
pub(super) async fn me(State(auth): Core, SignedIn(bearer): SignedIn) -> Result<Json<Me>, Rejection> {
    auth.load_me(&bearer).await.map(Json).map_err(at_protected)
}
