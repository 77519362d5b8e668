//! The error of every server function: the browser acts on its code and shows its message. Transport errors, such as
//! a lost connection or a proxy's response, have codes that never end a session.

use hallpass_leptos::CallError;
use hallpass_types::Ended;
use serde::{Deserialize, Serialize};
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};

use super::sentence;

/// An error with a message for the user and a code for the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The code. The browser's reaction depends on it alone.
    pub code: Code,
    /// One sentence: what happened and what to do.
    pub message: String,
    /// The rejected fields of a form; empty for other calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    /// The end of the session, for [`Code::SessionEnded`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// Seconds to wait before the next attempt, if the server says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

/// The kind of an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A field of the form is invalid; see [`ApiError::fields`].
    Invalid,
    /// Unknown user, wrong password or inactive account; which one is not revealed.
    NoActiveAccount,
    /// The token is malformed, expired, or not signed by this server.
    TokenNotValid,
    /// The token's session has ended; see [`ApiError::ended`].
    SessionEnded,
    /// The account is inactive.
    UserInactive,
    /// The caller lacks the permission.
    Forbidden,
    /// The requested object does not exist.
    NotFound,
    /// Registration is disabled.
    RegistrationClosed,
    /// Rate limit exceeded; try again later.
    TooManyRequests,
    /// The server is temporarily unavailable.
    Unavailable,
    /// The server was not reached, or something else answered in its place.
    Network,
    /// The page is older than the server and must be reloaded.
    Outdated,
    /// Internal server error.
    Internal,
}

/// The error of one form field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The name of the field.
    pub field: String,
    /// The problem and how to fix it.
    pub message: String,
}

impl ApiError {
    /// An error without fields or further details.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message, fields: Vec::new(), ended: None, retry_after: None }
    }

    /// The error of the field `name`.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|error| error.field == name).map(|error| error.message.as_str())
    }
}

impl From<Code> for ApiError {
    /// An error with the code's sentence in the language of the page.
    fn from(code: Code) -> Self {
        Self::new(code, sentence::of(code))
    }
}

impl From<CallError> for ApiError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::NotSignedIn => Self::from(Code::TokenNotValid),
            CallError::Unreachable => Self::from(Code::Network),
            CallError::UnexpectedResponse { status, retry_after } => {
                Self { retry_after, ..Self::from(code_of(status)) }
            }
        }
    }
}

/// The code of a response that is not the server's own. Never one that ends a session.
const fn code_of(status: u16) -> Code {
    match status {
        404 => Code::Outdated,
        429 => Code::TooManyRequests,
        500 => Code::Internal,
        503 => Code::Unavailable,
        _ => Code::Network,
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(cause: ServerFnErrorErr) -> Self {
        let misunderstood = || Self::new(Code::Invalid, sentence::misunderstood());
        match cause {
            // On the server, a malformed request.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "ssr") => misunderstood(),
            // In the browser, a response that is not the server's: a proxy's, or a network's sign-in page.
            ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => {
                Self::from(Code::Network)
            }
            ServerFnErrorErr::Registration(_) | ServerFnErrorErr::UnsupportedRequestMethod(_) => {
                Self::from(Code::Outdated)
            }
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => misunderstood(),
            ServerFnErrorErr::MiddlewareError(_)
            | ServerFnErrorErr::Serialization(_)
            | ServerFnErrorErr::ServerError(_) => Self::from(Code::Internal),
        }
    }
}

#[cfg(test)]
mod tests {
    use hallpass_leptos::CallError;

    use super::{ApiError, Code};

    #[test]
    fn a_response_of_a_proxy_never_ends_a_session() {
        for status in 400..600 {
            let error = ApiError::from(CallError::UnexpectedResponse { status, retry_after: Some(3) });
            let is_retried = matches!(
                error.code,
                Code::Network | Code::Unavailable | Code::TooManyRequests | Code::Internal | Code::Outdated
            );
            assert!(is_retried && error.retry_after == Some(3), "{status}");
        }
    }
}
