//! The REST dialect of Django REST framework Simple JWT 5.5.1. One file an endpoint family; each
//! handler unpacks, calls one verb of the core, and packs.

mod body;
mod extract;
mod health;
mod keys;
mod me;
mod method;
mod negotiate;
mod register;
mod reject;
mod sessions;
mod token;

use std::sync::Arc;

use app::auth::Auth;
use axum::{
    Router,
    routing::{MethodRouter, delete, get},
};

use method::{protected, read, write};
pub use reject::{challenge, not_found};

/// Everything below `/api`, with and without the trailing slash.
pub fn router() -> Router<Arc<Auth>> {
    let endpoints = [
        ("/token", write(token::obtain, "Token Obtain Pair")),
        ("/token/refresh", write(token::refresh, "Token Refresh")),
        ("/token/verify", write(token::verify, "Token Verify")),
        ("/token/blacklist", write(token::blacklist, "Token Blacklist")),
        ("/token/sliding", write(token::obtain_sliding, "Token Obtain Sliding")),
        ("/token/sliding/refresh", write(token::refresh_sliding, "Token Refresh Sliding")),
        ("/register", write(register::register, "Register")),
        ("/me", read(me::me, "Me")),
        (
            "/sessions",
            protected("GET, DELETE, HEAD, OPTIONS", get(sessions::list).delete(sessions::end_others), "Session List"),
        ),
        ("/sessions/{id}", protected("DELETE, OPTIONS", delete(sessions::end), "Session")),
    ];
    let mut router = Router::new();
    for (path, methods) in endpoints {
        router = router.route(path, methods.clone()).route(&format!("{path}/"), methods);
    }
    router.fallback(reject::not_found)
}

/// `GET /.well-known/jwks.json`.
pub fn jwks() -> MethodRouter<Arc<Auth>> {
    get(keys::jwks)
}

/// `GET /healthz`.
pub fn health() -> MethodRouter<Arc<Auth>> {
    get(health::healthz)
}
