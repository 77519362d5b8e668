//! The application's pages and server functions on axum: the context of each request, and the content security policy
//! of each page.

use std::sync::Arc;

use any_spawner::Executor;
use app::{
    api::{ApiError, Code, expose},
    ui::shell::{Assets, RegistrationOpen, ReuseGrace, shell},
};
use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use hallpass_core::{Auth, settings::RegistrationMode};
use http::{HeaderValue, Method, StatusCode, header, request::Parts};
use leptos::{
    nonce::use_nonce,
    prelude::{expect_context, provide_context, use_context},
    server_fn::axum::server_fn_paths,
};
use leptos_axum::{ResponseOptions, handle_server_fns_with_context, render_app_async_with_context};

use crate::{
    body::{self, MAX_BODY_BYTES},
    layers,
    parameters::Parameterized,
    preferences::{self, Preferences},
    site,
};

/// The markup around the application's tree (`app/src/ui/shell.rs`).
const APP: &str = "<div id=\"app\">";
const END_OF_APP: &str = "</div></body>";

/// The context of pages and server functions.
#[derive(Clone)]
pub struct Pages {
    auth: Arc<Auth>,
    assets: Arc<Assets>,
}

impl Pages {
    /// The context with this core and the files of this build.
    pub fn new(auth: Arc<Auth>) -> Self {
        // Rendering spawns tasks. A second initialization, as in tests, is an error that can be ignored.
        drop(Executor::init_tokio());
        Self { auth, assets: Arc::new(site::assets()) }
    }

    fn provide(&self) {
        let settings = self.auth.settings();
        provide_context(self.auth.clone());
        provide_context(Assets::clone(&self.assets));
        provide_context(settings.password_policy);
        provide_context(RegistrationOpen(settings.registration == RegistrationMode::Open));
        provide_context(ReuseGrace(settings.refresh_reuse_grace));
        let Some(parts) = use_context::<Parts>() else { return };
        let Preferences { language, theme } = Preferences::of(&parts.headers);
        provide_context(language);
        provide_context(theme);
        provide_context(layers::origin(&parts));
    }
}

/// `POST /rpc/{*function}`: the server functions. Other methods get 405; an unknown function gets 404, which tells a
/// page of an older build to reload. Only JSON is accepted, which no cross-site form can send. Responses may carry
/// tokens and are not cached (RFC 6749 §5.1).
pub async fn function(State(pages): State<Pages>, request: Request) -> Response {
    let mut response = call(pages, request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn call(pages: Pages, request: Request) -> Response {
    let is_known = server_fn_paths().any(|(path, method)| path == request.uri().path() && method == Method::POST);
    if !is_known {
        return StatusCode::NOT_FOUND.into_response();
    }
    let (parts, body) = request.into_parts();
    if !is_json(&parts) {
        return refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Send JSON, in UTF-8.");
    }
    let bytes = match body::read(body).await {
        Ok(bytes) => bytes,
        Err(error) => return refuse(error.status(), &error.to_string()),
    };
    let request = Request::from_parts(parts, Body::from(bytes));
    let response = handle_server_fns_with_context(move || pages.provide(), request).await.into_response();
    with_status(response).await
}

fn is_json(parts: &Parts) -> bool {
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = Parameterized::parse(content_type.unwrap_or_default());
    kind.is("application/json") && kind.is_utf_8()
}

fn refuse(status: StatusCode, sentence: &str) -> Response {
    (status, Json(ApiError::new(Code::Invalid, sentence))).into_response()
}

/// Errors before the function runs, such as invalid arguments, leave the framework as 500; this gives them their
/// status.
async fn with_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, MAX_BODY_BYTES).await.unwrap_or_default();
    if let Ok(error) = serde_json::from_slice::<ApiError>(&bytes) {
        parts.status = expose::status(error.code);
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// All other paths: a file of the site's root, or a page.
pub async fn page(State(pages): State<Pages>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    if let Some(file) = site::serve(path, request.headers()) {
        return file;
    }
    if let Some(chosen) = preferences::choose(request.uri()) {
        return chosen;
    }
    let context = move || {
        pages.provide();
        send_policy();
    };
    with_copy(render_app_async_with_context(context, shell)(request).await).await
}

/// Adds a copy of the application's tree in a template. The page's script restores the tree from it if an extension has
/// changed the page (`app/src/ui/shell/boot.js`).
async fn with_copy(response: Response) -> Response {
    let (parts, body) = response.into_parts();
    // The renderer has finished, so the whole body is in memory.
    let Ok(page) = to_bytes(body, usize::MAX).await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let copied = str::from_utf8(&page).ok().and_then(copy_tree);
    Response::from_parts(parts, copied.map_or_else(|| Body::from(page), Body::from))
}

fn copy_tree(page: &str) -> Option<String> {
    let (head, rest) = page.split_once(APP)?;
    let (tree, end) = rest.rsplit_once(END_OF_APP)?;
    Some([head, APP, tree, "</div><template id=\"sent\">", tree, "</template></body>", end].concat())
}

/// Sends the content security policy with this page's nonce (`docs/security.md`).
fn send_policy() {
    let response = expect_context::<ResponseOptions>();
    response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response.insert_header(header::VARY, HeaderValue::from_static("cookie, accept-language"));
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    if let Ok(policy) = HeaderValue::from_str(&policy(&nonce)) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// The content security policy of a page whose inline script has this nonce.
pub fn policy(nonce: &str) -> String {
    // `cargo leptos watch` reloads pages of debug builds over a WebSocket.
    let sockets = if cfg!(debug_assertions) { " ws:" } else { "" };
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         connect-src 'self'{sockets}; img-src 'self' data:; font-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
         object-src 'none'; form-action 'self'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; trusted-types default"
    )
}
