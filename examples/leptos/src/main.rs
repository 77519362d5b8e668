//! The server of the example: Hallpass, with the example's page at `/example`, its compiled files and its server
//! function. Its first argument is the folder of the files that `wasm-bindgen --target web` wrote.

use axum::{
    Router,
    extract::Request,
    http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    response::Html,
    routing::{get, post},
};
use leptos::prelude::provide_context;
use leptos_example::UserId;
use server::{Hallpass, commands::Failure, config::Config};
use tower_http::services::ServeDir;

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<title>Example</title>
<script type="module" src="/example/start.js"></script>
"#;

/// Hallpass adds a policy that forbids everything to responses without one.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

const START: &str = r#"import start from "/example/pkg/leptos_example.js"; start();"#;

fn routes(hallpass: Hallpass) -> Router {
    let files = std::env::args().nth(1).unwrap_or_else(|| "target/example".to_owned());
    let function = async move |request: Request| {
        let provide = move || provide_context(hallpass.clone());
        leptos_axum::handle_server_fns_with_context(provide, request).await
    };
    Router::new()
        .route("/example", get(([(CONTENT_SECURITY_POLICY, POLICY)], Html(PAGE))))
        .route("/example/start.js", get(([(CONTENT_TYPE, "text/javascript")], START)))
        .nest_service("/example/pkg", ServeDir::new(files))
        .route("/example/rpc/{function}", post(function))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    server_fn::axum::register_explicit::<UserId>();
    Hallpass::builder(Config::load(None)?).routes(routes).serve().await
}
