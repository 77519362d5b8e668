//! Converts errors of the core to the error of a server function: a code, a sentence and an HTTP status.

use std::time::Duration;

use hallpass_core::{Error, error::seconds, session::SessionEnd, violation::Violation};
use http::{HeaderValue, StatusCode, header};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use super::words;
use crate::api::{ApiError, Code, FieldError};

/// The challenge for our own client, independent of `AUTH_HEADER_TYPES`.
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer realm=\"api\"");

/// Converts a result of the core and sets the HTTP status.
pub(super) trait Expose<T>: Sized {
    fn exposed(self) -> Result<T, ApiError> {
        self.exposed_in(words::fault)
    }

    /// As `exposed`, with another message for the error of a field.
    fn exposed_in(self, words: Words) -> Result<T, ApiError>;
}

/// Returns the message for the error of a field.
type Words = fn(&Violation) -> String;

impl<T> Expose<T> for Result<T, Error> {
    fn exposed_in(self, words: Words) -> Result<T, ApiError> {
        self.map_err(|cause| {
            let exposed = expose(cause, words);
            set_response(&exposed);
            exposed
        })
    }
}

fn expose(cause: Error, words: Words) -> ApiError {
    match cause {
        Error::Invalid(faults) => {
            let fields = faults.into_iter();
            let fields =
                fields.map(|wrong| FieldError { field: wrong.field.to_owned(), message: words(&wrong.violation) });
            ApiError { fields: fields.collect(), ..ApiError::from(Code::Invalid) }
        }
        Error::NoActiveAccount => ApiError::from(Code::NoActiveAccount),
        Error::Token(_)
        | Error::NotAuthenticated
        | Error::BadAuthorizationHeader
        | Error::NoUserId
        | Error::UserNotFound => ApiError::from(Code::TokenNotValid),
        Error::Blacklisted(end) | Error::PasswordChanged(end) => session_ended(end),
        // Our own client uses one token type.
        Error::NoTokenType(kinds) => match kinds.into_iter().next() {
            Some(refusal) => expose(refusal.error, words),
            None => ApiError::from(Code::TokenNotValid),
        },
        Error::NoActiveAccountForToken | Error::UserInactive => ApiError::from(Code::UserInactive),
        Error::Forbidden => ApiError::from(Code::Forbidden),
        Error::SuperuserOnly => ApiError::new(Code::Forbidden, words::superuser_only()),
        Error::NoSuchSession => ApiError::new(Code::NotFound, words::session_over()),
        Error::NotFound => ApiError::from(Code::NotFound),
        Error::RegistrationClosed => ApiError::from(Code::RegistrationClosed),
        Error::OversizedClaims => {
            tracing::error!("a token was not issued: the claims of the policy are too large");
            ApiError::from(Code::Internal)
        }
        Error::TooMany { retry_after } => {
            let message = words::too_many(seconds(retry_after));
            ApiError { retry_after: Some(whole(retry_after)), ..ApiError::new(Code::TooManyRequests, message) }
        }
        Error::Unavailable { retry_after, cause } => {
            if let Some(cause) = cause {
                tracing::error!(error = &cause as &dyn std::error::Error, "a request could not be served");
            }
            ApiError { retry_after: Some(whole(retry_after)), ..ApiError::from(Code::Unavailable) }
        }
    }
}

fn whole(wait: Duration) -> u32 {
    u32::try_from(seconds(wait)).unwrap_or(u32::MAX)
}

fn session_ended(end: Option<SessionEnd>) -> ApiError {
    let ended = end.map(|end| end.explained());
    ApiError { ended, ..ApiError::from(Code::SessionEnded) }
}

fn set_response(error: &ApiError) {
    let Some(response) = use_context::<ResponseOptions>() else {
        return;
    };
    let status = status(error.code);
    response.set_status(status);
    if status == StatusCode::UNAUTHORIZED {
        response.insert_header(header::WWW_AUTHENTICATE, CHALLENGE);
    }
    if let Some(seconds) = error.retry_after {
        response.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// The HTTP status of a code.
pub const fn status(code: Code) -> StatusCode {
    match code {
        Code::Invalid => StatusCode::BAD_REQUEST,
        Code::NoActiveAccount | Code::TokenNotValid | Code::SessionEnded | Code::UserInactive => {
            StatusCode::UNAUTHORIZED
        }
        Code::Forbidden | Code::RegistrationClosed => StatusCode::FORBIDDEN,
        Code::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::NotFound | Code::Outdated => StatusCode::NOT_FOUND,
        Code::Network | Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
