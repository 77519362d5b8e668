//! Methods, as a Django REST framework view takes them: those it is for, `OPTIONS`, and a 405 for every
//! other; each answer says in `Allow` which there are. What an endpoint is for, and whether it wants an
//! access token, is read from its documentation, so that the two cannot differ.

use std::sync::Arc;

use app::auth::Auth;
use axum::{
    Extension, Json, middleware,
    response::{IntoResponse, Response},
    routing::{MethodRouter, options},
};
use http::{HeaderValue, Method, header};
use serde_json::json;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::{PathItem, path::Paths};
use utoipa_axum::router::UtoipaMethodRouter;

use super::{admin::Staff, docs, extract::Authenticated, negotiate, openapi, reject::Rejection};
use crate::edge::Stopping;

/// The handlers of one path, and what is documented of them: what `routes!` makes.
pub(super) type Routes = UtoipaMethodRouter<Arc<Auth>>;

/// An endpoint of the dialect: a view of this name.
pub(super) fn view(name: &'static str, mut routes: Routes) -> Routes {
    let item = only_item(&mut routes.1);
    openapi::complete_view(item);
    let is_protected = openapi::operations(item).any(|(_, operation)| operation.security.is_some());
    with_layers(routes, |handlers| if is_protected { protected(handlers, name) } else { open(handlers, name) })
}

/// A view that can be asked for too often.
pub(super) fn limited_view(name: &'static str, mut routes: Routes) -> Routes {
    openapi::complete_limited_view(only_item(&mut routes.1));
    view(name, routes)
}

/// A view for staff.
pub(super) fn staff_view(name: &'static str, mut routes: Routes) -> Routes {
    let item = only_item(&mut routes.1);
    openapi::complete_view(item);
    openapi::complete_staff_view(item);
    with_layers(routes, |handlers| staffed(handlers, name))
}

fn with_layers(
    (schemas, mut paths, handlers): Routes,
    guard: impl FnOnce(MethodRouter<Arc<Auth>>) -> MethodRouter<Arc<Auth>>,
) -> Routes {
    let item = only_item(&mut paths);
    let methods = guard(handlers);
    let methods: MethodRouter<_> =
        methods.layer(middleware::from_fn_with_state(docs::location(item), negotiate::json_or_docs));
    let methods = methods.layer(SetResponseHeaderLayer::overriding(header::ALLOW, allow(item, &["OPTIONS"])));
    (schemas, paths, methods)
}

/// An endpoint that is no view: it takes its methods and says of nothing else.
pub(super) fn plain((schemas, mut paths, handlers): Routes) -> Routes {
    let item = only_item(&mut paths);
    openapi::complete_endpoint(item);
    let methods = handlers.fallback(async move |method: Method| Rejection::Method(method));
    let methods = methods.layer(SetResponseHeaderLayer::overriding(header::ALLOW, allow(item, &[])));
    (schemas, paths, methods)
}

/// An endpoint that is told whether the server is stopping.
pub(super) fn told_of((schemas, paths, handlers): Routes, stopping: &Stopping) -> Routes {
    (schemas, paths, handlers.layer(Extension(stopping.clone())))
}

/// Takes every method; who is not signed in learns nothing else of it.
fn protected(handlers: MethodRouter<Arc<Auth>>, name: &'static str) -> MethodRouter<Arc<Auth>> {
    handlers
        .merge(options(async move |_: Authenticated| describe(name)))
        .fallback(async move |_: Authenticated, method: Method| Rejection::Method(method))
}

/// Takes every method; who is not staff learns nothing else of it.
fn staffed(handlers: MethodRouter<Arc<Auth>>, name: &'static str) -> MethodRouter<Arc<Auth>> {
    handlers
        .merge(options(async move |_: Staff| describe(name)))
        .fallback(async move |_: Staff, method: Method| Rejection::Method(method))
}

/// Takes every method, whoever asks.
fn open(handlers: MethodRouter<Arc<Auth>>, name: &'static str) -> MethodRouter<Arc<Auth>> {
    handlers
        .merge(options(async move || describe(name)))
        .fallback(async move |method: Method| Rejection::Method(method))
}

fn only_item(paths: &mut Paths) -> &mut PathItem {
    paths.paths.values_mut().next().expect("`routes!` takes one handler at least")
}

/// The methods of an endpoint, in Django's order.
fn allow(item: &PathItem, besides: &[&'static str]) -> HeaderValue {
    let mut methods: Vec<_> = openapi::operations(item).map(|(method, _)| method).collect();
    methods.extend(item.get.as_ref().map(|_| "HEAD"));
    methods.extend(besides);
    HeaderValue::from_str(&methods.join(", ")).expect("methods are plain words")
}

/// What `OPTIONS` says of an endpoint.
pub(super) fn describe(name: &str) -> Response {
    Json(json!({
        "name": name,
        "description": "",
        "renders": ["application/json"],
        "parses": ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
    }))
    .into_response()
}
