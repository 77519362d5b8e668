//! The bearer token of a request (RFC 6750 §2.1), as an axum extractor.

use std::sync::Arc;

use axum::{
    extract::{FromRef, FromRequestParts},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE},
    request::Parts,
};

use crate::{
    claims::Claims,
    remote::KeysUnavailable,
    verifier::{Verifier, VerifyError},
};

/// The claims of the request's access token. Rejects requests without a valid one.
///
/// The router's state holds the [`Verifier`]: `Arc<Verifier>`, or a struct from which `FromRef` takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer(pub Claims);

/// The reason a request is rejected. Response: 401 with `WWW-Authenticate` (RFC 6750 §3), or 503 with `Retry-After`
/// when the issuer's keys cannot be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BearerError {
    /// The request has no `Authorization: Bearer` header, or more than one.
    #[error("an access token is needed: Authorization: Bearer <token>")]
    Missing,
    /// The token is not accepted.
    #[error(transparent)]
    Rejected(#[from] VerifyError),
}

impl Bearer {
    /// Verifies the access token of a request.
    ///
    /// # Errors
    /// [`BearerError`].
    pub async fn of(headers: &HeaderMap, verifier: &Verifier) -> Result<Self, BearerError> {
        let token = find_token(headers).ok_or(BearerError::Missing)?;
        Ok(Self(verifier.verify(token).await?))
    }
}

fn find_token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_matches(' '))
}

impl<S> FromRequestParts<S> for Bearer
where
    S: Send + Sync,
    Arc<Verifier>: FromRef<S>,
{
    type Rejection = BearerError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, BearerError> {
        Self::of(&parts.headers, &Arc::<Verifier>::from_ref(state)).await
    }
}

impl IntoResponse for BearerError {
    fn into_response(self) -> Response {
        let text = self.to_string();
        match self {
            Self::Rejected(VerifyError::KeysUnavailable(_)) => {
                let seconds = HeaderValue::from(KeysUnavailable::RETRY_AFTER.as_secs());
                (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, seconds)], text).into_response()
            }
            Self::Missing => unauthorized(HeaderValue::from_static("Bearer"), text),
            Self::Rejected(_) => unauthorized(HeaderValue::from_static("Bearer error=\"invalid_token\""), text),
        }
    }
}

fn unauthorized(challenge: HeaderValue, text: String) -> Response {
    (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, challenge)], text).into_response()
}
