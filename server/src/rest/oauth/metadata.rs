//! `GET /.well-known/oauth-authorization-server`: what is there, and nothing else. It needs an issuer
//! that is the address of this server; any other text in `issuer` is a fine claim and no address.

use app::{auth::settings::Settings, wire::ServerMetadata};
use axum::{
    Json,
    extract::{OriginalUri, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Uri, header};

use crate::rest::{
    refusal::Refusal as RefusedBody,
    reject::{Core, not_found},
};

const WELL_KNOWN: &str = "/.well-known/oauth-authorization-server";

/// As long as the keys, seconds.
const CACHE: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// What this server offers of OAuth 2.0 (RFC 8414).
///
/// It is there when the setting `issuer` is the address of this server.
#[utoipa::path(
    get,
    path = "/.well-known/oauth-authorization-server",
    tag = "service",
    operation_id = "serverMetadata",
    responses(
        (status = 200, description = "To be kept for five minutes.", body = ServerMetadata),
        (status = 404, description = "`issuer` is no address, or has another path.", body = RefusedBody),
    )
)]
pub(in crate::rest) async fn metadata(State(auth): Core, OriginalUri(uri): OriginalUri) -> Response {
    let issuer = auth.settings().issuer.as_deref().and_then(address);
    let asked = uri.path().strip_prefix(WELL_KNOWN).unwrap_or_default().trim_end_matches('/');
    match issuer.filter(|issuer| issuer.path().trim_end_matches('/') == asked) {
        Some(_) => {
            let has_keys = !auth.public_keys().keys.is_empty();
            let mut response = Json(describe(auth.settings(), has_keys)).into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, CACHE);
            response
        }
        None => not_found(),
    }
}

/// `https` without query and fragment (RFC 8414 §2), or `http` to this very machine, for trying out.
fn address(issuer: &str) -> Option<Uri> {
    let uri: Uri = issuer.parse().ok()?;
    let host = uri.host()?;
    let is_here = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    let is_reached = uri.scheme_str() == Some("https") || (uri.scheme_str() == Some("http") && is_here);
    let is_plain = !issuer.contains(['?', '#', '@']);
    (is_reached && is_plain).then_some(uri)
}

fn describe(settings: &Settings, has_keys: bool) -> ServerMetadata {
    let issuer = settings.issuer.clone().unwrap_or_default();
    let base = issuer.trim_end_matches('/');
    let has_clients = !settings.clients.is_empty();
    let endpoint = |path: &str| has_clients.then(|| format!("{base}{path}"));
    let methods = || has_clients.then(|| vec!["client_secret_basic".to_owned(), "client_secret_post".to_owned()]);
    ServerMetadata {
        jwks_uri: has_keys.then(|| format!("{base}/.well-known/jwks.json")),
        response_types_supported: Vec::new(),
        grant_types_supported: Vec::new(),
        revocation_endpoint: endpoint("/oauth/revoke"),
        revocation_endpoint_auth_methods_supported: methods(),
        introspection_endpoint: endpoint("/oauth/introspect"),
        introspection_endpoint_auth_methods_supported: methods(),
        issuer,
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn an_issuer_is_an_address_or_a_mere_name() {
        for good in ["https://a.example", "https://a.example:8443/x", "http://localhost:3000", "http://[::1]:3000"] {
            assert!(address(good).is_some(), "{good}");
        }
        for name in ["hallpass", "http://a.example", "https://a.example?x=1", "https://a.example#x", "/x", "ftp://a"] {
            assert!(address(name).is_none(), "{name}");
        }
    }
}
