//! `/api/token/…`: obtain a pair or a sliding token, refresh, verify, blacklist.

use app::{auth::session::Origin, wire::Credentials};
use axum::{
    Extension, Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use serde::Serialize;
use serde_json::json;

use super::{
    body::{Fields, Kind},
    reject::{Core, Door, Rejection},
};

/// `POST /api/token/` (Simple JWT: `TokenObtainPairView`).
pub(super) async fn obtain(
    State(auth): Core,
    Extension(origin): Extension<Origin>,
    fields: Fields,
) -> Result<Response, Rejection> {
    let pair = auth.obtain_pair(&credentials(&fields)?, origin).await.map_err(at_token)?;
    Ok(unstored(&pair))
}

/// `POST /api/token/refresh/` (Simple JWT: `TokenRefreshView`).
pub(super) async fn refresh(
    State(auth): Core,
    Extension(origin): Extension<Origin>,
    fields: Fields,
) -> Result<Response, Rejection> {
    let [refresh] = fields.read([("refresh", Kind::Text)])?;
    let pair = auth.refresh(&refresh, origin).await.map_err(at_token)?;
    Ok(unstored(&pair))
}

/// `POST /api/token/verify/` (Simple JWT: `TokenVerifyView`).
pub(super) async fn verify(State(auth): Core, fields: Fields) -> Result<Response, Rejection> {
    let [token] = fields.read([("token", Kind::Text)])?;
    auth.verify(&token).await.map_err(|error| Rejection::Core(error, Door::Verify))?;
    Ok(Json(json!({})).into_response())
}

/// `POST /api/token/blacklist/` (Simple JWT: `TokenBlacklistView`).
pub(super) async fn blacklist(
    State(auth): Core,
    Extension(origin): Extension<Origin>,
    fields: Fields,
) -> Result<Response, Rejection> {
    let [refresh] = fields.read([("refresh", Kind::Text)])?;
    auth.blacklist(&refresh, origin).await.map_err(at_token)?;
    Ok(Json(json!({})).into_response())
}

/// `POST /api/token/sliding/` (Simple JWT: `TokenObtainSlidingView`).
pub(super) async fn obtain_sliding(
    State(auth): Core,
    Extension(origin): Extension<Origin>,
    fields: Fields,
) -> Result<Response, Rejection> {
    let token = auth.obtain_sliding(&credentials(&fields)?, origin).await.map_err(at_token)?;
    Ok(unstored(&token))
}

/// `POST /api/token/sliding/refresh/` (Simple JWT: `TokenRefreshSlidingView`).
pub(super) async fn refresh_sliding(
    State(auth): Core,
    Extension(origin): Extension<Origin>,
    fields: Fields,
) -> Result<Response, Rejection> {
    let [token] = fields.read([("token", Kind::Text)])?;
    let token = auth.refresh_sliding(&token, origin).await.map_err(at_token)?;
    Ok(unstored(&token))
}

fn credentials(fields: &Fields) -> Result<Credentials, Rejection> {
    let [username, password] = fields.read([("username", Kind::Text), ("password", Kind::Verbatim)])?;
    Ok(Credentials { username, password: password.into() })
}

fn at_token(error: app::auth::Error) -> Rejection {
    Rejection::Core(error, Door::Token)
}

/// Tokens, which nothing on the way may keep (RFC 6749 §5.1).
fn unstored(tokens: &impl Serialize) -> Response {
    let mut response = Json(tokens).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
