//! `/api/register/`: an account for whoever asks, where the operator allows it.

use app::wire::Registration;
use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::json;

use super::{
    body::{Fields, Kind},
    reject::{Core, Door, Rejection},
};

/// `POST /api/register/`: 201 with id and username.
pub(super) async fn register(State(auth): Core, fields: Fields) -> Result<Response, Rejection> {
    let wanted = [("username", Kind::Text), ("password", Kind::Verbatim), ("email", Kind::Optional)];
    let [username, password, email] = fields.read(wanted)?;
    let registration = Registration { username, email, password: password.into() };
    let user = auth.register(&registration).await.map_err(|error| Rejection::Core(error, Door::Token))?;
    let body = json!({ "id": user.id.to_string(), "username": user.username });
    Ok((StatusCode::CREATED, Json(body)).into_response())
}
