//! Views in the sense of Django REST framework: content negotiation, `OPTIONS`, 405, and the headers of every response.
//!
//! `Allow` and the link to the documentation are computed once per path from its OpenAPI documentation, and the guard
//! adds its own to it, so that the two cannot differ. They are captured by a layer of the path; a layer around the
//! whole router would have to look them up on every request.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Extension,
    body::Bytes,
    extract::{FromRequestParts, Request},
    response::{IntoResponse, Response},
    routing::{MethodRouter, Route, options},
};
use futures::{
    TryFutureExt,
    future::{Either, ready},
};
use hallpass_core::{Auth, settings::Settings};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::json;
use tower::{Service, layer::layer_fn, service_fn};
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::{PathItem, path::Paths};
use utoipa_axum::router::UtoipaMethodRouter;

use super::{
    docs,
    negotiate::{Wanted, wanted},
    openapi::{self, Source},
    reject::{Rejection, challenge, not_found},
};
use crate::extract::{SignedIn, Staff};

/// The value of `Vary` for public views.
const ACCEPT: HeaderValue = HeaderValue::from_static("accept");

/// The handlers of one path and their documentation, as `routes!` returns them.
pub(super) type Routes = UtoipaMethodRouter<Arc<Auth>>;

/// Builds views from handlers.
pub(super) struct Views {
    challenge: HeaderValue,
    /// The value of `Vary` for protected views.
    vary_of_protected: HeaderValue,
}

/// The headers that all responses of one view share.
struct View {
    allow: HeaderValue,
    /// The URL of its documentation, for browsers.
    docs: HeaderValue,
    /// `WWW-Authenticate` (RFC 9110 §11.6.1).
    challenge: HeaderValue,
    /// `Vary` (RFC 9110 §12.5.5).
    vary: HeaderValue,
}

impl Views {
    /// Views with the challenge and the header of these settings.
    pub(super) fn new(settings: &Settings) -> Self {
        Self { challenge: challenge(settings), vary_of_protected: vary(&settings.auth_header_name) }
    }

    /// A public view of this name.
    pub(super) fn view(&self, name: &str, routes: Routes) -> Routes {
        self.finish::<()>(name, routes, &ACCEPT)
    }

    /// A view with a rate limit.
    pub(super) fn limited_view(&self, name: &str, mut routes: Routes) -> Routes {
        openapi::add_responses(only_item(&mut routes.1), Source::Limit);
        self.view(name, routes)
    }

    /// A view for signed-in users.
    pub(super) fn protected_view(&self, name: &str, mut routes: Routes) -> Routes {
        openapi::protect(only_item(&mut routes.1));
        self.finish::<SignedIn>(name, routes, &self.vary_of_protected)
    }

    /// A view for staff.
    pub(super) fn staff_view(&self, name: &str, mut routes: Routes) -> Routes {
        openapi::protect_for_staff(only_item(&mut routes.1));
        self.finish::<Staff>(name, routes, &self.vary_of_protected)
    }

    fn finish<G>(&self, name: &str, (schemas, mut paths, handlers): Routes, vary: &HeaderValue) -> Routes
    where
        G: FromRequestParts<Arc<Auth>> + Send + 'static,
    {
        let item = only_item(&mut paths);
        openapi::complete_view(item);
        let view = Arc::new(View {
            allow: allow(item, &["OPTIONS"]),
            docs: docs::location(item),
            challenge: self.challenge.clone(),
            vary: vary.clone(),
        });
        let methods = complete::<G>(handlers, describe(name)).layer(layer_fn(move |mut method: Route| {
            let view = view.clone();
            service_fn(move |request| answer(view.clone(), &mut method, request))
        }));
        (schemas, paths, methods)
    }
}

/// The value of `Vary` for protected views. Caches handle `Authorization` without it (RFC 9111 §3.5).
fn vary(auth_header_name: &HeaderName) -> HeaderValue {
    match *auth_header_name {
        header::AUTHORIZATION => ACCEPT,
        ref name => HeaderValue::from_str(&format!("accept, {name}")).expect("header names are visible ASCII"),
    }
}

/// Calls the handler if the client accepts JSON, and redirects browsers to the documentation of the view.
fn answer(
    view: Arc<View>,
    method: &mut Route,
    request: Request,
) -> impl Future<Output = Result<Response, Infallible>> + use<> {
    // A path that is not UTF-8 matches nothing.
    if percent_encoding::percent_decode_str(request.uri().path()).decode_utf8().is_err() {
        return Either::Right(ready(Ok(not_found())));
    }
    let turned_away = match wanted(&request) {
        Wanted::Json => return Either::Left(method.call(request).map_ok(move |response| view.complete(response))),
        Wanted::Page => (StatusCode::SEE_OTHER, [(header::LOCATION, view.docs.clone())]).into_response(),
        Wanted::UnknownFormat => not_found(),
        Wanted::Other => Rejection::NotAcceptable.into_response(),
    };
    Either::Right(ready(Ok(view.complete(turned_away))))
}

impl View {
    /// Adds the shared headers to a response.
    fn complete(&self, mut response: Response) -> Response {
        let is_unauthorized = response.status() == StatusCode::UNAUTHORIZED;
        let headers = response.headers_mut();
        headers.insert(header::ALLOW, self.allow.clone());
        headers.append(header::VARY, self.vary.clone());
        // Responses hold tokens and personal data. Shared caches only respect `Authorization` (RFC 9111 §3.5), and the
        // token may be in another header.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if is_unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, self.challenge.clone());
        }
        response
    }
}

/// An endpoint that is not a view: without negotiation and `OPTIONS`.
pub(super) fn plain((schemas, mut paths, handlers): Routes) -> Routes {
    let item = only_item(&mut paths);
    openapi::complete_endpoint(item);
    let methods = handlers.fallback(async move |method: Method| Rejection::Method(method));
    let methods = methods.layer(SetResponseHeaderLayer::overriding(header::ALLOW, allow(item, &[])));
    (schemas, paths, methods)
}

/// Adds an extension to the requests of an endpoint.
pub(super) fn with_extension<T>((schemas, paths, handlers): Routes, extension: &T) -> Routes
where
    T: Clone + Send + Sync + 'static,
{
    (schemas, paths, handlers.layer(Extension(extension.clone())))
}

/// Adds `OPTIONS`, and 405 for every other method. Clients that the guard `G` rejects get the guard's answer instead.
fn complete<G>(handlers: MethodRouter<Arc<Auth>>, description: Bytes) -> MethodRouter<Arc<Auth>>
where
    G: FromRequestParts<Arc<Auth>> + Send + 'static,
{
    handlers
        .merge(options(async move |_: G| ([(header::CONTENT_TYPE, "application/json")], description.clone())))
        .fallback(async move |_: G, method: Method| Rejection::Method(method))
}

fn only_item(paths: &mut Paths) -> &mut PathItem {
    paths.paths.values_mut().next().expect("`routes!` takes at least one handler")
}

/// The value of `Allow`: the methods of an endpoint in Django's order.
fn allow(item: &PathItem, others: &[&'static str]) -> HeaderValue {
    let mut methods: Vec<_> = openapi::operations(item).map(|(method, _)| method).collect();
    methods.extend(item.get.as_ref().map(|_| "HEAD"));
    methods.extend(others);
    HeaderValue::from_str(&methods.join(", ")).expect("methods are visible ASCII")
}

/// The body of `OPTIONS` (Django REST framework: `SimpleMetadata`).
fn describe(name: &str) -> Bytes {
    let description = json!({
        "name": name,
        "description": "",
        "renders": ["application/json"],
        "parses": ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
    });
    description.to_string().into()
}
