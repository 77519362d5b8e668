//! `GET /.well-known/jwks.json`: the public halves of our keys, for whoever verifies our tokens.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};

use super::reject::Core;

/// Long enough to spare requests, short enough for a new key to be known in time, seconds.
const CACHE: &str = "public, max-age=300, stale-if-error=86400";

/// A JWK set (RFC 7517 §5). With a shared secret it is empty.
pub(super) async fn jwks(State(auth): Core) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/jwk-set+json")),
        (header::CACHE_CONTROL, HeaderValue::from_static(CACHE)),
    ];
    (headers, Json(auth.public_keys())).into_response()
}
