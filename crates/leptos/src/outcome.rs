//! Outcomes of a refresh. No path leads from `Retry` to a sign-out.

use hallpass_types::Ended;

use crate::pair::StoredPair;

/// The outcome of a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server sent a newer pair, which is stored.
    Renewed(Box<StoredPair>),
    /// Storage has changed: a newer pair from another tab, another session, or a sign-out.
    Superseded,
    /// The server was not reached or could not answer: keep the pair and try again. With the server's `Retry-After`,
    /// seconds.
    Retry(Option<u32>),
    /// The server rejected the refresh token of the stored pair, whose access token is still valid.
    Rejected(Rejection),
    /// No user is signed in any more.
    SignedOut,
}

/// The server's answer to a refresh that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshError {
    /// The server was not reached, or something answered in its place, or it could not answer. With its `Retry-After`,
    /// seconds.
    Retry(Option<u32>),
    /// The server itself rejected the refresh token. Only an answer in the server's own format is a rejection.
    Rejected(Rejection),
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
    pub const fn is_immediate(&self) -> bool {
        match self {
            Self::Lost => false,
            Self::Inactive | Self::Ended(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Rejection;

    #[test]
    fn an_ended_session_is_over_at_once_but_an_invalid_token_is_not() {
        assert!(Rejection::Ended(None).is_immediate());
        assert!(Rejection::Inactive.is_immediate());
        assert!(!Rejection::Lost.is_immediate());
    }
}
