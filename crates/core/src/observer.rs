//! What the core tells of its work to whoever counts it. It knows no counters and no names of any
//! monitoring; without an observer it tells nobody. What is told holds no secret and names nobody.

use strum::{IntoStaticStr, VariantNames};

use super::{
    Auth, Error,
    rotation::{Refusal, Rule},
    sessionless::Rejection,
    store::{Refreshed, Renewed, StoreError},
    token::TokenFault,
};

/// Learns of what happened. It is called within requests, so it must be quick and never wait.
pub trait Observer: Send + Sync {
    /// Takes note.
    fn observe(&self, observation: Observation);
}

/// Nobody takes note.
impl Observer for () {
    fn observe(&self, _observation: Observation) {}
}

/// One thing that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observation {
    /// A refresh was decided by this rule.
    Refresh(RefreshRule),
    /// A refresh was refused before any rule of rotation.
    RefreshRefused(RefreshRefusal),
    /// A session was ended for reuse, and the token that came back was the one before the current: what
    /// an honest client holds that missed one answer, as well as a thief of yesterday's token.
    SuspectedFalseSignOut,
    /// Somebody tried to sign in.
    SignIn(SignInOutcome),
    /// A token was refused at a protected endpoint or by `verify`.
    TokenFailure(TokenFailure),
}

/// By which rule a refresh was decided (`rotation`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum RefreshRule {
    /// The token was spent and the next generation issued.
    Rotated,
    /// A token spent within the grace was answered with the current one.
    Reissued,
    /// The same, later than the grace after the rotation: its first answer was lost.
    Recovered,
    /// The token stays good: rotation is off, or it is a sliding one.
    Kept,
    /// A token of another issuer was given a session.
    Adopted,
    /// A spent token came back: its session was ended.
    Reuse,
}

/// Why a refresh was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum RefreshRefusal {
    /// It is no refresh token of ours.
    BadToken,
    /// It is past its `exp`, or a sliding one past its last renewal.
    ExpiredToken,
    /// It was blacklisted by itself.
    Blacklisted,
    /// Its session was ended before.
    SessionEnded,
    /// Its session is past its longest lifetime.
    SessionPastEnd,
    /// Its session is not known.
    UnknownSession,
    /// Its user is inactive or gone.
    NoActiveAccount,
    /// Its user has another password since.
    PasswordChanged,
    /// There were too many.
    Limited,
    /// The database failed.
    Unavailable,
}

/// What a sign-in came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum SignInOutcome {
    /// A session began.
    Ok,
    /// Unknown name, wrong password or inactive account.
    Wrong,
    /// There were too many.
    Limited,
    /// The line for password hashing was full.
    Busy,
    /// The database failed.
    Unavailable,
}

/// Why a token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum TokenFailure {
    /// Malformed, badly signed, for somebody else, or not yet valid.
    Invalid,
    /// Past its `exp`.
    Expired,
    /// Without a claim that it needs.
    MissingClaim,
    /// A good token of another kind.
    WrongType,
    /// Spent, blacklisted, or of a session that is over.
    Revoked,
    /// Its user has another password since.
    PasswordChanged,
    /// Its user is inactive.
    UserInactive,
    /// It names no user that exists.
    UserNotFound,
}

impl RefreshRule {
    fn of(renewed: &Renewed) -> Self {
        match renewed.rule {
            _ if renewed.is_adopted => Self::Adopted,
            Rule::Rotate => Self::Rotated,
            Rule::Keep => Self::Kept,
            Rule::Reissue => Self::Reissued,
            Rule::Recover => Self::Recovered,
        }
    }
}

impl SignInOutcome {
    /// Of what a sign-in answered.
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
    /// Of what a guard answered; `None` when that says nothing about a token.
    pub fn of(error: &Error) -> Option<Self> {
        match error {
            Error::Token(fault) => Some(Self::of_fault(fault)),
            Error::Blacklisted(_) => Some(Self::Revoked),
            // Of several kinds it is another's for all but its own: that one says more.
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

    fn of_fault(fault: &TokenFault) -> Self {
        match fault {
            TokenFault::Invalid => Self::Invalid,
            TokenFault::Expired | TokenFault::PastEnd(_) => Self::Expired,
            TokenFault::MissingExpiry | TokenFault::MissingId | TokenFault::MissingType | TokenFault::MissingEnd(_) => {
                Self::MissingClaim
            }
            TokenFault::WrongType => Self::WrongType,
        }
    }
}

impl RefreshRefusal {
    /// Of a token that did not get as far as the database.
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

/// Reports what a refresh came to.
pub(super) fn report(answer: &Result<Refreshed, StoreError>, observer: &dyn Observer) {
    observer.observe(match outcome(answer) {
        Ok(rule) => Observation::Refresh(rule),
        Err(refusal) => Observation::RefreshRefused(refusal),
    });
    if let Ok(Refreshed::Reused { session, presented, .. }) = answer
        && presented.checked_add(1) == Some(session.generation)
    {
        observer.observe(Observation::SuspectedFalseSignOut);
    }
}

fn outcome(answer: &Result<Refreshed, StoreError>) -> Result<RefreshRule, RefreshRefusal> {
    match answer {
        Ok(Refreshed::Renewed(renewed)) => Ok(RefreshRule::of(renewed)),
        Ok(Refreshed::Reused { .. }) => Ok(RefreshRule::Reuse),
        Ok(Refreshed::Refused { refusal, .. }) => Err(match refusal {
            Refusal::Ended(_) => RefreshRefusal::SessionEnded,
            Refusal::PastEnd => RefreshRefusal::SessionPastEnd,
            Refusal::NoActiveAccount => RefreshRefusal::NoActiveAccount,
            Refusal::PasswordChanged => RefreshRefusal::PasswordChanged,
        }),
        Ok(Refreshed::UnknownSession) => Err(RefreshRefusal::UnknownSession),
        Ok(Refreshed::Rejected(rejection)) => Err(match rejection {
            Rejection::Blacklisted(_) => RefreshRefusal::Blacklisted,
            Rejection::NotImported | Rejection::NoAccount | Rejection::Inactive => RefreshRefusal::NoActiveAccount,
            Rejection::PasswordChanged => RefreshRefusal::PasswordChanged,
            Rejection::PastEnd => RefreshRefusal::SessionPastEnd,
            Rejection::OtherUser => RefreshRefusal::UnknownSession,
        }),
        Err(_) => Err(RefreshRefusal::Unavailable),
    }
}

/// How much waits, and how much is remembered, at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    /// Passwords that wait for a processor.
    pub waiting_passwords: usize,
    /// Sign-ins that wait for others of the same account and network.
    pub waiting_attempts: usize,
    /// Writes that wait for the database's writer, where it has a line of its own.
    pub waiting_writes: Option<usize>,
    /// Sessions in the set of revoked ones.
    pub revoked_sessions: usize,
}

impl Auth {
    /// How much there is to do.
    pub fn workload(&self) -> Workload {
        Workload {
            waiting_passwords: self.passwords.waiting(),
            waiting_attempts: self.limiter.waiting(),
            waiting_writes: self.store.waiting(),
            revoked_sessions: self.revocations.len(),
        }
    }

    /// Tells of a token that was refused.
    pub(super) fn tell_failure(&self, error: &Error) {
        if let Some(failure) = TokenFailure::of(error) {
            self.observer.observe(Observation::TokenFailure(failure));
        }
    }

    /// Tells of a refresh that did not get as far as the database.
    pub(super) fn tell_refusal(&self, error: &Error) {
        self.observer.observe(Observation::RefreshRefused(RefreshRefusal::of(error)));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{SignInOutcome, TokenFailure};
    use crate::{
        Error,
        error::KindRefusal,
        password::Busy,
        store::StoreError,
        token::{TokenFault, TokenType},
    };

    #[test]
    fn a_full_line_and_a_broken_database_are_told_apart() {
        let of = |error: Error| <&str>::from(SignInOutcome::of::<()>(&Err(error)));
        assert_eq!(of(Busy.into()), "busy");
        assert_eq!(of(StoreError("locked".into()).into()), "unavailable");
        assert_eq!(of(Error::TooMany { retry_after: Duration::ZERO }), "limited");
        assert_eq!(of(Error::NoActiveAccount), "wrong");
    }

    #[test]
    fn of_a_token_for_none_of_several_kinds_its_own_says_why() {
        let refusal = |token_type, error| KindRefusal { token_type, error };
        let revoked = Error::NoTokenType(vec![
            refusal(TokenType::Sliding, TokenFault::WrongType.into()),
            refusal(TokenType::Access, Error::Blacklisted(None)),
        ]);
        assert_eq!(TokenFailure::of(&revoked), Some(TokenFailure::Revoked));
        let wrong = Error::NoTokenType(vec![refusal(TokenType::Access, TokenFault::WrongType.into())]);
        assert_eq!(TokenFailure::of(&wrong), Some(TokenFailure::WrongType));
        assert_eq!(TokenFailure::of(&Error::NotAuthenticated), None, "there was no token");
    }
}
