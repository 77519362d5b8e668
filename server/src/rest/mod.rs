//! The REST API, compatible with Django REST framework Simple JWT 5.5.1. One file per group of endpoints; each handler
//! parses the request, calls one operation of the core and builds the response.

mod admin;
mod body;
mod charset;
mod docs;
mod fields;
mod health;
mod keys;
mod list;
mod me;
mod method;
mod multipart;
mod negotiate;
mod number;
mod oauth;
mod openapi;
mod query;
mod refusal;
mod register;
pub(crate) mod reject;
mod sessions;
mod token;

use std::sync::Arc;

use axum::{
    Router,
    routing::{any, get},
};
use hallpass_core::Auth;
use method::{Views, plain, with_extension};
use reject::not_found;
use utoipa_axum::routes;

use crate::http_options::Stopping;

/// Every endpoint, with and without the trailing slash, and the OpenAPI document, which is built from the same list.
pub fn router(auth: &Arc<Auth>, stopping: &Stopping) -> Router {
    let (views, schema) = (Views::new(auth.settings()), docs::Schema::default());
    let endpoints = [
        views.limited_view("Token Obtain Pair", routes!(token::obtain)),
        views.limited_view("Token Refresh", routes!(token::refresh)),
        views.view("Token Verify", routes!(token::verify)),
        views.view("Token Blacklist", routes!(token::blacklist)),
        views.limited_view("Token Obtain Sliding", routes!(token::obtain_sliding)),
        views.limited_view("Token Refresh Sliding", routes!(token::refresh_sliding)),
        views.limited_view("Register", routes!(register::register)),
        views.protected_view("Me", routes!(me::me)),
        views.protected_view("Session List", routes!(sessions::list, sessions::revoke_others)),
        views.protected_view("Session", routes!(sessions::revoke)),
        with_extension(plain(routes!(docs::schema)), &schema),
        plain(routes!(keys::jwks)),
        plain(routes!(health::healthz)),
        with_extension(plain(routes!(health::readyz)), stopping),
    ];
    let (mut router, mut document) = (Router::new(), openapi::document(auth.settings()));
    for (schemas, paths, methods) in endpoints.into_iter().chain(admin::endpoints(&views)).chain(oauth::endpoints()) {
        for path in paths.paths.keys() {
            let bare = path.trim_end_matches('/');
            router = router.route(bare, methods.clone()).route(&format!("{bare}/"), methods.clone());
        }
        openapi::add(&mut document, schemas, paths);
    }
    router = router.route(oauth::METADATA_OF_PATH, get(oauth::metadata::metadata));
    for path in ["/api/docs", "/api/docs/"] {
        router = router.route(path, get(docs::page));
    }
    for path in ["/api", "/api/", "/api/{*nothing}"] {
        router = router.route(path, any(async || not_found()));
    }
    schema.complete(&document);
    router.route("/api/docs/{file}", get(docs::file)).with_state(auth.clone())
}
