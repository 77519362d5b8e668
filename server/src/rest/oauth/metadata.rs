//! `GET /.well-known/oauth-authorization-server`: the server metadata. It requires that `issuer` is the URL of this
//! server; any other text is a valid claim, but not a URL.

use axum::{
    Json,
    extract::{OriginalUri, State},
    response::{IntoResponse, Response},
};
use hallpass_core::settings::Settings;
use hallpass_types::ServerMetadata;
use http::{HeaderValue, header};

use crate::{
    base_url::BaseUrl,
    rest::{
        refusal::Refusal,
        reject::{Core, not_found},
    },
};

const WELL_KNOWN: &str = "/.well-known/oauth-authorization-server";

/// The cache lifetime of the keys.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// Get the OAuth 2.0 server metadata (RFC 8414).
///
/// Available if the setting `issuer` is the URL of this server.
#[utoipa::path(
    get,
    path = "/.well-known/oauth-authorization-server",
    tag = "service",
    operation_id = "serverMetadata",
    responses(
        (status = 200, description = "Cacheable for five minutes.", body = ServerMetadata),
        (status = 404, description = "`issuer` is not a URL, or has another path.", body = Refusal),
    )
)]
pub(in crate::rest) async fn metadata(State(auth): Core, OriginalUri(uri): OriginalUri) -> Response {
    let issuer = auth.settings().issuer.as_deref().and_then(BaseUrl::of_issuer);
    let asked = uri.path().strip_prefix(WELL_KNOWN).unwrap_or_default().trim_end_matches('/');
    match issuer.filter(|issuer| issuer.path() == asked) {
        Some(base) => {
            let has_keys = !auth.public_keys().keys.is_empty();
            let mut response = Json(describe(auth.settings(), &base, has_keys)).into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, CACHE);
            response
        }
        None => not_found(),
    }
}

fn describe(settings: &Settings, base: &BaseUrl, has_keys: bool) -> ServerMetadata {
    let has_clients = !settings.clients.is_empty();
    let endpoint = |path: &str| has_clients.then(|| base.join(path));
    let methods = || has_clients.then(|| vec!["client_secret_basic".to_owned(), "client_secret_post".to_owned()]);
    ServerMetadata {
        jwks_uri: has_keys.then(|| base.join("/.well-known/jwks.json")),
        response_types_supported: Vec::new(),
        grant_types_supported: Vec::new(),
        revocation_endpoint: endpoint("/oauth/revoke"),
        revocation_endpoint_auth_methods_supported: methods(),
        introspection_endpoint: endpoint("/oauth/introspect"),
        introspection_endpoint_auth_methods_supported: methods(),
        issuer: settings.issuer.clone().unwrap_or_default(),
    }
}
