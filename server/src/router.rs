//! Every URL and every layer, on one screen.

use std::sync::Arc;

use app::auth::Auth;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{any, get, post},
};
use tower::util::MapRequestLayer;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};

use crate::{edge::Edge, layers, pages, punctual, rest, site};

/// The largest body that any endpoint reads, bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// The whole service.
pub fn router(auth: Arc<Auth>, edge: Edge) -> Router {
    let edge = Arc::new(edge);
    let rest = rest::router(auth.settings(), &edge.stopping)
        .layer(middleware::map_response_with_state(auth.clone(), rest::challenge))
        .with_state(auth.clone());
    let pages = pages::Pages::new(auth);
    // A page holds no secret that its size could tell; what carries tokens is sent as it is.
    let page = any(pages::page)
        .layer((CatchPanicLayer::custom(layers::page_panicked), CompressionLayer::new()))
        .with_state(pages.clone());
    let pages = Router::new()
        .route("/rpc/{*function}", post(pages::function))
        .route("/pkg/{*path}", get(site::file))
        // A page holds no secret that its size could tell; what carries tokens is sent as it is.
        .fallback_service(page)
        .with_state(pages);
    rest.merge(pages)
        .layer(middleware::from_fn_with_state(edge.clone(), punctual::body_in_time))
        // Inside of what dresses answers, so that what is said of a panic is dressed too.
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(middleware::from_fn_with_state(edge.clone(), layers::security_headers))
        .layer(middleware::from_fn_with_state(edge, layers::origin))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(layers::span)
                .on_request(())
                .on_response(layers::log_response)
                .on_eos(())
                // Why a request failed is said where it did, and that it did by its status.
                .on_failure(()),
        )
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(MapRequestLayer::new(layers::check_request_id))
}
