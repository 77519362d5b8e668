//! `/oauth/…`: token revocation (RFC 7009) and introspection (RFC 7662) for the clients of `[clients.NAME]`, and the
//! server metadata (RFC 8414).

mod client;
pub(super) mod metadata;
mod reject;

use axum::{Json, extract::State};
use client::Request;
use hallpass_core::oauth::TokenRevocation;
use hallpass_types::{Introspection, OAuthError};
use http::{HeaderValue, header};
use reject::OAuthRejection;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{
    method::{Routes, plain},
    reject::Core,
};
use crate::extract::ClientOrigin;

/// The endpoints for clients, and the server metadata.
pub(super) fn endpoints() -> [Routes; 3] {
    [for_clients(routes!(revoke)), for_clients(routes!(introspect)), plain(routes!(metadata::metadata))]
}

/// The path of the metadata for an issuer that has a path (RFC 8414 §3.1).
pub(super) const METADATA_OF_PATH: &str = "/.well-known/oauth-authorization-server/{*path}";

/// An endpoint for clients. Unlike in the REST API, its 401 asks for `Basic`. Responses are not cached.
fn for_clients((schemas, paths, handlers): Routes) -> Routes {
    let unstored = SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (schemas, paths, handlers.fallback(reject::wrong_method).layer(unstored))
}

/// The request body of both endpoints.
#[derive(ToSchema)]
#[expect(dead_code, reason = "bodies are read parameter by parameter")]
struct AboutToken {
    /// An access token, a refresh token or a sliding token.
    token: String,
    /// The type of the token. Not needed, because a token contains its type.
    token_type_hint: Option<String>,
    /// The client's id, if it does not use Basic authentication.
    client_id: Option<String>,
    /// The client's secret, if it does not use Basic authentication.
    client_secret: Option<String>,
}

/// Revoke a token and its session (RFC 7009).
///
/// The response is 200 for invalid tokens, too.
#[utoipa::path(
    post,
    path = "/oauth/revoke",
    tag = "clients",
    operation_id = "revokeToken",
    request_body(content = AboutToken, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The token is revoked, or was invalid."),
        (status = 400, description = "The request is malformed, or the token is an access token without a session.", body = OAuthError),
        (status = 401, description = "The client is unknown, or its secret is wrong.", body = OAuthError),
        (status = 404, description = "No clients are configured.", body = OAuthError),
        (status = 405, description = "The method is not allowed.", body = OAuthError),
        (status = 413, description = "The body is larger than 64 kB.", body = OAuthError),
        (status = 503, description = "The database does not answer: the token may still be valid.", body = OAuthError),
    ),
    security((), ("client" = []))
)]
async fn revoke(State(auth): Core, ClientOrigin(origin): ClientOrigin, request: Request) -> Result<(), OAuthRejection> {
    match auth.revoke_token(&request.client, &request.token, &origin).await.map_err(OAuthRejection::core)? {
        TokenRevocation::Done => Ok(()),
        TokenRevocation::Unsupported => Err(OAuthRejection::UnsupportedTokenType),
    }
}

/// Introspect a token (RFC 7662).
///
/// For an inactive token, the response contains nothing else.
#[utoipa::path(
    post,
    path = "/oauth/introspect",
    tag = "clients",
    operation_id = "introspectToken",
    request_body(content = AboutToken, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Whether the token is active, and its claims.", body = Introspection),
        (status = 400, description = "The request is malformed.", body = OAuthError),
        (status = 401, description = "The client is unknown, or its secret is wrong.", body = OAuthError),
        (status = 404, description = "No clients are configured.", body = OAuthError),
        (status = 405, description = "The method is not allowed.", body = OAuthError),
        (status = 413, description = "The body is larger than 64 kB.", body = OAuthError),
        (status = 503, description = "The database does not answer.", body = OAuthError),
    ),
    security((), ("client" = []))
)]
async fn introspect(State(auth): Core, request: Request) -> Result<Json<Introspection>, OAuthRejection> {
    auth.introspect(&request.client, &request.token).await.map(Json).map_err(OAuthRejection::core)
}
