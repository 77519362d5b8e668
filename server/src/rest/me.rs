//! `/api/me/`: the user of an access token.

use axum::{Json, extract::State};
use hallpass_types::Me;

use super::reject::{Core, Rejection};
use crate::extract::SignedIn;

/// Get the user of the access token.
#[utoipa::path(
    get,
    path = "/api/me/",
    tag = "account",
    operation_id = "me",
    responses((status = 200, description = "The user, and the session of the token.", body = Me))
)]
pub(super) async fn me(State(auth): Core, SignedIn(bearer): SignedIn) -> Result<Json<Me>, Rejection> {
    Ok(Json(auth.load_me(&bearer).await?))
}
