//! The layers around every request and response: request id, host check, client IP address, body timeout, logs,
//! panics and security headers.

use std::{
    convert::Infallible,
    mem,
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    sync::{Arc, LazyLock, Once},
    time::Instant,
};

use axum::{
    Json, Router,
    extract::{ConnectInfo, Request},
    response::{IntoResponse, Response},
};
use futures::{
    FutureExt,
    future::{Either, ready},
};
use hallpass_core::session::Origin;
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts};
use serde_json::json;
use tower::{Service, service_fn};
use tracing::{Instrument, Span};

use crate::{
    body_timeout,
    connections::App,
    forwarded::{Client, X_FORWARDED_FOR},
    host,
    http_options::{Hsts, HttpOptions},
    request_id::RequestIds,
    telemetry,
};

/// Security headers of every response, unless the handler sets its own.
static SECURITY_HEADERS: LazyLock<HeaderMap> = LazyLock::new(|| {
    // Every response starts with a copy of this map, which has capacity for the handler's headers.
    let mut headers = HeaderMap::with_capacity(16);
    headers.extend([
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
        // Pages set their own policy. Other responses contain nothing to execute.
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    ]);
    headers
});

/// Headers that only apply to pages.
const PAGE_HEADERS: [(HeaderName, HeaderValue); 2] = [
    // Origin isolation from other origins of the same site. `Cross-Origin-Embedder-Policy` is omitted: nothing can be
    // embedded anyway, and it would only enable precise timers and shared memory.
    (HeaderName::from_static("origin-agent-cluster"), HeaderValue::from_static("?1")),
    (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS_POLICY)),
];

/// Browser features that no page uses, disabled for scripts. `clipboard-write` is not listed, because the API
/// documentation copies to the clipboard, and neither are names that some browsers warn about in the console.
const PERMISSIONS_POLICY: &str = "accelerometer=(), autoplay=(), camera=(), clipboard-read=(), compute-pressure=(), \
     cross-origin-isolated=(), display-capture=(), encrypted-media=(), fullscreen=(), gamepad=(), geolocation=(), \
     gyroscope=(), hid=(), identity-credentials-get=(), idle-detection=(), keyboard-map=(), local-fonts=(), \
     magnetometer=(), microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-create=(), \
     publickey-credentials-get=(), screen-wake-lock=(), serial=(), storage-access=(), sync-xhr=(), usb=(), \
     window-management=(), xr-spatial-tracking=()";

/// Two years, as the preload list requires. Subdomains are not included, because they may belong to others.
const TRANSPORT_SECURITY: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Wraps the router. Not a layer of the router, because the service of a layer is cloned for every request.
pub fn wrap(app: Router, http: HttpOptions) -> impl App {
    let (http, ids) = (Arc::new(http), Arc::new(RequestIds::default()));
    service_fn(move |request| answer(app.clone(), http.clone(), ids.clone(), request))
}

/// Assigns the request id, checks the host, records the client, applies the body timeout, logs the result, and adds the
/// security headers.
async fn answer(
    mut app: Router,
    http: Arc<HttpOptions>,
    ids: Arc<RequestIds>,
    mut request: Request,
) -> Result<Response, Infallible> {
    let id = ids.name(request.headers());
    let begun = Instant::now();
    let span = span(&request, &id);
    let client = note_client(&http, &mut request);
    let answered = match host::find(request.version(), request.uri(), request.headers()).err() {
        None => Either::Left(body_timeout::apply(http.body_timeout, request, |request| app.call(request))),
        // RFC 9112 §3.2.
        Some(error) => Either::Right(ready(Ok(detail(StatusCode::BAD_REQUEST, &error.to_string())))),
    };
    let answered = AssertUnwindSafe(answered).catch_unwind().map(|answered| {
        // A panic ends only its own request. The panic hook has logged the message.
        let sentence = "The server failed at this request. Try again in a moment.";
        let response = answered.unwrap_or_else(|_| Ok(detail(StatusCode::INTERNAL_SERVER_ERROR, sentence)));
        response.inspect(|response| log_response(response, begun))
    });
    let mut response = answered.instrument(span).await?;
    // Inserting these into the handler's map would rehash; extending the copy does not.
    let mut headers = SECURITY_HEADERS.clone();
    headers.extend(mem::take(response.headers_mut()));
    if http.hsts == Hsts::On || (http.hsts == Hsts::Auto && client.is_some_and(|client| client.is_secure)) {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TRANSPORT_SECURITY);
    }
    if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html")) {
        for (name, value) in PAGE_HEADERS {
            headers.entry(name).or_insert(value);
        }
    }
    headers.insert(RequestIds::HEADER, id);
    *response.headers_mut() = headers;
    Ok(response)
}

/// The client's IP address for limits, sessions and security events: the peer's, or the one that trusted proxies
/// report. With `hsts = "on"`, every request counts as TLS.
fn note_client(http: &HttpOptions, request: &mut Request) -> Option<Client> {
    let peer = peer(request.extensions())?;
    let mut client = peer;
    if http.proxies.trusted.is_empty() {
        hint_at_proxies(request.headers());
    } else {
        client = http.proxies.client(peer.address, request.headers());
    }
    client.is_secure |= http.hsts == Hsts::On;
    // The peer is already in the extensions, from the connection.
    if client != peer {
        request.extensions_mut().insert(client);
    }
    Some(client)
}

/// The peer of the connection.
fn peer(extensions: &Extensions) -> Option<Client> {
    let ConnectInfo(peer) = extensions.get::<ConnectInfo<SocketAddr>>()?;
    Some(Client { address: peer.ip().to_canonical(), is_secure: false })
}

/// The client of a request that passed through [`wrap`].
fn client(parts: &Parts) -> Option<Client> {
    parts.extensions.get::<Client>().copied().or_else(|| peer(&parts.extensions))
}

/// The client's IP address.
pub fn client_address(parts: &Parts) -> Option<IpAddr> {
    client(parts).map(|client| client.address)
}

/// Whether a request is known to have been made over TLS.
pub fn is_secure(parts: &Parts) -> bool {
    client(parts).is_some_and(|client| client.is_secure)
}

/// The origin of a request, for sessions and security events.
pub fn origin(parts: &Parts) -> Origin {
    let client = client(parts);
    let user_agent = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Origin::new(client.map(|client| client.address.to_string()), user_agent)
}

/// Warns once about forwarding headers without trusted proxies, where all users would share the limits of the proxy's
/// IP address.
fn hint_at_proxies(headers: &HeaderMap) {
    static SAID: Once = Once::new();
    if headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(header::FORWARDED) {
        SAID.call_once(|| {
            tracing::warn!(
                "a forwarding header was ignored; behind a proxy, set trusted_proxies (HALLPASS_TRUSTED_PROXIES)"
            );
        });
    }
}

/// The span of a request: method, path and request id, never the query, headers or body. It is enabled at every log
/// level but `off`, so that every error can be traced to its request.
fn span(request: &Request, id: &HeaderValue) -> Span {
    let (method, path, request_id) = (request.method().as_str(), request.uri().path(), id.to_str().ok());
    let span = tracing::error_span!("request", method, path, request_id);
    telemetry::continue_trace(&span, request.headers());
    span
}

/// Logs each response: server errors as errors, all others at debug level.
fn log_response(response: &Response, begun: Instant) {
    let status = response.status().as_u16();
    // The clock is only read if the line is logged.
    if response.status().is_server_error() {
        tracing::error!(status, micros = begun.elapsed().as_micros(), "answered");
    } else {
        tracing::debug!(status, micros = begun.elapsed().as_micros(), "answered");
    }
}

fn detail(status: StatusCode, sentence: &str) -> Response {
    let headers = [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, headers, Json(json!({ "detail": sentence }))).into_response()
}
