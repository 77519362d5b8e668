//! `/oauth/…`: token revocation (RFC 7009) and introspection (RFC 7662), for the clients of
//! `[clients.NAME]`; and what the server says of itself (RFC 8414).

mod client;
pub(super) mod metadata;
mod reject;

use axum::{
    Json,
    extract::State,
    middleware,
    response::{IntoResponse, Response},
    routing::MethodRouter,
};
use client::Request;
use hallpass_core::oauth::TokenRevocation;
use hallpass_types::{Introspection, OAuthError};
use http::{HeaderValue, header};
use reject::Refusal;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{
    method::{Routes, plain},
    reject::Core,
};
use crate::extract::ClientOrigin;

/// The endpoints for clients, and what the server says of itself.
pub(super) fn endpoints() -> [Routes; 3] {
    [for_clients(routes!(revoke)), for_clients(routes!(introspect)), plain(routes!(metadata::metadata))]
}

/// Where the metadata is found whose issuer has a path (RFC 8414 §3.1).
pub(super) const METADATA_OF_PATH: &str = "/.well-known/oauth-authorization-server/{*path}";

/// An endpoint for clients. Its 401 asks for `Basic`, unlike that of the REST dialect, and what it says is
/// never kept.
fn for_clients((schemas, paths, handlers): Routes) -> Routes {
    let unstored = SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let methods = handlers.fallback(reject::wrong_method);
    let methods: MethodRouter<_> = methods.layer(middleware::map_response(reject::challenge));
    (schemas, paths, methods.layer(unstored))
}

/// What a client asks about a token.
#[derive(ToSchema)]
#[expect(dead_code, reason = "bodies are read parameter by parameter")]
struct AboutToken {
    /// An access token, a refresh token or a sliding token.
    token: String,
    /// Which kind it is; not needed, since a token says so itself.
    token_type_hint: Option<String>,
    /// The client's name, where it does not authenticate by Basic.
    client_id: Option<String>,
    /// The client's secret, where it does not authenticate by Basic.
    client_secret: Option<String>,
}

/// Take a token back with its session (RFC 7009).
///
/// 200 whatever the token was: one that is no good is no error.
#[utoipa::path(
    post,
    path = "/oauth/revoke",
    tag = "clients",
    operation_id = "revokeToken",
    request_body(content = AboutToken, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It is good for nothing any more, or was already."),
        (status = 400, description = "The request is malformed, or the token is an access token without a session.", body = OAuthError),
        (status = 401, description = "The client is not known, or its secret is another.", body = OAuthError),
        (status = 404, description = "No client is configured.", body = OAuthError),
        (status = 405, description = "The method is another.", body = OAuthError),
        (status = 413, description = "The body is larger than 64 kB.", body = OAuthError),
        (status = 503, description = "The database does not answer: the token may still be good.", body = OAuthError),
    ),
    security((), ("client" = []))
)]
async fn revoke(State(auth): Core, ClientOrigin(origin): ClientOrigin, request: Request) -> Result<Response, Refusal> {
    match auth.revoke_token(&request.client, &request.token, &origin).await.map_err(Refusal::core)? {
        TokenRevocation::Done => Ok(().into_response()),
        TokenRevocation::Unsupported => Err(Refusal::UnsupportedTokenType),
    }
}

/// What a token is worth now (RFC 7662).
///
/// Of one that is not active nothing else is told.
#[utoipa::path(
    post,
    path = "/oauth/introspect",
    tag = "clients",
    operation_id = "introspectToken",
    request_body(content = AboutToken, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Whether it is good, and what it says.", body = Introspection),
        (status = 400, description = "The request is malformed.", body = OAuthError),
        (status = 401, description = "The client is not known, or its secret is another.", body = OAuthError),
        (status = 404, description = "No client is configured.", body = OAuthError),
        (status = 405, description = "The method is another.", body = OAuthError),
        (status = 413, description = "The body is larger than 64 kB.", body = OAuthError),
        (status = 503, description = "The database does not answer.", body = OAuthError),
    ),
    security((), ("client" = []))
)]
async fn introspect(State(auth): Core, request: Request) -> Result<Json<Introspection>, Refusal> {
    auth.introspect(&request.client, &request.token).await.map(Json).map_err(Refusal::core)
}
