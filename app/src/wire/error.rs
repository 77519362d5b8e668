//! The one error that leaves a server function. The browser acts on `code` and shows `message`.

use serde::{Deserialize, Serialize};

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

/// How a session came to its end, for the sentence that explains a sign-out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Why.
    pub reason: EndReason,
    /// When, Unix seconds.
    pub at: i64,
    /// From which device, in words, where that is known: "Firefox on Linux".
    pub by: Option<String>,
}

/// Why a session was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The person signed out on that device.
    SignedOut,
    /// The person or an administrator ended it from elsewhere.
    Revoked,
    /// A spent refresh token was used again: somebody may hold a copy.
    Reuse,
    /// The password was changed elsewhere.
    PasswordChanged,
    /// The account was deactivated.
    UserDeactivated,
    /// Nobody ended it: its refresh token ran out.
    Expired,
    /// The user opened more sessions than a user may have, and this one was not used for the longest time.
    TooManySessions,
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
