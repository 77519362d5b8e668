//! What a refresh came to. There is no path from `Retry` to signing out.

use hallpass_types::Ended;

use crate::api::{ApiError, Code};

/// What a refresh came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server answered a newer pair, and it is stored.
    Renewed,
    /// Storage holds something else by now: a newer pair of another tab, another session, or a sign-out.
    Superseded,
    /// The server could not be asked, or could not answer: keep the pair and try again. Seconds that
    /// the server wishes for.
    Retry(Option<u32>),
    /// The server refused the refresh token.
    Refused(Refusal),
    /// Nobody is signed in any more.
    SignedOut,
}

/// Why the server refused a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is expired, or the server does not know it.
    Lost,
    /// Its account is not active.
    Inactive,
    /// Its session was ended.
    Ended(Option<Ended>),
}

impl Refusal {
    /// Whether the session is over although the access token still lives.
    pub fn is_immediate(&self) -> bool {
        match self {
            Self::Lost => false,
            Self::Inactive | Self::Ended(_) => true,
        }
    }
}

/// Reads a failed refresh. Only a refusal in the server's own words is one.
pub fn of(error: ApiError) -> Outcome {
    match error.code {
        Code::TokenNotValid => Outcome::Refused(Refusal::Lost),
        Code::UserInactive => Outcome::Refused(Refusal::Inactive),
        Code::SessionEnded => Outcome::Refused(Refusal::Ended(error.ended)),
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
    use super::{Outcome, Refusal, of};
    use crate::api::{ApiError, Code};

    #[test]
    fn only_the_servers_own_refusal_can_end_a_session() {
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
        assert_eq!(of(ApiError::new(Code::TokenNotValid, "")), Outcome::Refused(Refusal::Lost));
    }

    #[test]
    fn an_ended_session_is_over_at_once_and_a_lost_token_is_not() {
        assert!(Refusal::Ended(None).is_immediate());
        assert!(Refusal::Inactive.is_immediate());
        assert!(!Refusal::Lost.is_immediate());
    }
}
