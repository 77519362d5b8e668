//! The HTTP request of a server function: the only module that uses `leptos_axum`.

use std::sync::Arc;

use hallpass_core::{Auth, admin::Administrator, authenticate::Bearer, session::Origin, token::TokenType};
use http::{HeaderValue, header, request::Parts};
use leptos::prelude::{expect_context, use_context};

use super::expose::Expose;
use crate::api::ApiError;

/// The core, which the process provides for each request.
pub(super) fn auth() -> Arc<Auth> {
    expect_context::<Arc<Auth>>()
}

/// The client's IP address and device, which the process provides: it knows the peer and the trusted proxies.
pub(super) fn origin() -> Origin {
    use_context::<Origin>().unwrap_or_default()
}

/// The scheme that our own client writes before the token, independent of `AUTH_HEADER_TYPES`.
const SCHEME: &str = "Bearer";

/// The token type that our own client holds, independent of `AUTH_TOKEN_CLASSES`.
const KINDS: [TokenType; 1] = [TokenType::Access];

/// Authenticates the access token of the `Authorization` header.
pub(super) async fn bearer() -> Result<Bearer, ApiError> {
    let parts = expect_context::<Parts>();
    let headers = parts.headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
    auth().authenticate_headers(&[SCHEME], headers, &KINDS).await.exposed()
}

/// As `bearer`, and requires staff.
pub(super) async fn administrator() -> Result<Administrator, ApiError> {
    let bearer = bearer().await?;
    auth().authorize_staff(&bearer).await.exposed()
}
