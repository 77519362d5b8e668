//! `introspect` (RFC 7662) and `revoke_token` (RFC 7009), for OAuth clients that the operator trusts. Hallpass issues
//! no token to a client, so any configured client may introspect and revoke any token.

use hallpass_types::{EndReason, Introspection};

use crate::{
    Auth, Error,
    clients::Client,
    clock::Timestamp,
    id::SessionId,
    rotation::UserStatus,
    session::Origin,
    sessionless::Verdict,
    store::{Ending, TokenStatus},
    token::{PresentedToken, Token, TokenType},
    user::{StoredCredentials, User, UserKey},
};

/// The result of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRevocation {
    /// The token is not valid any more, or never was.
    Done,
    /// An access token without a session cannot be revoked.
    Unsupported,
}

impl Auth {
    /// Describes a token. For an inactive token it returns nothing else, not even the reason (RFC 7662 §2.2).
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn introspect(&self, _by: &Client, text: &str) -> Result<Introspection, Error> {
        let now = self.clock.now();
        self.tokens.learn_key(text, now).await?;
        let Ok(token) = self.tokens.verify(text, None, now) else {
            return Ok(Introspection::default());
        };
        let owner = match token.token_type() {
            Some(TokenType::Access | TokenType::Sliding) => self.find_bearer(text, &token).await?,
            Some(TokenType::Refresh) => self.find_refresher(&token).await?,
            None => None,
        };
        Ok(owner.map_or_else(Introspection::default, |owner| describe(&token, owner)))
    }

    /// Revokes a token with its session: a refresh token, a spent one, or an access token. An invalid token is not an
    /// error (RFC 7009 §2.2).
    ///
    /// # Errors
    /// `Unavailable`: the token may still be valid.
    pub async fn revoke_token(&self, by: &Client, text: &str, origin: &Origin) -> Result<TokenRevocation, Error> {
        let now = self.clock.now();
        self.tokens.learn_key(text, now).await?;
        let Ok(token) = self.tokens.verify(text, None, now) else {
            return Ok(TokenRevocation::Done);
        };
        // The client id says more than the name of its HTTP library.
        let origin = Origin::new(origin.ip.clone(), Some(by.name()));
        let ending = self.ending(EndReason::Revoked, &origin);
        match (token.token_type(), token.session) {
            (Some(TokenType::Access), None) => return Ok(TokenRevocation::Unsupported),
            (Some(TokenType::Access | TokenType::Sliding), Some(session)) => {
                self.revoke_if_known(session, ending).await?;
            }
            (Some(TokenType::Sliding), None) | (Some(TokenType::Refresh) | None, _) => {
                self.store.blacklist(PresentedToken::of(&token), ending).await?;
            }
        }
        Ok(TokenRevocation::Done)
    }

    async fn revoke_if_known(&self, session: SessionId, ending: Ending) -> Result<(), Error> {
        if let Some(found) = self.store.find_session(session).await? {
            self.store.revoke_session(found.user, session, ending).await?;
        }
        Ok(())
    }

    /// As the guard decides, plus a database check for revocation that `SESSION_CHECK` may skip.
    async fn find_bearer(&self, text: &str, token: &Token) -> Result<Option<User>, Error> {
        let bearer = match self.bearer_of(text, &self.settings.auth_token_classes).await {
            Ok(bearer) => bearer,
            Err(error @ Error::Unavailable { .. }) => return Err(error),
            Err(_) => return Ok(None),
        };
        if let Some(session) = token.session
            && self.store.token_status(token.jti.clone(), session).await? != TokenStatus::Good
        {
            return Ok(None);
        }
        let user = self.store.find_user(bearer.user).await?;
        Ok(user.filter(|user| user.is_active || !self.settings.check_user_is_active))
    }

    /// The user who may refresh with the token.
    async fn find_refresher(&self, token: &Token) -> Result<Option<User>, Error> {
        let account = match token.session {
            Some(session) => self.find_session_owner(session, token).await?,
            None => match self.decide_sessionless(token, Some(self.account_rule(token))).await? {
                Verdict::Good(account) => account,
                Verdict::Rejected(_) => None,
            },
        };
        Ok(account.map(|account| account.user))
    }

    /// The account for which a refresh would rotate the token: its `jti` is known and not spent, its session has not
    /// ended, and its user may sign in.
    async fn find_session_owner(&self, session: SessionId, token: &Token) -> Result<Option<StoredCredentials>, Error> {
        let known = self.store.find_token(token.jti.clone()).await?;
        if known.is_none_or(|known| known.blacklisted_at.is_some() || known.session != Some(session.to_string())) {
            return Ok(None);
        }
        let found = self.store.find_session(session).await?;
        let now = self.clock.now();
        let Some(session) = found.filter(|session| session.end.is_none() && session.ends_at > now) else {
            return Ok(None);
        };
        let account = self.store.find_account(&UserKey::Id(session.user)).await?;
        let status = self.account_rule(token).status(account.as_ref());
        Ok(account.filter(|_| status == UserStatus::Active))
    }
}

fn describe(token: &Token, owner: User) -> Introspection {
    let token_type = token.token_type();
    let is_bearer = matches!(token_type, Some(TokenType::Access | TokenType::Sliding));
    Introspection {
        active: true,
        token_type: is_bearer.then(|| "Bearer".to_owned()),
        token_use: token_type.map(|kind| kind.name().to_owned()),
        sub: Some(owner.id.to_string()),
        username: Some(owner.username),
        exp: Some(token.expires_at.seconds()),
        iat: token.issued_at.map(Timestamp::seconds),
        jti: Some(token.jti.to_string()),
        iss: token.claims.value("iss"),
        aud: token.claims.value("aud"),
        sid: token.session.map(|session| session.to_string()),
    }
}
