//! `/api/schema/` and `/api/docs/`: the OpenAPI document and the page that renders it. The page is Swagger UI, embedded
//! in the binary, and is not part of the application.

use std::sync::{Arc, OnceLock};

use axum::{
    Extension,
    body::Bytes,
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, header};
use rust_embed::Embed;
use utoipa::openapi::{OpenApi, PathItem};

use super::{openapi, reject};
use crate::site;

/// The path of the documentation page.
const PAGE: &str = "/api/docs/";

/// The files that `build.rs` prepared.
#[derive(Embed)]
#[folder = "$OUT_DIR/docs"]
struct Files;

/// No inline scripts or styles, no `eval`, and requests to this origin only; images are in the style sheet. Trusted
/// Types are not required, because Swagger UI writes HTML itself, after sanitizing it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The OpenAPI document as JSON.
#[derive(Clone, Default)]
pub(super) struct Schema(Arc<OnceLock<Bytes>>);

impl Schema {
    /// Serializes the document once all endpoints are in it.
    pub(super) fn complete(&self, document: &OpenApi) {
        self.0.get_or_init(|| document.to_json().expect("strings and numbers become JSON").into());
    }
}

/// Get this OpenAPI document.
#[utoipa::path(
    get,
    path = "/api/schema/",
    tag = "service",
    operation_id = "schema",
    responses((status = 200, description = "An OpenAPI 3.1 document.", body = serde_json::Value))
)]
pub(super) async fn schema(Extension(Schema(json)): Extension<Schema>) -> Response {
    let json = json.get().cloned().unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], json).into_response()
}

/// `GET /api/docs/`.
pub(super) async fn page(headers: HeaderMap) -> Response {
    file(Path("index.html".to_owned()), headers).await
}

/// `GET /api/docs/{file}`: the files of the page.
pub(super) async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some(mut response) = site::serve_from::<Files>(&name, &headers) else {
        return reject::not_found();
    };
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}

/// The URL of a path's documentation: its `GET` operation, or else the first.
pub(super) fn location(item: &PathItem) -> HeaderValue {
    let operation = openapi::operations(item).next().map(|(_, operation)| operation);
    let tag = operation.and_then(|operation| operation.tags.as_ref()?.first());
    let id = operation.and_then(|operation| operation.operation_id.as_ref());
    let place = tag.zip(id).map(|(tag, id)| format!("{PAGE}#/{tag}/{id}"));
    place.and_then(|place| HeaderValue::try_from(place).ok()).unwrap_or(HeaderValue::from_static(PAGE))
}
