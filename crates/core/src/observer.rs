//! A hook for metrics. The core reports observations and knows nothing about the metrics backend. An observation
//! contains no secret and does not identify a user.

use strum::{IntoStaticStr, VariantNames};

use super::{
    Auth, Error,
    rotation::{Refusal, Rule},
    sessionless::Rejection,
    store::{Refreshed, Renewed, StoreError},
    token::TokenError,
};

/// Receives observations. It is called within requests, so it must be quick and must not block.
pub trait Observer: Send + Sync {
    /// Records an observation.
    fn observe(&self, observation: Observation);
}

/// Discards observations.
impl Observer for () {
    fn observe(&self, _observation: Observation) {}
}

/// An observation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observation {
    /// A refresh was decided by this rule.
    Refresh(RefreshRule),
    /// A refresh was rejected before the rules of rotation applied.
    RefreshRejected(RefreshRejection),
    /// A session was revoked for reuse, and the presented token was the one before the current. A client that has
    /// missed a reply holds it, and so does a thief of the last token.
    SuspectedFalseSignOut,
    /// A sign-in was attempted.
    SignIn(SignInOutcome),
    /// A token was rejected at a protected endpoint or by `verify`.
    TokenFailure(TokenFailure),
}

/// The rule that decided a refresh (`rotation`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum RefreshRule {
    /// The token was spent and the next generation issued.
    Rotated,
    /// A token spent within the grace got the current one.
    Reissued,
    /// A token spent before the grace got the current one, because the first reply was lost.
    Recovered,
    /// The token stays valid: rotation is off, or it is a sliding token.
    Kept,
    /// A token of another issuer got a session.
    Adopted,
    /// A spent token was presented again, which revoked its session.
    Reuse,
}

/// The reason a refresh was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum RefreshRejection {
    /// The text is not a valid refresh token.
    BadToken,
    /// The token is past its `exp`, or a sliding token past the end of its renewals.
    ExpiredToken,
    /// The token itself was blacklisted.
    Blacklisted,
    /// The session had ended.
    SessionEnded,
    /// The session is past its maximum lifetime.
    SessionPastEnd,
    /// The session does not exist.
    UnknownSession,
    /// The user is inactive or does not exist.
    NoActiveAccount,
    /// The password changed after the token was issued.
    PasswordChanged,
    /// A rate limit was exceeded.
    Limited,
    /// The database failed.
    Unavailable,
}

/// The outcome of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum SignInOutcome {
    /// A session was opened.
    Ok,
    /// Unknown username, wrong password or inactive account.
    Wrong,
    /// A rate limit was exceeded.
    Limited,
    /// The queue for password hashing was full.
    Busy,
    /// The database failed.
    Unavailable,
}

/// The reason a token was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum TokenFailure {
    /// Malformed, badly signed, for another audience, or not yet valid.
    Invalid,
    /// Past its `exp`.
    Expired,
    /// A required claim is missing.
    MissingClaim,
    /// The token is valid, but of another type.
    WrongType,
    /// The token was spent or blacklisted, or its session ended.
    Revoked,
    /// The password changed after the token was issued.
    PasswordChanged,
    /// The user is inactive.
    UserInactive,
    /// The user does not exist.
    UserNotFound,
}

impl RefreshRule {
    fn of(renewed: &Renewed) -> Self {
        match renewed.rule {
            _ if renewed.is_new_session => Self::Adopted,
            Rule::Rotate => Self::Rotated,
            Rule::Keep => Self::Kept,
            Rule::Reissue => Self::Reissued,
            Rule::Recover => Self::Recovered,
        }
    }
}

impl SignInOutcome {
    /// Classifies the result of a sign-in.
    pub fn of<T>(signed_in: &Result<T, Error>) -> Self {
        match signed_in {
            Ok(_) => Self::Ok,
            Err(Error::TooMany { .. }) => Self::Limited,
            Err(Error::Unavailable { cause: None, .. }) => Self::Busy,
            Err(Error::Unavailable { cause: Some(_), .. }) => Self::Unavailable,
            Err(_) => Self::Wrong,
        }
    }
}

impl TokenFailure {
    /// Classifies an authentication error. `None` when there was no token.
    pub fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Token(error) => Some(Self::of_token_error(error)),
            Error::Blacklisted(_) => Some(Self::Revoked),
            // Every accepted type but the token's own reports `WrongType`, so any other reason says more.
            Error::NoTokenType(kinds) => {
                let mut failures = kinds.iter().filter_map(|kind| Self::of(&kind.error));
                Some(failures.find(|failure| *failure != Self::WrongType).unwrap_or(Self::WrongType))
            }
            Error::PasswordChanged(_) => Some(Self::PasswordChanged),
            Error::UserInactive => Some(Self::UserInactive),
            Error::UserNotFound | Error::NoUserId => Some(Self::UserNotFound),
            Error::Invalid(_)
            | Error::NoActiveAccount
            | Error::NoActiveAccountForToken
            | Error::NotAuthenticated
            | Error::BadAuthorizationHeader
            | Error::NoSuchSession
            | Error::Forbidden
            | Error::SuperuserOnly
            | Error::NotFound
            | Error::RegistrationClosed
            | Error::OversizedClaims
            | Error::TooMany { .. }
            | Error::Unavailable { .. } => None,
        }
    }

    fn of_token_error(error: &TokenError) -> Self {
        match error {
            TokenError::Invalid => Self::Invalid,
            TokenError::Expired | TokenError::PastEnd(_) => Self::Expired,
            TokenError::MissingExpiry | TokenError::MissingId | TokenError::MissingType | TokenError::MissingEnd(_) => {
                Self::MissingClaim
            }
            TokenError::WrongType => Self::WrongType,
        }
    }
}

impl RefreshRejection {
    /// Classifies the error of a refresh that did not reach the database.
    fn of(error: &Error) -> Self {
        match (error, TokenFailure::of(error)) {
            (Error::TooMany { .. }, _) => Self::Limited,
            (Error::Unavailable { .. }, _) => Self::Unavailable,
            (_, Some(TokenFailure::Revoked)) => Self::Blacklisted,
            (_, Some(TokenFailure::Expired)) => Self::ExpiredToken,
            (_, Some(_) | None) => Self::BadToken,
        }
    }
}

/// Reports the result of a refresh.
pub(super) fn report(answer: &Result<Refreshed, StoreError>, observer: &dyn Observer) {
    observer.observe(match outcome(answer) {
        Ok(rule) => Observation::Refresh(rule),
        Err(refusal) => Observation::RefreshRejected(refusal),
    });
    if let Ok(Refreshed::Reused { session, presented, .. }) = answer
        && presented.checked_add(1) == Some(session.generation)
    {
        observer.observe(Observation::SuspectedFalseSignOut);
    }
}

fn outcome(answer: &Result<Refreshed, StoreError>) -> Result<RefreshRule, RefreshRejection> {
    match answer {
        Ok(Refreshed::Renewed(renewed)) => Ok(RefreshRule::of(renewed)),
        Ok(Refreshed::Reused { .. }) => Ok(RefreshRule::Reuse),
        Ok(Refreshed::Refused { refusal, .. }) => Err(match refusal {
            Refusal::Ended(_) => RefreshRejection::SessionEnded,
            Refusal::PastEnd => RefreshRejection::SessionPastEnd,
            Refusal::NoActiveAccount => RefreshRejection::NoActiveAccount,
            Refusal::PasswordChanged => RefreshRejection::PasswordChanged,
        }),
        Ok(Refreshed::UnknownSession) => Err(RefreshRejection::UnknownSession),
        Ok(Refreshed::Rejected(rejection)) => Err(match rejection {
            Rejection::Blacklisted(_) => RefreshRejection::Blacklisted,
            Rejection::NotImported | Rejection::NoAccount | Rejection::Inactive => RefreshRejection::NoActiveAccount,
            Rejection::PasswordChanged => RefreshRejection::PasswordChanged,
            Rejection::PastEnd => RefreshRejection::SessionPastEnd,
            Rejection::OtherUser => RefreshRejection::UnknownSession,
        }),
        Err(_) => Err(RefreshRejection::Unavailable),
    }
}

/// The current lengths of queues and sizes of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Password checks waiting for a processor.
    pub waiting_passwords: usize,
    /// Sign-ins waiting for others of the same account and network.
    pub waiting_attempts: usize,
    /// Writes waiting for the database's single writer, if it has one.
    pub waiting_writes: Option<usize>,
    /// Sessions in the set of revoked ones.
    pub revoked_sessions: usize,
}

impl Auth {
    /// Reads the current workload.
    pub fn workload(&self) -> Workload {
        Workload {
            waiting_passwords: self.passwords.waiting(),
            waiting_attempts: self.limiter.waiting(),
            waiting_writes: self.store.waiting(),
            revoked_sessions: self.revocations.len(),
        }
    }

    /// Reports a rejected token.
    pub(super) fn count_failure(&self, error: &Error) {
        if let Some(failure) = TokenFailure::of(error) {
            self.observer.observe(Observation::TokenFailure(failure));
        }
    }

    /// Reports a refresh that did not reach the database.
    pub(super) fn count_rejection(&self, error: &Error) {
        self.observer.observe(Observation::RefreshRejected(RefreshRejection::of(error)));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{SignInOutcome, TokenFailure};
    use crate::{
        Error,
        error::TypeRejection,
        password::Busy,
        store::StoreError,
        token::{TokenError, TokenType},
    };

    #[test]
    fn a_full_queue_and_a_failed_database_are_different_outcomes() {
        let of = |error: Error| <&str>::from(SignInOutcome::of::<()>(&Err(error)));
        assert_eq!(of(Busy.into()), "busy");
        assert_eq!(of(StoreError("locked".into()).into()), "unavailable");
        assert_eq!(of(Error::TooMany { retry_after: Duration::ZERO }), "limited");
        assert_eq!(of(Error::NoActiveAccount), "wrong");
    }

    #[test]
    fn a_rejection_by_every_type_reports_the_reason_of_the_tokens_own_type() {
        let refusal = |token_type, error| TypeRejection { token_type, error };
        let revoked = Error::NoTokenType(vec![
            refusal(TokenType::Sliding, TokenError::WrongType.into()),
            refusal(TokenType::Access, Error::Blacklisted(None)),
        ]);
        assert_eq!(TokenFailure::of(&revoked), Some(TokenFailure::Revoked));
        let wrong = Error::NoTokenType(vec![refusal(TokenType::Access, TokenError::WrongType.into())]);
        assert_eq!(TokenFailure::of(&wrong), Some(TokenFailure::WrongType));
        assert_eq!(TokenFailure::of(&Error::NotAuthenticated), None, "there was no token");
    }
}
