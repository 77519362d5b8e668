//! The request behind a server function: the only place that touches `leptos_axum`.

use std::sync::Arc;

use hallpass_core::{Auth, admin::Administrator, authenticate::Bearer, session::Origin, token::TokenType};
use http::{HeaderValue, header, request::Parts};
use leptos::prelude::{expect_context, use_context};

use super::expose::Expose;
use crate::api::ApiError;

/// The core, provided by the process for each request.
pub(super) fn auth() -> Arc<Auth> {
    expect_context::<Arc<Auth>>()
}

/// Where the request came from, provided by the process, which knows the peer and its proxies.
pub(super) fn origin() -> Origin {
    use_context::<Origin>().unwrap_or_default()
}

/// What our own client writes before the token, whatever `AUTH_HEADER_TYPES` asks of others.
const SCHEME: &str = "Bearer";

/// What our own client holds, whatever `AUTH_TOKEN_CLASSES` asks of others.
const KINDS: [TokenType; 1] = [TokenType::Access];

/// The bearer of the access token in the `Authorization` header.
pub(super) async fn bearer() -> Result<Bearer, ApiError> {
    let parts = expect_context::<Parts>();
    let headers = parts.headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
    auth().authenticate_headers(&[SCHEME], headers, &KINDS).await.exposed()
}

/// The bearer, who is staff.
pub(super) async fn administrator() -> Result<Administrator, ApiError> {
    let bearer = bearer().await?;
    auth().authorize_staff(&bearer).await.exposed()
}
