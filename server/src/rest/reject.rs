//! Refusals as Simple JWT words them: the only place that knows statuses and its sentences.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use hallpass_core::{Auth, Error, error::seconds, fault::FieldFault};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use super::refusal::{FieldErrors, Refusal};
use crate::body::BodyError;

/// Why a request was not answered with a 2xx.
pub(crate) enum Rejection {
    /// Fields and what is wrong with each.
    Fields(FieldErrors),
    /// A JSON value that is no object; its name in Python.
    NotAnObject(&'static str),
    /// The JSON value `null`.
    NoData,
    /// No JSON; why.
    Json(String),
    /// No multipart; why.
    Multipart(String),
    /// It could not be read.
    Body(BodyError),
    /// A body in a character set that is not known; its name.
    Charset(String),
    /// A body of another kind; the `Content-Type` header.
    UnsupportedMediaType(String),
    /// The client takes no JSON.
    NotAcceptable,
    /// Another method than the endpoint's.
    Method(http::Method),
    /// A page that a list does not have.
    InvalidPage,
    /// The core refused.
    Core(Error, Door),
}

/// Which kind of endpoint the core refused at: the same error is worded differently.
#[derive(Clone, Copy)]
pub(crate) enum Door {
    /// One that takes credentials or a token in its body.
    Token,
    /// `verify`.
    Verify,
    /// One that wants an access token in the `Authorization` header.
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
            Self::Core(error, door) => refuse(error, door),
        }
    }
}

/// What the core refused at an endpoint that takes credentials or a token in its body.
pub(super) fn at_token(error: Error) -> Rejection {
    Rejection::Core(error, Door::Token)
}

/// What the core refused at an endpoint that wants an access token.
pub(crate) fn at_protected(error: Error) -> Rejection {
    Rejection::Core(error, Door::Protected)
}

/// Whatever is not an endpoint below `/api`.
pub(super) fn not_found() -> Response {
    let mut response = detail(StatusCode::NOT_FOUND, "Not found.");
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn refuse(error: Error, door: Door) -> Response {
    let sentence = error.to_string();
    match (error, door) {
        (Error::Invalid(fields), _) => answer(StatusCode::BAD_REQUEST, by_name(fields)),
        (Error::Blacklisted(_), Door::Verify) => non_field_error(&sentence),
        (Error::NoTokenType(kinds), _) => unauthorized(Refusal::of_token(&sentence, &kinds)),
        (Error::PasswordChanged(_), Door::Protected) => coded(&sentence, "password_changed"),
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
            tracing::error!("a token was not issued: the claims of the policy are too large");
            detail(StatusCode::INTERNAL_SERVER_ERROR, &sentence)
        }
        (Error::TooMany { retry_after }, _) => later(StatusCode::TOO_MANY_REQUESTS, &sentence, retry_after),
        (Error::Unavailable { retry_after, cause }, _) => {
            if let Some(cause) = cause {
                tracing::error!(error = &cause as &dyn std::error::Error, "a request could not be served");
            }
            later(StatusCode::SERVICE_UNAVAILABLE, &sentence, retry_after)
        }
    }
}

/// What may be asked again after a while.
fn later(status: StatusCode, sentence: &str, wait: Duration) -> Response {
    let mut response = detail(status, sentence);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds(wait)));
    response
}

fn by_name(fields: Vec<FieldFault>) -> FieldErrors {
    FieldErrors(fields.into_iter().map(|wrong| (wrong.field.to_owned(), vec![wrong.fault.to_string()])).collect())
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

/// The core, as handlers take it.
pub(crate) type Core = axum::extract::State<Arc<Auth>>;
