//! Extractors for the handlers of the server, and of an application that embeds it.

use std::{convert::Infallible, net::IpAddr, sync::Arc};

use axum::{
    extract::{FromRef, FromRequestParts},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use hallpass_core::{Auth, Error, admin::Administrator, authenticate::Bearer, session::Origin};
use http::{
    HeaderValue, StatusCode,
    header::{CACHE_CONTROL, WWW_AUTHENTICATE},
};

use crate::{
    layers,
    rest::reject::{Rejection, challenge},
};

/// The bearer of the access token in the `Authorization` header (Simple JWT: `JWTAuthentication`). Its session is
/// checked for revocation as `SESSION_CHECK` says.
pub struct SignedIn(pub Bearer);

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Arc<Auth>: FromRef<S>,
{
    type Rejection = Rejected;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejected> {
        let auth = Arc::<Auth>::from_ref(state);
        let settings = auth.settings();
        let headers = parts.headers.get_all(&settings.auth_header_name).iter().map(HeaderValue::as_bytes);
        let bearer =
            auth.authenticate_headers(&settings.auth_header_types, headers, &settings.auth_token_classes).await;
        bearer.map(Self).map_err(|error| Rejected::new(&auth, error))
    }
}

/// The bearer of the access token, who is an active member of staff according to the database. A missing or bad token
/// is answered with 401, any other user with 403.
pub struct Staff(pub Administrator);

impl<S> FromRequestParts<S> for Staff
where
    S: Send + Sync,
    Arc<Auth>: FromRef<S>,
{
    type Rejection = Rejected;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Rejected> {
        let SignedIn(bearer) = SignedIn::from_request_parts(parts, state).await?;
        let auth = Arc::<Auth>::from_ref(state);
        auth.authorize_staff(&bearer).await.map(Self).map_err(|error| Rejected::new(&auth, error))
    }
}

/// The answer to a request without a valid access token (401), or by a user who may not make it (403), in Simple JWT's
/// words.
#[derive(Debug)]
pub struct Rejected {
    rejection: Rejection,
    challenge: HeaderValue,
}

impl Rejected {
    fn new(auth: &Auth, error: Error) -> Self {
        Self { rejection: error.into(), challenge: challenge(auth.settings()) }
    }
}

impl IntoResponse for Rejected {
    fn into_response(self) -> Response {
        let mut response = self.rejection.into_response();
        let is_unauthorized = response.status() == StatusCode::UNAUTHORIZED;
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if is_unauthorized {
            headers.insert(WWW_AUTHENTICATE, self.challenge);
        }
        response
    }
}

/// The client's IP address and user agent, as sessions and security events record them.
pub struct ClientOrigin(pub Origin);

impl<S: Sync> FromRequestParts<S> for ClientOrigin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(layers::origin(parts)))
    }
}

/// The client's IP address: the peer's, or what a proxy of `TRUSTED_PROXIES` says. `None` only where no connection is
/// known, as in tests of a router alone.
pub struct ClientAddress(pub Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(layers::client_address(parts)))
    }
}
