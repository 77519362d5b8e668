//! Outcomes of a refresh. No path leads from `Retry` to a sign-out.

use hallpass_types::Ended;

use crate::api::{ApiError, Code};

/// The outcome of a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server sent a newer pair, which is stored.
    Renewed,
    /// Storage has changed: a newer pair from another tab, another session, or a sign-out.
    Superseded,
    /// The server was not reached or could not answer: keep the pair and try again. With the server's `Retry-After`,
    /// seconds.
    Retry(Option<u32>),
    /// The server rejected the refresh token.
    Rejected(Rejection),
    /// No user is signed in any more.
    SignedOut,
}

/// The reason the server rejected a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// It has expired or is unknown.
    Lost,
    /// The account is inactive.
    Inactive,
    /// The session was ended.
    Ended(Option<Ended>),
}

impl Rejection {
    /// Whether the session is over even while the access token is valid.
    pub fn is_immediate(&self) -> bool {
        match self {
            Self::Lost => false,
            Self::Inactive | Self::Ended(_) => true,
        }
    }
}

/// Maps a failed refresh to its outcome. Only an error in the server's own format is a rejection.
pub fn of(error: ApiError) -> Outcome {
    match error.code {
        Code::TokenNotValid => Outcome::Rejected(Rejection::Lost),
        Code::UserInactive => Outcome::Rejected(Rejection::Inactive),
        Code::SessionEnded => Outcome::Rejected(Rejection::Ended(error.ended)),
        Code::Invalid
        | Code::NoActiveAccount
        | Code::Forbidden
        | Code::NotFound
        | Code::RegistrationClosed
        | Code::TooManyRequests
        | Code::Unavailable
        | Code::Network
        | Code::Outdated
        | Code::Internal => Outcome::Retry(error.retry_after),
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, Rejection, of};
    use crate::api::{ApiError, Code};

    #[test]
    fn only_an_error_in_the_servers_format_ends_a_session() {
        let retried = [
            Code::Invalid,
            Code::NoActiveAccount,
            Code::Forbidden,
            Code::NotFound,
            Code::RegistrationClosed,
            Code::TooManyRequests,
            Code::Unavailable,
            Code::Network,
            Code::Outdated,
            Code::Internal,
        ];
        for code in retried {
            assert_eq!(of(ApiError::new(code, "")), Outcome::Retry(None), "{code:?}");
        }
        assert_eq!(of(ApiError::new(Code::TokenNotValid, "")), Outcome::Rejected(Rejection::Lost));
    }

    #[test]
    fn an_ended_session_is_over_at_once_but_an_invalid_token_is_not() {
        assert!(Rejection::Ended(None).is_immediate());
        assert!(Rejection::Inactive.is_immediate());
        assert!(!Rejection::Lost.is_immediate());
    }
}
