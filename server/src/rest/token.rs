//! `/api/token/…`: obtain a pair or a sliding token, refresh, verify, blacklist.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use hallpass_types::{Credentials, SlidingToken, TokenPair};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    body::{Fields, Kind},
    refusal::Refusal,
    reject::{Core, Door, Rejection, at_token},
};
use crate::extract::ClientOrigin;

/// Sign in: an access and a refresh token for a name and a password.
///
/// Simple JWT: `TokenObtainPairView`.
#[utoipa::path(
    post,
    path = "/api/token/",
    tag = "tokens",
    operation_id = "obtainPair",
    request_body = Credentials,
    responses(
        (status = 200, description = "Signed in; this is a new session.", body = TokenPair),
        (status = 401, description = "Unknown user, wrong password or inactive account; which one is not told.", body = Refusal),
    )
)]
pub(super) async fn obtain(
    State(auth): Core,
    ClientOrigin(origin): ClientOrigin,
    fields: Fields,
) -> Result<Json<TokenPair>, Rejection> {
    auth.obtain_pair(&credentials(&fields)?, origin).await.map(Json).map_err(at_token)
}

/// Stay signed in: the next pair for a refresh token, which is spent by that.
///
/// Simple JWT: `TokenRefreshView`. A lost answer can be asked for again: the same pair comes once more.
#[utoipa::path(
    post,
    path = "/api/token/refresh/",
    tag = "tokens",
    operation_id = "refresh",
    request_body = RefreshToken,
    responses(
        (status = 200, description = "The next pair; without `refresh` where tokens do not rotate.", body = TokenPair),
        (status = 401, description = "The token is malformed, expired, of another type, spent or blacklisted, or its user is gone or inactive.", body = Refusal),
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

/// Whether a token of any type is good.
///
/// Simple JWT: `TokenVerifyView`. A token that is blacklisted is a 400, as there.
#[utoipa::path(
    post,
    path = "/api/token/verify/",
    tag = "tokens",
    operation_id = "verify",
    request_body = AnyToken,
    responses(
        (status = 200, description = "It is good.", body = Nothing),
        (status = 401, description = "It is malformed, not signed by this server, or expired.", body = Refusal),
    )
)]
pub(super) async fn verify(State(auth): Core, fields: Fields) -> Result<Response, Rejection> {
    let [token] = fields.read([("token", Kind::Text)])?;
    auth.verify(&token).await.map_err(|error| Rejection::Core(error, Door::Verify))?;
    Ok(Json(Nothing {}).into_response())
}

/// Sign out: a refresh token is given back, and its session is over at once.
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
        (status = 401, description = "The token is malformed, expired, of another type, or spent or blacklisted before.", body = Refusal),
    )
)]
pub(super) async fn blacklist(
    State(auth): Core,
    ClientOrigin(origin): ClientOrigin,
    fields: Fields,
) -> Result<Response, Rejection> {
    let [refresh] = fields.read([("refresh", Kind::Text)])?;
    auth.blacklist(&refresh, origin).await.map_err(at_token)?;
    Ok(Json(Nothing {}).into_response())
}

/// Sign in for a sliding token, which opens protected endpoints and renews itself.
///
/// Simple JWT: `TokenObtainSlidingView`. What it opens is up to `AUTH_TOKEN_CLASSES`.
#[utoipa::path(
    post,
    path = "/api/token/sliding/",
    tag = "tokens",
    operation_id = "obtainSliding",
    request_body = Credentials,
    responses(
        (status = 200, description = "Signed in; this is a new session.", body = SlidingToken),
        (status = 401, description = "Unknown user, wrong password or inactive account; which one is not told.", body = Refusal),
    )
)]
pub(super) async fn obtain_sliding(
    State(auth): Core,
    ClientOrigin(origin): ClientOrigin,
    fields: Fields,
) -> Result<Json<SlidingToken>, Rejection> {
    auth.obtain_sliding(&credentials(&fields)?, origin).await.map(Json).map_err(at_token)
}

/// The same sliding token, good for longer.
///
/// Simple JWT: `TokenRefreshSlidingView`.
#[utoipa::path(
    post,
    path = "/api/token/sliding/refresh/",
    tag = "tokens",
    operation_id = "refreshSliding",
    request_body = AnyToken,
    responses(
        (status = 200, description = "Renewed.", body = SlidingToken),
        (status = 401, description = "The token is malformed, expired, of another type, blacklisted or past its last renewal, or its user is gone or inactive.", body = Refusal),
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

/// What asks for the next pair, and what signs out.
#[derive(ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field, as Django REST framework reads them")]
pub(super) struct RefreshToken {
    /// The refresh token of the pair at hand.
    #[schema(pattern = r"\S")]
    refresh: String,
}

/// What asks whether a token is good.
#[derive(ToSchema)]
#[expect(dead_code, reason = "bodies are read field by field, as Django REST framework reads them")]
pub(super) struct AnyToken {
    /// An access token, a refresh token or a sliding token.
    #[schema(pattern = r"\S")]
    token: String,
}

/// All is said by the status.
#[derive(Serialize, ToSchema)]
pub(super) struct Nothing {}

fn credentials(fields: &Fields) -> Result<Credentials, Rejection> {
    let [username, password] = fields.read([("username", Kind::Text), ("password", Kind::Verbatim)])?;
    Ok(Credentials { username, password: password.into() })
}
