//! Methods, as a Django REST framework view takes them: those it is for, `OPTIONS`, and a 405 for every
//! other; each answer says in `Allow` which there are. What an endpoint is for, and whether it wants an
//! access token, is read from its documentation, so that the two cannot differ.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Extension,
    body::Bytes,
    extract::Request,
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
    openapi,
    reject::{Rejection, not_found},
};
use crate::extract::{SignedIn, Staff};

/// What every view depends on.
const ACCEPT: HeaderValue = HeaderValue::from_static("accept");

/// The handlers of one path, and what is documented of them: what `routes!` makes.
pub(super) type Routes = UtoipaMethodRouter<Arc<Auth>>;

/// Makes views, the endpoints of the dialect.
pub(super) struct Views {
    challenge: HeaderValue,
    /// The headers of a request that the answer of a protected view depends on.
    vary_of_protected: HeaderValue,
}

/// What the answers of one view have in common.
struct View {
    allow: HeaderValue,
    /// Where a browser finds its documentation.
    docs: HeaderValue,
    /// How to authenticate (RFC 9110 §11.6.1).
    challenge: HeaderValue,
    /// The headers of a request that an answer depends on (RFC 9110 §12.5.5).
    vary: HeaderValue,
}

impl Views {
    /// With these settings.
    pub(super) fn new(settings: &Settings) -> Self {
        let challenge = HeaderValue::from_str(&settings.challenge());
        Self {
            challenge: challenge.unwrap_or(HeaderValue::from_static("Bearer realm=\"api\"")),
            vary_of_protected: vary(&settings.auth_header_name),
        }
    }

    /// A view of this name.
    pub(super) fn view(&self, name: &str, mut routes: Routes) -> Routes {
        let item = only_item(&mut routes.1);
        openapi::complete_view(item);
        let is_protected = openapi::operations(item).any(|(_, operation)| operation.security.is_some());
        if is_protected {
            self.finish(routes, &self.vary_of_protected, |handlers| protected(handlers, describe(name)))
        } else {
            self.finish(routes, &ACCEPT, |handlers| open(handlers, describe(name)))
        }
    }

    /// A view that can be asked for too often.
    pub(super) fn limited_view(&self, name: &str, mut routes: Routes) -> Routes {
        openapi::complete_limited_view(only_item(&mut routes.1));
        self.view(name, routes)
    }

    /// A view for staff.
    pub(super) fn staff_view(&self, name: &str, mut routes: Routes) -> Routes {
        let item = only_item(&mut routes.1);
        openapi::complete_view(item);
        openapi::complete_staff_view(item);
        self.finish(routes, &self.vary_of_protected, |handlers| staffed(handlers, describe(name)))
    }

    fn finish(
        &self,
        (schemas, mut paths, handlers): Routes,
        vary: &HeaderValue,
        guard: impl FnOnce(MethodRouter<Arc<Auth>>) -> MethodRouter<Arc<Auth>>,
    ) -> Routes {
        let item = only_item(&mut paths);
        let view = Arc::new(View {
            allow: allow(item, &["OPTIONS"]),
            docs: docs::location(item),
            challenge: self.challenge.clone(),
            vary: vary.clone(),
        });
        let methods = guard(handlers).layer(layer_fn(move |mut method: Route| {
            let view = view.clone();
            service_fn(move |request| answer(view.clone(), &mut method, request))
        }));
        (schemas, paths, methods)
    }
}

/// `Authorization` needs no mention: caches know it (RFC 9111 §3.5).
fn vary(auth_header_name: &HeaderName) -> HeaderValue {
    match *auth_header_name {
        header::AUTHORIZATION => ACCEPT,
        ref name => HeaderValue::from_str(&format!("accept, {name}")).expect("the name of a header is plain text"),
    }
}

/// Lets through who takes JSON, and shows browsers to the documentation of the view.
fn answer(
    view: Arc<View>,
    method: &mut Route,
    request: Request,
) -> impl Future<Output = Result<Response, Infallible>> + use<> {
    // What is no text names nothing.
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
    /// Adds what each of its answers says.
    fn complete(&self, mut response: Response) -> Response {
        let is_unauthorized = response.status() == StatusCode::UNAUTHORIZED;
        let headers = response.headers_mut();
        headers.insert(header::ALLOW, self.allow.clone());
        headers.append(header::VARY, self.vary.clone());
        // Tokens, and what is for one person: shared caches protect `Authorization` alone (RFC 9111 §3.5), and the
        // token may come in another header.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if is_unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, self.challenge.clone());
        }
        response
    }
}

/// An endpoint that is no view: it takes its methods and says of nothing else.
pub(super) fn plain((schemas, mut paths, handlers): Routes) -> Routes {
    let item = only_item(&mut paths);
    openapi::complete_endpoint(item);
    let methods = handlers.fallback(async move |method: Method| Rejection::Method(method));
    let methods = methods.layer(SetResponseHeaderLayer::overriding(header::ALLOW, allow(item, &[])));
    (schemas, paths, methods)
}

/// An endpoint that is told something of the server.
pub(super) fn told_of<T>((schemas, paths, handlers): Routes, what: &T) -> Routes
where
    T: Clone + Send + Sync + 'static,
{
    (schemas, paths, handlers.layer(Extension(what.clone())))
}

/// Takes every method; who is not signed in learns nothing else of it.
fn protected(handlers: MethodRouter<Arc<Auth>>, description: Bytes) -> MethodRouter<Arc<Auth>> {
    handlers
        .merge(options(async move |_: SignedIn| json_text(description.clone())))
        .fallback(async move |_: SignedIn, method: Method| Rejection::Method(method))
}

/// Takes every method; who is not staff learns nothing else of it.
fn staffed(handlers: MethodRouter<Arc<Auth>>, description: Bytes) -> MethodRouter<Arc<Auth>> {
    handlers
        .merge(options(async move |_: Staff| json_text(description.clone())))
        .fallback(async move |_: Staff, method: Method| Rejection::Method(method))
}

/// Takes every method, whoever asks.
fn open(handlers: MethodRouter<Arc<Auth>>, description: Bytes) -> MethodRouter<Arc<Auth>> {
    handlers
        .merge(options(async move || json_text(description.clone())))
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

/// What `OPTIONS` says of a view.
fn describe(name: &str) -> Bytes {
    let description = json!({
        "name": name,
        "description": "",
        "renders": ["application/json"],
        "parses": ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"],
    });
    description.to_string().into()
}

fn json_text(text: Bytes) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], text).into_response()
}
