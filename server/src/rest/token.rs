//! `/api/token/…`: obtain, refresh, verify and blacklist tokens.

use axum::{Json, extract::State};
use hallpass_types::{Credentials, SlidingToken, TokenPair};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    fields::{Fields, Kind},
    refusal::Refusal,
    reject::{Core, EndpointKind, Rejection, at_token},
};
use crate::extract::ClientOrigin;

/// Sign in: get an access and a refresh token for a username and password.
///
/// Simple JWT: `TokenObtainPairView`.
#[utoipa::path(
    post,
    path = "/api/token/",
    tag = "tokens",
    operation_id = "obtainPair",
    request_body = Credentials,
    responses(
        (status = 200, description = "Signed in; a new session was created.", body = TokenPair),
        (status = 401, description = "Unknown user, wrong password or inactive account; the response does not say which.", body = Refusal),
    )
)]
pub(super) async fn obtain(
    State(auth): Core,
    ClientOrigin(origin): ClientOrigin,
    fields: Fields,
) -> Result<Json<TokenPair>, Rejection> {
    auth.obtain_pair(&credentials(fields)?, origin).await.map(Json).map_err(at_token)
}

/// Refresh: get the next pair for a refresh token, which becomes spent.
///
/// Simple JWT: `TokenRefreshView`. A request can be repeated if the response was lost: within the grace period, or while
/// the next pair is unused, it returns the same refresh token with a new access token.
#[utoipa::path(
    post,
    path = "/api/token/refresh/",
    tag = "tokens",
    operation_id = "refresh",
    request_body = RefreshToken,
    responses(
        (status = 200, description = "The next pair; without `refresh` if tokens do not rotate.", body = TokenPair),
        (status = 401, description = "The token is malformed, expired, of another type, spent or blacklisted, or its user is deleted or inactive. A spent token is accepted again within the grace period.", body = Refusal),
    )
)]
pub(super) async fn refresh(
    State(auth): Core,
    ClientOrigin(origin): ClientOrigin,
    fields: Fields,
) -> Result<Json<TokenPair>, Rejection> {
    let [refresh] = fields.read([("refresh", Kind::Text)])?;
    auth.refresh(&refresh, origin).await.map(Json).map_err(at_token)
}

/// Verify a token of any type.
///
/// Simple JWT: `TokenVerifyView`. The answer to a blacklisted token is 400, as in Simple JWT.
#[utoipa::path(
    post,
    path = "/api/token/verify/",
    tag = "tokens",
    operation_id = "verify",
    request_body = AnyToken,
    responses(
        (status = 200, description = "The token is valid.", body = Nothing),
        (status = 401, description = "The token is malformed, not signed by this server, or expired.", body = Refusal),
    )
)]
pub(super) async fn verify(State(auth): Core, fields: Fields) -> Result<Json<Nothing>, Rejection> {
    let [token] = fields.read([("token", Kind::Text)])?;
    auth.verify(&token).await.map_err(|error| Rejection::Core(error, EndpointKind::Verify))?;
    Ok(Json(Nothing {}))
}

/// Sign out: blacklist a refresh token and revoke its session, also by a spent token.
///
/// Simple JWT: `TokenBlacklistView`.
#[utoipa::path(
    post,
    path = "/api/token/blacklist/",
    tag = "tokens",
    operation_id = "blacklist",
    request_body = RefreshToken,
    responses(
        (status = 200, description = "Signed out.", body = Nothing),
        (status = 401, description = "The token is malformed, expired, of another type, spent or already blacklisted.", body = Refusal),
    )
)]
pub(super) async fn blacklist(
    State(auth): Core,
    ClientOrigin(origin): ClientOrigin,
    fields: Fields,
) -> Result<Json<Nothing>, Rejection> {
    let [refresh] = fields.read([("refresh", Kind::Text)])?;
    auth.blacklist(&refresh, origin).await.map_err(at_token)?;
    Ok(Json(Nothing {}))
}

/// Sign in and get a sliding token, which is both access and refresh token.
///
/// Simple JWT: `TokenObtainSlidingView`. `AUTH_TOKEN_CLASSES` must include sliding tokens for it to authenticate
/// requests.
#[utoipa::path(
    post,
    path = "/api/token/sliding/",
    tag = "tokens",
    operation_id = "obtainSliding",
    request_body = Credentials,
    responses(
        (status = 200, description = "Signed in; a new session was created.", body = SlidingToken),
        (status = 401, description = "Unknown user, wrong password or inactive account; the response does not say which.", body = Refusal),
    )
)]
pub(super) async fn obtain_sliding(
    State(auth): Core,
    ClientOrigin(origin): ClientOrigin,
    fields: Fields,
) -> Result<Json<SlidingToken>, Rejection> {
    auth.obtain_sliding(&credentials(fields)?, origin).await.map(Json).map_err(at_token)
}

/// Refresh a sliding token.
///
/// Simple JWT: `TokenRefreshSlidingView`.
#[utoipa::path(
    post,
    path = "/api/token/sliding/refresh/",
    tag = "tokens",
    operation_id = "refreshSliding",
    request_body = AnyToken,
    responses(
        (status = 200, description = "Refreshed.", body = SlidingToken),
        (status = 401, description = "The token is malformed, expired, of another type, blacklisted or past its refresh lifetime, or its user is deleted or inactive.", body = Refusal),
    )
)]
pub(super) async fn refresh_sliding(
    State(auth): Core,
    ClientOrigin(origin): ClientOrigin,
    fields: Fields,
) -> Result<Json<SlidingToken>, Rejection> {
    let [token] = fields.read([("token", Kind::Text)])?;
    auth.refresh_sliding(&token, origin).await.map(Json).map_err(at_token)
}

/// The request body to refresh or sign out.
#[derive(ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field, as Django REST framework reads them")]
pub(super) struct RefreshToken {
    /// The current refresh token.
    #[schema(pattern = r"\S")]
    refresh: String,
}

/// The request body to verify a token.
#[derive(ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field, as Django REST framework reads them")]
pub(super) struct AnyToken {
    /// An access token, a refresh token or a sliding token.
    #[schema(pattern = r"\S")]
    token: String,
}

/// An empty JSON object.
#[derive(Serialize, ToSchema)]
pub(super) struct Nothing {}

fn credentials(fields: Fields) -> Result<Credentials, Rejection> {
    let [username, password] = fields.read([("username", Kind::Text), ("password", Kind::Verbatim)])?;
    Ok(Credentials { username, password: password.into() })
}
