//! The error of every server function. The browser acts on its code and shows its message.
//!
//! What goes wrong around a call (a lost connection, an answer of a proxy) gets a code that never ends a session.

use hallpass_types::Ended;
use serde::{Deserialize, Serialize};
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};

use super::sentence;

/// A refusal or failure, in words for the person and a code for the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// What the browser does next depends on this alone.
    pub code: Code,
    /// One sentence: what happened and what to do.
    pub message: String,
    /// What is wrong with each field of a form; empty for everything that is no form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    /// Who ended the session, when and why, if that is what happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// Seconds to wait before trying again, when the server knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

/// What kind of refusal or failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// A field of the form is wrong; see [`ApiError::fields`].
    Invalid,
    /// Unknown user, wrong password, or an inactive account: which one is not told.
    NoActiveAccount,
    /// The token is malformed, expired, or not signed by this server.
    TokenNotValid,
    /// The token's session was ended; see [`ApiError::ended`].
    SessionEnded,
    /// The account exists and may not be used.
    UserInactive,
    /// The bearer may not do this.
    Forbidden,
    /// What was to be seen or changed is not there any more.
    NotFound,
    /// The server takes no registrations.
    RegistrationClosed,
    /// Too much of this in too short a time; try again later.
    TooManyRequests,
    /// The server cannot answer now; try again.
    Unavailable,
    /// The server could not be reached, or something else answered in its place.
    Network,
    /// The page is older than the server; reload it.
    Outdated,
    /// The server failed. Nothing the person did is wrong.
    Internal,
}

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name in the form.
    pub field: String,
    /// What is wrong with it and what would be right.
    pub message: String,
}

impl ApiError {
    /// An error that is all said in its code and sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message, fields: Vec::new(), ended: None, retry_after: None }
    }

    /// What is wrong with the field `name`, if anything is.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|error| error.field == name).map(|error| error.message.as_str())
    }
}

impl From<Code> for ApiError {
    /// The code and its sentence in the language of the page.
    fn from(code: Code) -> Self {
        Self::new(code, sentence::of(code))
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(cause: ServerFnErrorErr) -> Self {
        let misunderstood = || Self::new(Code::Invalid, sentence::misunderstood());
        match cause {
            // In the server, what it did not understand is the form.
            ServerFnErrorErr::Deserialization(_) if cfg!(feature = "ssr") => misunderstood(),
            // In the browser, what was not understood is no answer of the server's: a proxy's, or the sign-in
            // page of a network.
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
