//! All routes of the server. [`crate::layers`] adds what applies to every request and response.

use std::sync::Arc;

use axum::{
    Router,
    routing::{any, get, post},
};
use hallpass_core::Auth;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{http_options::Stopping, pages, rest, site};

/// The router of all endpoints and pages. Serve it inside [`layers::wrap`](crate::layers::wrap).
pub fn router(auth: Arc<Auth>, stopping: &Stopping) -> Router {
    let rest = rest::router(&auth, stopping);
    let pages = pages::Pages::new(auth);
    // Only pages are compressed: they contain no secret that their size could reveal.
    let page = any(pages::page)
        .layer((CatchPanicLayer::custom(|_| site::error_page()), CompressionLayer::new()))
        .with_state(pages.clone());
    let pages = Router::new()
        .route("/rpc/{*function}", post(pages::function))
        .route("/pkg/{*path}", get(site::file))
        .fallback_service(page)
        .with_state(pages);
    rest.merge(pages)
}
