//! Checks tokens without a session: those that another issuer signed, with our key or with a key that it publishes.
//! Every endpoint calls [`Check::decide`], so no two disagree about a token. After an import such a token opens the
//! account of the imported user, and no other account with the same id, username or e-mail address.

use super::{
    Error,
    clock::Timestamp,
    id::{Jti, UserId},
    policy::AccountRule,
    rotation::UserStatus,
    session::SessionEnd,
    token::{PresentedToken, TokenError},
    user::{StoredCredentials, UserKey},
};

/// A check of a verified token without a session.
#[derive(Clone, Debug)]
pub struct Check {
    /// The user claim, if it can identify a user here.
    pub user: Option<UserKey>,
    /// The `jti` to look up in the blacklist; `None` for an access token, which is never in it.
    pub jti: Option<Jti>,
    /// The `iat`. A token without one counts as older than every revocation.
    pub issued_at: Option<Timestamp>,
    /// Time of the request.
    pub now: Timestamp,
    /// The rule for the account; `None` at endpoints where Simple JWT does not read the user (`verify`, `blacklist`).
    pub rule: Option<AccountRule>,
}

/// The rows of the database about the token and the user it names.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The account.
    pub owner: Owner,
    /// The entry in the blacklist.
    pub record: Record,
}

/// The account that a token without a session names.
#[derive(Clone, Debug)]
pub enum Owner {
    /// The account does not exist, and no import took place.
    Unknown,
    /// An import took place and did not include the user.
    NotImported,
    /// The account exists.
    Known {
        /// The account.
        account: StoredCredentials,
        /// Time when the user's sessions and earlier tokens were revoked; the epoch if never.
        accepts_from: Timestamp,
    },
}

/// The record under the token's `jti`.
#[derive(Clone, Debug)]
pub enum Record {
    /// Nothing.
    None,
    /// The token is blacklisted and was never refreshed here.
    Blacklisted,
    /// The token was refreshed here, which opened a session.
    Session {
        /// The user of the session.
        user: UserId,
        /// Whether the token was spent or blacklisted.
        is_blacklisted: bool,
        /// The end of the session, if it has ended.
        end: Option<SessionEnd>,
        /// The latest end of the session.
        ends_at: Timestamp,
    },
}

/// The verdict on a token.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// The token is valid for this account. `None` if the account does not exist and no rule applies.
    Good(Option<StoredCredentials>),
    /// The token is rejected.
    Rejected(Rejection),
}

/// The reason to reject a token without a session, in the order of the checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// An import took place and did not include the user.
    NotImported,
    /// Another user's token has the same `jti`.
    OtherUser,
    /// The token was spent or blacklisted, or the user's sessions were revoked after its issue. `Some` if it had a
    /// session of its own.
    Blacklisted(Option<SessionEnd>),
    /// The session that its refresh opened is past its maximum lifetime.
    PastEnd,
    /// The account does not exist.
    NoAccount,
    /// The user may not sign in.
    Inactive,
    /// The password changed after the token was issued (`CHECK_REVOKE_TOKEN`).
    PasswordChanged,
}

impl Check {
    /// Asks about a token that may be blacklisted: every type but an access token.
    #[must_use]
    pub fn about(token: &PresentedToken, now: Timestamp, rule: Option<AccountRule>) -> Self {
        let PresentedToken { user, jti, issued_at, .. } = token.clone();
        Self { user, jti: Some(jti), issued_at, now, rule }
    }

    /// Decides from the facts alone.
    #[must_use]
    pub fn decide(&self, facts: Facts) -> Verdict {
        let (account, accepts_from) = match facts.owner {
            Owner::NotImported => return Verdict::Rejected(Rejection::NotImported),
            Owner::Unknown => (None, Timestamp::EPOCH),
            Owner::Known { account, accepts_from } => (Some(account), accepts_from),
        };
        let rejection = facts
            .record
            .rejection(account.as_ref(), self.now)
            .or_else(|| self.account_rejection(account.as_ref()))
            .or_else(|| self.revocation(&facts.record, accepts_from));
        rejection.map_or_else(|| Verdict::Good(account), Verdict::Rejected)
    }

    fn account_rejection(&self, account: Option<&StoredCredentials>) -> Option<Rejection> {
        match self.rule.as_ref()?.status(account) {
            UserStatus::Active => None,
            UserStatus::Gone => Some(Rejection::NoAccount),
            UserStatus::Inactive => Some(Rejection::Inactive),
            UserStatus::PasswordChanged => Some(Rejection::PasswordChanged),
        }
    }

    /// Revoking all sessions of a user revokes the tokens that were issued before. A session opened by a token ends on
    /// its own.
    fn revocation(&self, record: &Record, accepts_from: Timestamp) -> Option<Rejection> {
        let is_revocable = matches!(record, Record::None) && accepts_from > Timestamp::EPOCH;
        let is_older = self.issued_at.is_none_or(|issued_at| issued_at < accepts_from);
        (is_revocable && is_older).then_some(Rejection::Blacklisted(None))
    }
}

impl Record {
    fn rejection(&self, account: Option<&StoredCredentials>, now: Timestamp) -> Option<Rejection> {
        match self {
            Self::None => None,
            Self::Blacklisted => Some(Rejection::Blacklisted(None)),
            Self::Session { user, .. } if account.is_none_or(|account| account.user.id != *user) => {
                Some(Rejection::OtherUser)
            }
            Self::Session { is_blacklisted: true, end, .. } | Self::Session { end: end @ Some(_), .. } => {
                Some(Rejection::Blacklisted(end.clone()))
            }
            Self::Session { ends_at, .. } => (*ends_at <= now).then_some(Rejection::PastEnd),
        }
    }
}

impl Rejection {
    /// The error at a refresh.
    pub fn at_refresh(self) -> Error {
        match self {
            Self::NotImported => Error::UserNotFound,
            Self::OtherUser => TokenError::Invalid.into(),
            Self::Blacklisted(end) => Error::Blacklisted(end),
            Self::PastEnd => TokenError::Expired.into(),
            Self::NoAccount | Self::Inactive => Error::NoActiveAccountForToken,
            Self::PasswordChanged => Error::PasswordChanged(None),
        }
    }
}

#[cfg(test)]
mod tests;
