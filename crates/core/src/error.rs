//! What can go wrong, in the words of the domain. Statuses and wire formats are made of these at the
//! doors.

use std::time::Duration;

use hallpass_verify::KeysUnavailable;

use super::{
    administration::Denial,
    fault::{Fault, FieldFault},
    password::Busy,
    session::SessionEnd,
    store::StoreError,
    token::{TokenFault, TokenType},
};

/// Why an operation was refused or failed. Its text is the person's sentence.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A form has wrong fields.
    #[error("Some fields need another look.")]
    Invalid(Vec<FieldFault>),

    /// Unknown user, wrong password or inactive account at a sign-in; which one is not told.
    #[error("No active account found with the given credentials")]
    NoActiveAccount,

    /// The user of a refresh token is inactive or gone.
    #[error("No active account found for the given token.")]
    NoActiveAccountForToken,

    /// A token is not to be believed.
    #[error(transparent)]
    Token(#[from] TokenFault),

    /// A token is spent, or its session is over. How it ended is known when it did.
    #[error("Token is blacklisted")]
    Blacklisted(Option<SessionEnd>),

    /// A token at a protected endpoint is none of the kinds that open it, each for its own reason.
    #[error("Given token not valid for any token type")]
    NoTokenType(Vec<KindRefusal>),

    /// The password is another one than when the token was obtained (`CHECK_REVOKE_TOKEN`). How the
    /// session ended is known when that ended it.
    #[error("The user's password has been changed.")]
    PasswordChanged(Option<SessionEnd>),

    /// No `Authorization` header, or one of another scheme.
    #[error("Authentication credentials were not provided.")]
    NotAuthenticated,

    /// An `Authorization` header of our scheme that is not two words.
    #[error("Authorization header must contain two space-delimited values")]
    BadAuthorizationHeader,

    /// An access token that names no user.
    #[error("Token contained no recognizable user identification")]
    NoUserId,

    /// The user of an access token is gone.
    #[error("User not found")]
    UserNotFound,

    /// The user of an access token is inactive.
    #[error("User is inactive")]
    UserInactive,

    /// No session of that id, or none of the bearer's, or one that is over.
    #[error("This session is over already.")]
    NoSuchSession,

    /// The bearer may not do this.
    #[error("You do not have permission to perform this action.")]
    Forbidden,

    /// Staff and superusers are made and changed by superusers.
    #[error("Only a superuser may make or change staff and superusers.")]
    SuperuserOnly,

    /// What was to be seen or changed is not there.
    #[error("Not found.")]
    NotFound,

    /// The operator takes no registrations.
    #[error("Registration is closed. Ask an administrator for an account.")]
    RegistrationClosed,

    /// The claims of a new token make it longer than servers accept: an error of the deployment's policy.
    #[error("The server cannot issue this token: its claims are too large.")]
    OversizedClaims,

    /// Asked too often in too short a time. Django REST framework's words.
    #[error("Request was throttled. Expected available in {} second{}.", seconds(*.retry_after), plural(*.retry_after))]
    TooMany {
        /// When it may be asked again.
        retry_after: Duration,
    },

    /// The server is too busy or its database does not answer; nothing was changed.
    #[error("The server cannot answer now. Try again in a moment.")]
    Unavailable {
        /// When trying again makes sense.
        retry_after: Duration,
        /// For the operator, where there is one.
        #[source]
        cause: Option<StoreError>,
    },
}

/// Why a token does not pass for one of a kind.
#[derive(Debug)]
pub struct KindRefusal {
    /// The kind.
    pub token_type: TokenType,
    /// `Token` or `Blacklisted`.
    pub error: Error,
}

impl Error {
    /// A form with those of its fields wrong of which something is to be said.
    pub fn fields<const N: usize>(faults: [(&'static str, Option<Fault>); N]) -> Self {
        let wrong = faults.into_iter().filter_map(|(field, fault)| Some(FieldFault { field, fault: fault? }));
        Self::Invalid(wrong.collect())
    }

    /// A form with one wrong field.
    pub fn field(field: &'static str, fault: impl Into<Fault>) -> Self {
        Self::Invalid(vec![FieldFault { field, fault: fault.into() }])
    }
}

impl From<Denial> for Error {
    fn from(denial: Denial) -> Self {
        match denial {
            Denial::NotStaff => Self::Forbidden,
            Denial::SuperuserOnly => Self::SuperuserOnly,
            Denial::NotFound => Self::NotFound,
            Denial::OwnAccount(field) => Self::field(field.into(), Fault::OwnAccount),
            Denial::OwnPassword => Self::field("password", Fault::OwnPassword),
            Denial::UsernameTaken => Self::field("username", Fault::UsernameTaken),
            Denial::EmailTaken => Self::field("email", Fault::EmailTaken),
        }
    }
}

/// A wait in whole seconds, rounded up: who comes then is not too early (RFC 9110 §10.2.3).
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
    fn a_wait_is_said_in_whole_seconds_that_are_enough() {
        for (millis, said) in [(1, "1 second."), (1000, "1 second."), (1001, "2 seconds."), (60_000, "60 seconds.")] {
            let sentence = Error::TooMany { retry_after: Duration::from_millis(millis) }.to_string();
            assert!(sentence.ends_with(&format!(" in {said}")), "{sentence}");
        }
    }
}
