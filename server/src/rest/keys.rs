//! `GET /.well-known/jwks.json`: the public keys, for services that verify tokens.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use hallpass_core::keys::JwkSet;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::reject::Core;

/// Cache lifetimes in seconds: long enough to reduce requests, short enough for new keys to be known in time.
const CACHE: &str = "public, max-age=300, stale-if-error=86400";

/// Get the public keys for verifying tokens: a JWK set (RFC 7517 §5).
///
/// The set is empty with a shared secret. Cached copies are revalidated by their entity tag.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "service",
    operation_id = "jwks",
    responses(
        (status = 200, description = "Cacheable for five minutes.", content_type = "application/jwk-set+json", body = Value),
        (status = 304, description = "The cached keys are current."),
    )
)]
pub(super) async fn jwks(State(auth): Core, request: HeaderMap) -> Response {
    let keys = auth.public_keys();
    let tag = entity_tag(&keys);
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/jwk-set+json")),
        (header::CACHE_CONTROL, HeaderValue::from_static(CACHE)),
        (header::ETAG, tag.clone()),
    ];
    let is_known = request.get_all(header::IF_NONE_MATCH).iter().any(|known| includes(known, &tag));
    if is_known { (StatusCode::NOT_MODIFIED, headers).into_response() } else { (headers, Json(keys)).into_response() }
}

/// An entity tag of the keys in their order.
fn entity_tag(keys: &JwkSet) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    keys.hash(&mut hasher);
    HeaderValue::from_str(&format!("\"{:016x}\"", hasher.finish())).expect("hexadecimal digits in quotes are a header")
}

/// Whether `If-None-Match` includes this tag (RFC 9110 §13.1.2: weak comparison).
fn includes(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let known = known.to_str().unwrap_or_default();
    known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/").as_bytes() == tag)
}
