//! Error responses with the statuses and messages of Simple JWT. No other module knows them.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use hallpass_core::{Auth, Error, error::seconds, settings::Settings, violation::FieldViolation};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::refusal::{FieldErrors, Refusal};
use crate::body::BodyError;

/// The reason a request has no successful response.
#[derive(Debug)]
pub(crate) enum Rejection {
    /// Errors of fields.
    Fields(FieldErrors),
    /// A JSON value that is not an object, by its Python type.
    NotAnObject(&'static str),
    /// The JSON value `null`.
    NoData,
    /// Invalid JSON, with the reason.
    Json(String),
    /// Invalid multipart, with the reason.
    Multipart(String),
    /// The body could not be read.
    Body(BodyError),
    /// An unknown character set, by name.
    Charset(String),
    /// An unsupported media type: the `Content-Type` header.
    UnsupportedMediaType(String),
    /// The client does not accept JSON.
    NotAcceptable,
    /// The endpoint does not support the method.
    Method(http::Method),
    /// The list has no such page.
    InvalidPage,
    /// An error of the core.
    Core(Error, EndpointKind),
}

/// The kind of endpoint. The same error has different messages.
#[derive(Clone, Copy, Debug)]
pub(crate) enum EndpointKind {
    /// Endpoints with credentials or a token in the body.
    Token,
    /// `verify`.
    Verify,
    /// Endpoints with an access token in the `Authorization` header.
    Protected,
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        match self {
            Self::Fields(errors) => answer(StatusCode::BAD_REQUEST, errors),
            Self::NotAnObject(found) => {
                non_field_error(&format!("Invalid data. Expected a dictionary, but got {found}."))
            }
            Self::NoData => non_field_error("No data provided"),
            Self::Json(why) => detail(StatusCode::BAD_REQUEST, &format!("JSON parse error - {why}")),
            Self::Multipart(why) => detail(StatusCode::BAD_REQUEST, &format!("Multipart form parse error - {why}")),
            Self::Body(error) => detail(error.status(), &error.to_string()),
            Self::Charset(name) => {
                let sentence = format!("Unsupported charset \"{name}\" in request Content-Type header.");
                detail(StatusCode::BAD_REQUEST, &sentence)
            }
            Self::UnsupportedMediaType(found) => {
                let sentence = format!("Unsupported media type \"{found}\" in request.");
                detail(StatusCode::UNSUPPORTED_MEDIA_TYPE, &sentence)
            }
            Self::NotAcceptable => detail(StatusCode::NOT_ACCEPTABLE, "Could not satisfy the request Accept header."),
            Self::Method(method) => {
                detail(StatusCode::METHOD_NOT_ALLOWED, &format!("Method \"{method}\" not allowed."))
            }
            Self::InvalidPage => detail(StatusCode::NOT_FOUND, "Invalid page."),
            Self::Core(error, kind) => refuse(error, kind),
        }
    }
}

/// An error of the core at an endpoint with credentials or a token in the body.
pub(super) fn at_token(error: Error) -> Rejection {
    Rejection::Core(error, EndpointKind::Token)
}

impl From<Error> for Rejection {
    /// An error of the core at an endpoint with an access token.
    fn from(error: Error) -> Self {
        Self::Core(error, EndpointKind::Protected)
    }
}

/// The response for unknown paths below `/api`.
pub(super) fn not_found() -> Response {
    let mut response = detail(StatusCode::NOT_FOUND, "Not found.");
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn refuse(error: Error, kind: EndpointKind) -> Response {
    let sentence = error.to_string();
    match (error, kind) {
        (Error::Invalid(fields), _) => answer(StatusCode::BAD_REQUEST, by_name(fields)),
        (Error::Blacklisted(_), EndpointKind::Verify) => non_field_error(&sentence),
        (Error::NoTokenType(kinds), _) => unauthorized(Refusal::of_token(&sentence, &kinds)),
        (Error::PasswordChanged(_), EndpointKind::Protected) => coded(&sentence, "password_changed"),
        (Error::Token(_) | Error::Blacklisted(_) | Error::NoUserId, _) => coded(&sentence, "token_not_valid"),
        (
            Error::NoActiveAccount
            | Error::NoActiveAccountForToken
            | Error::NotAuthenticated
            | Error::PasswordChanged(_),
            _,
        ) => unauthorized(Refusal::new(&sentence)),
        (Error::BadAuthorizationHeader, _) => coded(&sentence, "bad_authorization_header"),
        (Error::UserNotFound, _) => coded(&sentence, "user_not_found"),
        (Error::UserInactive, _) => coded(&sentence, "user_inactive"),
        (Error::NoSuchSession | Error::NotFound, _) => detail(StatusCode::NOT_FOUND, "Not found."),
        (Error::Forbidden | Error::SuperuserOnly | Error::RegistrationClosed, _) => {
            detail(StatusCode::FORBIDDEN, &sentence)
        }
        (Error::OversizedClaims, _) => {
            tracing::error!("token not issued: the claims of the policy are too large");
            detail(StatusCode::INTERNAL_SERVER_ERROR, &sentence)
        }
        (Error::TooMany { retry_after }, _) => later(StatusCode::TOO_MANY_REQUESTS, &sentence, retry_after),
        (Error::Unavailable { retry_after, cause }, _) => {
            if let Some(cause) = cause {
                tracing::error!(error = &cause as &dyn std::error::Error, "request failed");
            }
            later(StatusCode::SERVICE_UNAVAILABLE, &sentence, retry_after)
        }
    }
}

/// A response with `Retry-After`.
fn later(status: StatusCode, sentence: &str, wait: Duration) -> Response {
    let mut response = detail(status, sentence);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds(wait)));
    response
}

fn by_name(fields: Vec<FieldViolation>) -> FieldErrors {
    FieldErrors(fields.into_iter().map(|wrong| (wrong.field.to_owned(), vec![wrong.violation.to_string()])).collect())
}

fn non_field_error(sentence: &str) -> Response {
    answer(StatusCode::BAD_REQUEST, FieldErrors::of_all(sentence))
}

fn coded(sentence: &str, code: &'static str) -> Response {
    unauthorized(Refusal::coded(sentence, code))
}

fn unauthorized(body: Refusal) -> Response {
    answer(StatusCode::UNAUTHORIZED, body)
}

fn detail(status: StatusCode, sentence: &str) -> Response {
    answer(status, Refusal::new(sentence))
}

fn answer(status: StatusCode, body: impl Serialize) -> Response {
    (status, Json(body)).into_response()
}

/// The core, as an extractor of handlers.
pub(crate) type Core = axum::extract::State<Arc<Auth>>;

/// The value of `WWW-Authenticate`.
pub(crate) fn challenge(settings: &Settings) -> HeaderValue {
    HeaderValue::from_str(&settings.challenge()).unwrap_or(HeaderValue::from_static("Bearer realm=\"api\""))
}
