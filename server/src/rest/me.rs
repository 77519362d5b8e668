//! `/api/me/`: the user of an access token.

use axum::{Json, extract::State};
use hallpass_types::Me;

use super::reject::{Core, Rejection, at_protected};
use crate::extract::SignedIn;

/// Get the user of the access token.
#[utoipa::path(
    get,
    path = "/api/me/",
    tag = "account",
    operation_id = "me",
    security(("access_token" = [])),
    responses((status = 200, description = "The user, and the session of the token.", body = Me))
)]
pub(super) async fn me(State(auth): Core, SignedIn(bearer): SignedIn) -> Result<Json<Me>, Rejection> {
    auth.load_me(&bearer).await.map(Json).map_err(at_protected)
}
