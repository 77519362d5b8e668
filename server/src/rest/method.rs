//! Methods, as a Django REST framework view takes them: the one it is for, `OPTIONS`, and a 405 for
//! every other; each answer says in `Allow` which there are.

use std::sync::Arc;

use app::auth::Auth;
use axum::{
    Json,
    handler::Handler,
    middleware,
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, options, post},
};
use http::{HeaderValue, Method, header};
use serde_json::json;
use tower_http::set_header::SetResponseHeaderLayer;

use super::{extract::Authenticated, negotiate, reject::Rejection};

/// An endpoint that answers `POST`, whoever asks.
pub(super) fn write<H, T>(handler: H, name: &'static str) -> MethodRouter<Arc<Auth>>
where
    H: Handler<T, Arc<Auth>>,
    T: 'static,
{
    let methods = post(handler)
        .merge(options(async move || describe(name)))
        .fallback(async move |method: Method| Rejection::Method(method));
    allowing("POST, OPTIONS", methods)
}

/// An endpoint that answers `GET` to who is signed in. Who is not learns nothing else of it.
pub(super) fn read<H, T>(handler: H, name: &'static str) -> MethodRouter<Arc<Auth>>
where
    H: Handler<T, Arc<Auth>>,
    T: 'static,
{
    protected("GET, HEAD, OPTIONS", get(handler), name)
}

/// An endpoint of these handlers, each of which wants an access token; `allowed` are their methods.
pub(super) fn protected(
    allowed: &'static str,
    handlers: MethodRouter<Arc<Auth>>,
    name: &'static str,
) -> MethodRouter<Arc<Auth>> {
    let methods = handlers
        .merge(options(async move |_: Authenticated| describe(name)))
        .fallback(async move |_: Authenticated, method: Method| Rejection::Method(method));
    allowing(allowed, methods)
}

fn allowing(allowed: &'static str, methods: MethodRouter<Arc<Auth>>) -> MethodRouter<Arc<Auth>> {
    let allow = HeaderValue::from_static(allowed);
    let methods: MethodRouter<Arc<Auth>> = methods.layer(middleware::from_fn(negotiate::json_or_nothing));
    methods.layer(SetResponseHeaderLayer::overriding(header::ALLOW, allow))
}

/// What `OPTIONS` says of an endpoint.
fn describe(name: &str) -> Response {
    Json(json!({
        "name": name,
        "description": "",
        "renders": ["application/json"],
        "parses": ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
    }))
    .into_response()
}
