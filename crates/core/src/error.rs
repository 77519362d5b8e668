//! The errors of all operations. `server` maps them to statuses and bodies, `app` to codes and sentences.

use std::time::Duration;

use hallpass_verify::KeysUnavailable;

use super::{
    administration::Denial,
    password::Busy,
    session::SessionEnd,
    store::{StoreError, WriteError},
    token::{TokenError, TokenType},
    violation::{FieldViolation, Violation},
};

/// An operation was rejected or failed. The text is the sentence for the user.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A form has invalid fields.
    #[error("Some fields are invalid.")]
    Invalid(Vec<FieldViolation>),

    /// Unknown user, wrong password or inactive account at sign-in. Which one is not disclosed.
    #[error("No active account found with the given credentials")]
    NoActiveAccount,

    /// The user of a refresh token is inactive or deleted.
    #[error("No active account found for the given token.")]
    NoActiveAccountForToken,

    /// A token is invalid.
    #[error(transparent)]
    Token(#[from] TokenError),

    /// A token is spent, or its session ended. `Some` when it is known how the session ended.
    #[error("Token is blacklisted")]
    Blacklisted(Option<SessionEnd>),

    /// A token at a protected endpoint is of none of the accepted types; one reason per type.
    #[error("Given token not valid for any token type")]
    NoTokenType(Vec<TypeRejection>),

    /// The password changed after the token was issued (`CHECK_REVOKE_TOKEN`). `Some` when that revoked the session.
    #[error("The user's password has been changed.")]
    PasswordChanged(Option<SessionEnd>),

    /// There is no `Authorization` header, or it has another scheme.
    #[error("Authentication credentials were not provided.")]
    NotAuthenticated,

    /// An `Authorization` header of an accepted scheme is not two words.
    #[error("Authorization header must contain two space-delimited values")]
    BadAuthorizationHeader,

    /// An access token has no user claim.
    #[error("Token contained no recognizable user identification")]
    NoUserId,

    /// The user of an access token does not exist.
    #[error("User not found")]
    UserNotFound,

    /// The user of an access token is inactive.
    #[error("User is inactive")]
    UserInactive,

    /// The session does not exist, belongs to another user, or has ended.
    #[error("This session has already ended.")]
    NoSuchSession,

    /// The caller lacks the permission.
    #[error("You do not have permission to perform this action.")]
    Forbidden,

    /// Only superusers create and change staff and superusers.
    #[error("Only superusers can create and change staff and superusers.")]
    SuperuserOnly,

    /// The requested item does not exist.
    #[error("Not found.")]
    NotFound,

    /// Registration is closed.
    #[error("Registration is closed. Ask an administrator for an account.")]
    RegistrationClosed,

    /// The claims of a new token make it longer than servers accept: an error in the deployment's policy.
    #[error("The server cannot issue this token: its claims are too large.")]
    OversizedClaims,

    /// A rate limit was exceeded. The text is Django REST framework's.
    #[error("Request was throttled. Expected available in {} second{}.", seconds(*.retry_after), plural(*.retry_after))]
    TooMany {
        /// The time until the next attempt is allowed.
        retry_after: Duration,
    },

    /// The server is overloaded or the database does not respond. Nothing was changed.
    #[error("The server cannot answer now. Try again in a moment.")]
    Unavailable {
        /// The time after which a retry makes sense.
        retry_after: Duration,
        /// The cause, for the log.
        #[source]
        cause: Option<StoreError>,
    },
}

/// The reason why a token is rejected as one type.
#[derive(Debug)]
pub struct TypeRejection {
    /// The type.
    pub token_type: TokenType,
    /// `Token` or `Blacklisted`.
    pub error: Error,
}

impl Error {
    /// Creates `Invalid` from the fields that violate a rule.
    pub fn fields<const N: usize>(violations: [(&'static str, Option<Violation>); N]) -> Self {
        let wrong = violations
            .into_iter()
            .filter_map(|(field, violation)| Some(FieldViolation { field, violation: violation? }));
        Self::Invalid(wrong.collect())
    }

    /// Creates `Invalid` for one field.
    pub fn field(field: &'static str, violation: impl Into<Violation>) -> Self {
        Self::Invalid(vec![FieldViolation { field, violation: violation.into() }])
    }
}

impl From<Denial> for Error {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::NotStaff => Self::Forbidden,
            Denial::SuperuserOnly => Self::SuperuserOnly,
            Denial::NotFound => Self::NotFound,
            Denial::OwnAccount(field) => Self::field(field.into(), Violation::OwnAccount),
            Denial::OwnPassword => Self::field("password", Violation::OwnPassword),
            Denial::UsernameTaken => Self::field("username", Violation::UsernameTaken),
            Denial::EmailTaken => Self::field("email", Violation::EmailTaken),
        }
    }
}

/// A duration in whole seconds, rounded up, so that a client that waits that long is not early (RFC 9110 §10.2.3).
pub fn seconds(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

fn plural(wait: Duration) -> &'static str {
    if seconds(wait) == 1 { "" } else { "s" }
}

impl From<Busy> for Error {
    fn from(Busy: Busy) -> Self {
        Self::Unavailable { retry_after: Duration::from_secs(1), cause: None }
    }
}

impl From<KeysUnavailable> for Error {
    fn from(KeysUnavailable: KeysUnavailable) -> Self {
        Self::Unavailable { retry_after: KeysUnavailable::RETRY_AFTER, cause: None }
    }
}

impl From<WriteError> for Error {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Denied(denial) => denial.into(),
            WriteError::Store(cause) => cause.into(),
        }
    }
}

impl From<StoreError> for Error {
    fn from(cause: StoreError) -> Self {
        Self::Unavailable { retry_after: Duration::from_secs(1), cause: Some(cause) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Error;

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds() {
        for (millis, said) in [(1, "1 second."), (1000, "1 second."), (1001, "2 seconds."), (60_000, "60 seconds.")] {
            let sentence = Error::TooMany { retry_after: Duration::from_millis(millis) }.to_string();
            assert!(sentence.ends_with(&format!(" in {said}")), "{sentence}");
        }
    }
}
