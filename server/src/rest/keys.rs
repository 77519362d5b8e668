//! `GET /.well-known/jwks.json`: the public halves of our keys, for whoever verifies our tokens.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use hallpass_core::keys::JwkSet;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::reject::Core;

/// Long enough to spare requests, short enough for a new key to be known in time, seconds.
const CACHE: &str = "public, max-age=300, stale-if-error=86400";

/// The public keys, for whoever verifies our tokens: a JWK set (RFC 7517 §5).
///
/// With a shared secret it is empty. Who has it already is told so.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "service",
    operation_id = "jwks",
    responses(
        (status = 200, description = "To be kept for five minutes.", content_type = "application/jwk-set+json", body = Value),
        (status = 304, description = "Who asks has them already."),
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
    let is_known = request.get_all(header::IF_NONE_MATCH).iter().any(|known| names(known, &tag));
    if is_known { (StatusCode::NOT_MODIFIED, headers).into_response() } else { (headers, Json(keys)).into_response() }
}

/// The same for the same keys in the same order.
fn entity_tag(keys: &JwkSet) -> HeaderValue {
    let mut hasher = DefaultHasher::new();
    keys.hash(&mut hasher);
    HeaderValue::from_str(&format!("\"{:016x}\"", hasher.finish())).expect("hexadecimal digits in quotes are a header")
}

/// Whether `If-None-Match` names this tag (RFC 9110 §13.1.2, where weak tags count as strong ones).
fn names(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let known = known.to_str().unwrap_or_default();
    known.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/").as_bytes() == tag)
}
