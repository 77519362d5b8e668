//! `authenticate`: who holds this access token. No I/O: the signature, the claims, then one look in
//! the set of revoked sessions.

use crate::{
    auth::{
        Auth, Error,
        clock::Timestamp,
        id::{SessionId, UserId},
        session::{Session, SessionEnd},
        settings::SessionCheck,
        token::{Token, TokenType},
    },
    wire::EndReason,
};

/// Who a good access token speaks for. Having one is the proof: nothing else makes it.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// The user.
    pub user: UserId,
    /// The session; `None` when another issuer with the same key made the token.
    pub session: Option<SessionId>,
    /// When the token ends.
    pub expires_at: Timestamp,
}

impl Auth {
    /// Authenticates the values of the `Authorization` header fields of a request, of which there may
    /// be only one (RFC 9110 §11.6.2). The scheme is one of `types`, in any case (RFC 9110 §11.1). With
    /// `SESSION_CHECK = "database"` the session and the user are looked up as well.
    ///
    /// # Errors
    /// `NotAuthenticated` without a header of our scheme, `BadAuthorizationHeader` for one that is not
    /// two words, everything that [`authenticate`](Self::authenticate) answers, and `Unavailable`.
    pub async fn authenticate_headers(&self, types: &[impl AsRef<[u8]>], headers: &[&[u8]]) -> Result<Bearer, Error> {
        // Bytes that are no UTF-8 are no base64url either.
        let access = String::from_utf8_lossy(token_in(types, headers)?);
        self.tokens.learn_key(&access, self.clock.now()).await;
        let bearer = self.authenticate(&access)?;
        if self.settings.session_check == SessionCheck::Database {
            self.check_in_database(&bearer).await?;
        }
        Ok(bearer)
    }

    async fn check_in_database(&self, bearer: &Bearer) -> Result<(), Error> {
        if let Some(session) = bearer.session {
            match self.store.find_session(session).await? {
                Some(Session { end: None, .. }) => {}
                Some(Session { end: Some(end), .. }) => return Err(refusal_of(end)),
                None => return Err(Error::Blacklisted(None)),
            }
        }
        self.load_active_user(bearer).await.map(drop)
    }

    /// Authenticates an access token.
    ///
    /// # Errors
    /// `Token` for a bad one, `Blacklisted` or `UserInactive` when its session was ended, `NoUserId`
    /// or `UserNotFound` when it names no user that could exist.
    pub fn authenticate(&self, access: &str) -> Result<Bearer, Error> {
        let token = self.tokens.verify(access, Some(TokenType::Access), self.clock.now())?;
        if let Some(session) = token.session {
            let is_stateless = self.settings.session_check == SessionCheck::Stateless;
            if !is_stateless && let Some(end) = self.revocations.find(session) {
                return Err(refusal_of(end));
            }
            self.seen.note(session, token.generation, token.expires_at);
        }
        let user = user_of(&token)?;
        Ok(Bearer { user, session: token.session, expires_at: token.expires_at })
    }
}

/// The token in an `Authorization` header of one of our schemes.
fn token_in<'h>(types: &[impl AsRef<[u8]>], headers: &[&'h [u8]]) -> Result<&'h [u8], Error> {
    let header = match headers {
        [] => return Err(Error::NotAuthenticated),
        [header] => header,
        [_, _, ..] => return Err(Error::BadAuthorizationHeader),
    };
    let mut words = header.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let scheme = words.next().ok_or(Error::NotAuthenticated)?;
    if !types.iter().any(|ours| scheme.eq_ignore_ascii_case(ours.as_ref())) {
        return Err(Error::NotAuthenticated);
    }
    match (words.next(), words.next()) {
        (Some(token), None) => Ok(token),
        (None, _) | (Some(_), Some(_)) => Err(Error::BadAuthorizationHeader),
    }
}

/// Why the access token of an ended session is refused, in Simple JWT's terms.
fn refusal_of(end: SessionEnd) -> Error {
    match end.reason {
        EndReason::UserDeactivated => Error::UserInactive,
        EndReason::SignedOut
        | EndReason::Revoked
        | EndReason::Reuse
        | EndReason::PasswordChanged
        | EndReason::Expired => Error::Blacklisted(Some(end)),
    }
}

fn user_of(token: &Token) -> Result<UserId, Error> {
    match token.user {
        Some(user) => Ok(user),
        None if token.names_user => Err(Error::UserNotFound),
        None => Err(Error::NoUserId),
    }
}
