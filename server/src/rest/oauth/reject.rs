//! Errors of RFC 6749 §5.2.

use std::time::Duration;

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use hallpass_core::{Error, error::seconds};
use hallpass_types::{OAuthError, OAuthErrorCode};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::body::BodyError;

/// The authentication scheme of clients (RFC 7617).
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"oauth\", charset=\"UTF-8\"");

/// The reason a client's request is rejected.
#[derive(Debug, thiserror::Error)]
pub(super) enum OAuthRejection {
    /// The request is malformed, for this reason.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// The body could not be read.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The client is unknown, or its secret is wrong.
    #[error("The client is unknown, or its secret is wrong.")]
    InvalidClient,
    /// An access token without a session.
    #[error("An access token without a session cannot be revoked; it is valid until it expires.")]
    UnsupportedTokenType,
    /// No clients are configured.
    #[error("No client is configured; [clients.NAME] in hallpass.toml configures one.")]
    NotConfigured,
    /// The database does not answer.
    #[error("The server cannot answer now. Try again in a moment.")]
    Unavailable(Duration),
}

impl OAuthRejection {
    /// Converts an error of the core. Only an unavailable database is expected here, since problems of the token are
    /// part of the response.
    pub(super) fn core(error: Error) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "OAuth request failed");
        match error {
            Error::Unavailable { retry_after, .. } => Self::Unavailable(retry_after),
            Error::Invalid(_)
            | Error::NoActiveAccount
            | Error::NoActiveAccountForToken
            | Error::Token(_)
            | Error::Blacklisted(_)
            | Error::NoTokenType(_)
            | Error::PasswordChanged(_)
            | Error::NotAuthenticated
            | Error::BadAuthorizationHeader
            | Error::NoUserId
            | Error::UserNotFound
            | Error::UserInactive
            | Error::NoSuchSession
            | Error::Forbidden
            | Error::TooMany { .. }
            | Error::SuperuserOnly
            | Error::NotFound
            | Error::OversizedClaims
            | Error::RegistrationClosed => Self::InvalidRequest("The server did not understand the request."),
        }
    }
}

impl IntoResponse for OAuthRejection {
    fn into_response(self) -> Response {
        let (status, error) = match &self {
            Self::InvalidRequest(_) => (StatusCode::BAD_REQUEST, OAuthErrorCode::InvalidRequest),
            Self::Body(error) => (error.status(), OAuthErrorCode::InvalidRequest),
            Self::InvalidClient => (StatusCode::UNAUTHORIZED, OAuthErrorCode::InvalidClient),
            Self::UnsupportedTokenType => (StatusCode::BAD_REQUEST, OAuthErrorCode::UnsupportedTokenType),
            Self::NotConfigured => (StatusCode::NOT_FOUND, OAuthErrorCode::NotConfigured),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, OAuthErrorCode::TemporarilyUnavailable),
        };
        let header = match self {
            Self::InvalidClient => Some((header::WWW_AUTHENTICATE, CHALLENGE)),
            Self::Unavailable(retry_after) => Some((header::RETRY_AFTER, HeaderValue::from(seconds(retry_after)))),
            Self::InvalidRequest(_) | Self::Body(_) | Self::UnsupportedTokenType | Self::NotConfigured => None,
        };
        let body = Json(OAuthError { error, error_description: self.to_string() });
        (status, HeaderMap::from_iter(header), body).into_response()
    }
}

/// Both endpoints only accept `POST`, so that no token is in a URL.
pub(super) async fn wrong_method() -> Response {
    let mut response = OAuthRejection::InvalidRequest("Send a POST request.").into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}
