//! `/api/register/`: registration, if the operator allows it.

use axum::{Json, extract::State};
use hallpass_types::Registration;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    fields::{Fields, Kind},
    refusal::Refusal,
    reject::{Core, Rejection, at_token},
};
use crate::extract::ClientOrigin;

/// Create an account, if the operator allows it.
#[utoipa::path(
    post,
    path = "/api/register/",
    tag = "account",
    operation_id = "register",
    request_body = Registration,
    responses(
        (status = 201, description = "The account was created; sign in next.", body = Registered),
        (status = 403, description = "Registration is closed.", body = Refusal),
    )
)]
pub(super) async fn register(
    State(auth): Core,
    ClientOrigin(origin): ClientOrigin,
    fields: Fields,
) -> Result<(StatusCode, Json<Registered>), Rejection> {
    let wanted = [("username", Kind::Text), ("password", Kind::Verbatim), ("email", Kind::Optional)];
    let [username, password, email] = fields.read(wanted)?;
    let registration = Registration { username, email, password: password.into() };
    let user = auth.register(&registration, &origin).await.map_err(at_token)?;
    let body = Registered { id: user.id.to_string(), username: user.username };
    Ok((StatusCode::CREATED, Json(body)))
}

/// A new account.
#[derive(Serialize, ToSchema)]
pub(super) struct Registered {
    /// The user id, as the `user_id` claim contains it.
    id: String,
    /// The username as it was stored.
    username: String,
}
