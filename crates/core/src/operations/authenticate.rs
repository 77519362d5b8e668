//! `authenticate`: verifies a token and identifies its user. It checks the signature, the claims and the set of revoked
//! sessions, without I/O unless a setting requires it or the token has no session.

use std::sync::Arc;

use hallpass_types::EndReason;

use super::{header::token_in, lookup::Lookup};
use crate::{
    Auth, Error,
    clock::Timestamp,
    error::TypeRejection,
    id::{SessionId, UserId},
    policy::{self, AccountRule, TokenUser},
    session::{Session, SessionEnd},
    sessionless::{Check, Rejection, Verdict},
    settings::SessionCheck,
    token::{Claims, PresentedToken, Token, TokenError, TokenType},
    user::{StoredCredentials, UserKey},
};

/// An authenticated caller. Only [`Auth::authenticate`] creates one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Bearer {
    /// The user.
    pub user: UserId,
    /// The session; `None` for a token of another issuer that signs with the same key.
    pub session: Option<SessionId>,
    /// The expiry of the token.
    pub expires_at: Timestamp,
    /// All claims of the token.
    pub claims: Arc<Claims>,
}

impl Auth {
    /// The user according to the token, as of the sign-in ([`Policy::token_user`](policy::Policy::token_user)), without
    /// a database query.
    pub fn token_user(&self, bearer: &Bearer) -> TokenUser {
        self.policy.token_user(bearer.user, &bearer.claims.values())
    }

    /// Authenticates a request by the values of its `Authorization` headers, of which there may be one (RFC 9110
    /// §11.6.2). The scheme must be one of `types`, in any case (RFC 9110 §11.1).
    ///
    /// # Errors
    /// `NotAuthenticated` without a header of an accepted scheme, `BadAuthorizationHeader` for one that is not two
    /// words, and the errors of [`authenticate`](Self::authenticate).
    pub async fn authenticate_headers(
        &self,
        types: &[impl AsRef<[u8]>],
        headers: impl IntoIterator<Item = &[u8]>,
        kinds: &[TokenType],
    ) -> Result<Bearer, Error> {
        // A token that is not UTF-8 is treated like an empty one.
        let text = str::from_utf8(token_in(types, headers)?).unwrap_or_default();
        if self.tokens.remote().is_some() {
            self.tokens.learn_key(text, self.clock.now()).await?;
        }
        self.authenticate(text, kinds).await
    }

    /// Authenticates a token of one of these types. `Lookup` says what is read from the database.
    ///
    /// # Errors
    /// `NoTokenType` for an invalid token or an ended session, `NoUserId` or `UserNotFound` when it identifies no
    /// existing user, `UserInactive`, `PasswordChanged`, or `Unavailable`.
    pub async fn authenticate(&self, text: &str, kinds: &[TokenType]) -> Result<Bearer, Error> {
        self.bearer_of(text, kinds).await.inspect_err(|error| self.count_failure(error))
    }

    /// Authenticates a token without reporting a failure to the observer.
    pub(super) async fn bearer_of(&self, text: &str, kinds: &[TokenType]) -> Result<Bearer, Error> {
        let token = self.verify_cached(text, kinds)?;
        let key = user_of(&token)?;
        let user = match Lookup::for_token(&token, key, &self.settings) {
            Lookup::Nothing(user) => user,
            Lookup::User => self.load_user_of(key, &token).await?,
            Lookup::UserOf(session) => {
                let user = self.load_user_of(key, &token).await?;
                self.check_owner(session, user).await?;
                user
            }
            Lookup::SessionAndUser(session) => {
                let owner = self.load_open_session(session, &token, kinds).await?.user;
                let user = self.load_user_of(key, &token).await?;
                if user != owner {
                    return Err(Error::UserNotFound);
                }
                user
            }
            Lookup::Sessionless => self.load_sessionless_user(&token, kinds).await?,
        };
        let Token { session, expires_at, claims, .. } = token.as_ref();
        Ok(Bearer { user, session: *session, expires_at: *expires_at, claims: claims.clone() })
    }

    /// Verifies a token from the cache or from scratch and checks that its session is not revoked.
    fn verify_cached(&self, text: &str, kinds: &[TokenType]) -> Result<Arc<Token>, Error> {
        let verified = self.tokens.recognize(text, self.clock.now());
        let token = verified.map_err(|error| no_token_type(kinds, |_| error.clone().into()))?;
        if !kinds.iter().any(|kind| token.check_type(*kind).is_ok()) {
            return Err(blacklisted(&token, kinds, None));
        }
        if let Some(session) = token.session {
            let is_stateless = self.settings.session_check == SessionCheck::Stateless;
            if !is_stateless && let Some(end) = self.revocations.find(session) {
                self.tokens.evict(text);
                return Err(self.ended(&token, kinds, end));
            }
            self.seen.note(session, token.generation, token.expires_at);
        }
        Ok(token)
    }

    /// Finds the user of a token without a session.
    async fn load_sessionless_user(&self, token: &Token, kinds: &[TokenType]) -> Result<UserId, Error> {
        match self.decide_sessionless(token, Some(self.account_rule(token))).await? {
            Verdict::Good(account) => account.map(|account| account.user.id).ok_or(Error::UserNotFound),
            Verdict::Rejected(Rejection::NotImported | Rejection::NoAccount) => Err(Error::UserNotFound),
            Verdict::Rejected(Rejection::Inactive) => Err(Error::UserInactive),
            Verdict::Rejected(Rejection::PasswordChanged) => Err(Error::PasswordChanged(None)),
            Verdict::Rejected(Rejection::Blacklisted(end)) => Err(blacklisted(token, kinds, end)),
            Verdict::Rejected(Rejection::OtherUser) => Err(no_token_type(kinds, |_| TokenError::Invalid.into())),
            Verdict::Rejected(Rejection::PastEnd) => Err(no_token_type(kinds, |_| TokenError::Expired.into())),
        }
    }

    /// Decides about a token without a session and, with a rule, its account.
    pub(super) async fn decide_sessionless(&self, token: &Token, rule: Option<AccountRule>) -> Result<Verdict, Error> {
        let check = Check::about(&PresentedToken::of(token), self.clock.now(), rule);
        let is_access = token.token_type() == Some(TokenType::Access);
        let jti = check.jti.filter(|_| !is_access);
        Ok(self.store.decide_sessionless(Check { jti, ..check }).await?)
    }

    async fn load_open_session(
        &self,
        session: SessionId,
        token: &Token,
        kinds: &[TokenType],
    ) -> Result<Session, Error> {
        match self.store.find_session(session).await? {
            Some(Session { end: Some(end), .. }) => Err(self.ended(token, kinds, end)),
            Some(session) => Ok(session),
            None => Err(blacklisted(token, kinds, None)),
        }
    }

    async fn load_user_of(&self, key: &UserKey, token: &Token) -> Result<UserId, Error> {
        let StoredCredentials { user, password } = self.store.find_account(key).await?.ok_or(Error::UserNotFound)?;
        if self.settings.check_user_is_active && !user.is_active {
            return Err(Error::UserInactive);
        }
        let is_checked = self.settings.check_revoke_token;
        if is_checked && !policy::is_fingerprint(self.tokens.fingerprint(token).as_ref(), &password) {
            return Err(Error::PasswordChanged(None));
        }
        Ok(user.id)
    }

    async fn check_owner(&self, session: SessionId, user: UserId) -> Result<(), Error> {
        match self.store.find_session(session).await? {
            Some(session) if session.user == user => Ok(()),
            Some(_) | None => Err(Error::UserNotFound),
        }
    }

    /// Maps the reason a session ended to the error Simple JWT would return.
    fn ended(&self, token: &Token, kinds: &[TokenType], end: SessionEnd) -> Error {
        match end.reason {
            EndReason::UserDeactivated => Error::UserInactive,
            EndReason::PasswordChanged if self.settings.check_revoke_token => Error::PasswordChanged(Some(end)),
            EndReason::SignedOut
            | EndReason::Revoked
            | EndReason::Reuse
            | EndReason::PasswordChanged
            | EndReason::Expired
            | EndReason::TooManySessions => blacklisted(token, kinds, Some(end)),
        }
    }
}

/// For the token's own type the reason is `Blacklisted`; for every other accepted type, `WrongType`.
fn blacklisted(token: &Token, kinds: &[TokenType], end: Option<SessionEnd>) -> Error {
    no_token_type(kinds, |kind| match token.check_type(kind) {
        Ok(()) => Error::Blacklisted(end.clone()),
        Err(error) => error.into(),
    })
}

fn no_token_type(kinds: &[TokenType], why: impl Fn(TokenType) -> Error) -> Error {
    Error::NoTokenType(kinds.iter().map(|kind| TypeRejection { token_type: *kind, error: why(*kind) }).collect())
}

fn user_of(token: &Token) -> Result<&UserKey, Error> {
    match &token.user {
        Some(user) => Ok(user),
        None if token.has_user => Err(Error::UserNotFound),
        None => Err(Error::NoUserId),
    }
}
