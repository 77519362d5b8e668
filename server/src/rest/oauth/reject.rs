//! Errors of RFC 6749 §5.2.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use hallpass_core::{Error, error::seconds};
use hallpass_types::{OAuthError, OAuthErrorCode};
use http::{HeaderValue, StatusCode, header};

use crate::body::BodyError;

/// The authentication scheme of clients (RFC 7617).
const CHALLENGE: HeaderValue = HeaderValue::from_static("Basic realm=\"oauth\", charset=\"UTF-8\"");

/// The reason a client's request is rejected.
pub(super) enum Refusal {
    /// The request is malformed, for this reason.
    InvalidRequest(&'static str),
    /// The body could not be read.
    Body(BodyError),
    /// The client is unknown, or its secret is wrong.
    InvalidClient,
    /// An access token without a session.
    UnsupportedTokenType,
    /// No clients are configured.
    NotConfigured,
    /// The database does not answer.
    Unavailable(std::time::Duration),
}

impl Refusal {
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

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body_error;
        let (status, error, sentence) = match self {
            Self::InvalidRequest(why) => (StatusCode::BAD_REQUEST, OAuthErrorCode::InvalidRequest, why),
            Self::Body(error) => {
                body_error = error.to_string();
                (error.status(), OAuthErrorCode::InvalidRequest, body_error.as_str())
            }
            Self::InvalidClient => (
                StatusCode::UNAUTHORIZED,
                OAuthErrorCode::InvalidClient,
                "The client is unknown, or its secret is wrong.",
            ),
            Self::UnsupportedTokenType => (
                StatusCode::BAD_REQUEST,
                OAuthErrorCode::UnsupportedTokenType,
                "An access token without a session cannot be taken back; it is good until it expires.",
            ),
            Self::NotConfigured => (
                StatusCode::NOT_FOUND,
                OAuthErrorCode::NotConfigured,
                "No client is configured; [clients.NAME] in hallpass.toml makes one.",
            ),
            Self::Unavailable(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                OAuthErrorCode::TemporarilyUnavailable,
                "The server cannot answer now. Try again in a moment.",
            ),
        };
        let body = Json(OAuthError { error, error_description: sentence.to_owned() });
        let mut response = (status, body).into_response();
        if let Self::Unavailable(retry_after) = self {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds(retry_after)));
        }
        response
    }
}

/// Adds `WWW-Authenticate` to every 401.
pub(super) async fn challenge(mut response: Response) -> Response {
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
    }
    response
}

/// Both endpoints only accept `POST`, so that no token is in a URL.
pub(super) async fn wrong_method() -> Response {
    let mut response = Refusal::InvalidRequest("Send a POST request.").into_response();
    *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}
