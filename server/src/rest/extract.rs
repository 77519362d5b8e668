//! Who a request speaks for, and where it came from. The guard hands over the bearer that the handler needs; there is no
//! check whose result nobody uses.

use std::{convert::Infallible, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};
use hallpass_core::{Auth, authenticate::Bearer, session::Origin};
use http::HeaderValue;

use super::reject::{Rejection, at_protected};
use crate::layers;

/// The bearer of the access token in the `Authorization` header, or the one of `AUTH_HEADER_NAME`.
pub(super) struct Authenticated(pub(super) Bearer);

impl FromRequestParts<Arc<Auth>> for Authenticated {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, auth: &Arc<Auth>) -> Result<Self, Rejection> {
        let settings = auth.settings();
        let headers = parts.headers.get_all(&settings.auth_header_name).iter().map(HeaderValue::as_bytes);
        let bearer =
            auth.authenticate_headers(&settings.auth_header_types, headers, &settings.auth_token_classes).await;
        bearer.map(Self).map_err(at_protected)
    }
}

/// Where a request came from.
pub(super) struct CameFrom(pub(super) Origin);

impl<S: Sync> FromRequestParts<S> for CameFrom {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(layers::origin(parts)))
    }
}
