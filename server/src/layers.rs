//! What is done to every request and response, whatever the URL.

use std::{
    any::Any,
    net::SocketAddr,
    sync::{Arc, Once},
    time::Duration,
};

use app::auth::session::Origin;
use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tower_http::request_id::RequestId;
use tracing::Span;

use crate::{
    edge::{Edge, Hsts},
    forwarded::Client,
    site, telemetry,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Headers that a browser should find on every answer, unless the handler set its own.
const SECURITY_HEADERS: [(HeaderName, &str); 7] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    // Isolated from other origins of the same site. `Cross-Origin-Embedder-Policy` is left out: nothing can
    // be embedded anyway, and it would only add finer clocks and shared memory.
    (HeaderName::from_static("origin-agent-cluster"), "?1"),
    (HeaderName::from_static("permissions-policy"), PERMISSIONS_POLICY),
    // A page brings its own policy; for everything else there is nothing to run.
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
];

/// What no page here uses, so no script may, nor ask a person for it. Not among them: `clipboard-write`,
/// which the documentation's page copies with, and names that some browsers complain of in the console.
const PERMISSIONS_POLICY: &str = "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), compute-pressure=(), \
     cross-origin-isolated=(), display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), \
     gyroscope=(), hid=(), identity-credentials-get=(), idle-detection=(), keyboard-map=(), local-fonts=(), \
     magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-create=(), \
     publickey-credentials-get=(), screen-wake-lock=(), serial=(), storage-access=(), sync-xhr=(), usb=(), \
     window-management=(), xr-spatial-tracking=()";

/// Two years of TLS alone, as browsers' lists of such sites ask for; of this host and not of others below
/// its name, which are not ours to decide about.
const TRANSPORT_SECURITY: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Adds the security headers.
pub async fn security_headers(State(edge): State<Arc<Edge>>, request: Request, next: Next) -> Response {
    let is_secure = request.extensions().get::<Client>().is_some_and(|client| client.is_secure);
    let mut response = next.run(request).await;
    if edge.hsts == Hsts::On || (edge.hsts == Hsts::Auto && is_secure) {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT_SECURITY);
    }
    for (name, value) in SECURITY_HEADERS {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// Notes where a request came from, for limits, sessions and security events: the peer's own address, or
/// what a proxy that is trusted says of it.
pub async fn origin(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let client = peer.map(|peer| edge.proxies.client(peer, request.headers()));
    if edge.proxies.trusted.is_empty() {
        hint_at_proxies(request.headers());
    }
    let user_agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let origin = Origin::new(client.map(|client| client.address.to_string()), user_agent);
    request.extensions_mut().insert(origin);
    if let Some(client) = client {
        request.extensions_mut().insert(client);
    }
    next.run(request).await
}

/// Says once what an operator behind a proxy may have forgotten: all people would share one address's
/// limits.
fn hint_at_proxies(headers: &HeaderMap) {
    static SAID: Once = Once::new();
    if headers.contains_key("x-forwarded-for") || headers.contains_key(header::FORWARDED) {
        SAID.call_once(|| {
            tracing::warn!(
                "a forwarding header was ignored; behind a proxy, set trusted_proxies (HALLPASS_TRUSTED_PROXIES)"
            );
        });
    }
}

/// The longest name that a caller may give a request.
const MAX_REQUEST_ID: usize = 64;

/// Forgets the name that a caller gave the request, unless it is one that can be found in a log and forges
/// nothing there: once, and of letters, digits, `-`, `_` and `.` alone.
pub fn check_request_id(mut request: Request) -> Request {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    let is_good = |id: &HeaderValue| !id.is_empty() && id.len() <= MAX_REQUEST_ID && id.as_bytes().iter().all(is_plain);
    let mut given = request.headers().get_all(REQUEST_ID).iter();
    let is_kept = match (given.next(), given.next()) {
        (None, _) => return request,
        (Some(id), None) => is_good(id),
        (Some(_), Some(_)) => false,
    };
    if !is_kept {
        request.headers_mut().remove(REQUEST_ID);
    }
    request
}

/// The span of a request, in which all is logged that is logged of it: never its query, headers or body.
/// It is there at every level of logging but `off`, so that an error can always be told by its request.
pub fn span(request: &Request) -> Span {
    let request_id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    let span = tracing::error_span!("request", method = %request.method(), path = request.uri().path(), request_id);
    telemetry::continue_trace(&span, request.headers());
    span
}

/// One line for each answer: failures of the server are errors, everything else is said when asked for.
pub fn log_response(response: &Response, latency: Duration, _span: &Span) {
    let (status, micros) = (response.status().as_u16(), latency.as_micros());
    if response.status().is_server_error() {
        tracing::error!(status, micros, "answered");
    } else {
        tracing::debug!(status, micros, "answered");
    }
}

/// A handler that panics ends its own request and nothing else; what it said is in the log already.
pub fn panicked(_said: Box<dyn Any + Send>) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let body = r#"{"detail":"The server failed at this request. Try again in a moment."}"#;
    (StatusCode::INTERNAL_SERVER_ERROR, headers, body).into_response()
}

/// As [`panicked`], for who wanted a page.
pub fn page_panicked(_said: Box<dyn Any + Send>) -> Response {
    site::error_page()
}
