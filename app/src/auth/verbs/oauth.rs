//! `introspect` (RFC 7662) and `revoke_token` (RFC 7009), for programs that the operator trusts. Hallpass
//! issues no token to a client, so any configured client may ask about any token and take it back.

use crate::{
    auth::{
        Auth, Error,
        clients::Client,
        clock::Timestamp,
        id::SessionId,
        revocation::Revocation,
        session::Origin,
        store::{Ending, TokenStanding},
        token::{Token, TokenType},
        user::User,
    },
    wire::{EndReason, Introspection},
};

use super::refresh::presented;

/// What taking a token back came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRevocation {
    /// It is good for nothing any more, or was already.
    Done,
    /// It is an access token without a session, which nothing can take back before it expires.
    Unsupported,
}

impl Auth {
    /// What a token is worth now. Of one that is not active, nothing is told, not even why
    /// (RFC 7662 §2.2).
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn introspect(&self, _by: &Client, text: &str) -> Result<Introspection, Error> {
        let now = self.clock.now();
        self.tokens.learn_key(text, now).await;
        let Ok(token) = self.tokens.verify(text, None, now) else {
            return Ok(Introspection::default());
        };
        let is_welcome = match self.type_of(&token) {
            Some(TokenType::Access | TokenType::Sliding) => self.is_bearer_welcome(&token).await?,
            Some(TokenType::Refresh) => self.is_refresh_welcome(&token).await?,
            None => false,
        };
        match self.find_owner(&token).await? {
            Some(owner) if is_welcome => Ok(self.describe(&token, owner)),
            Some(_) | None => Ok(Introspection::default()),
        }
    }

    /// Takes a token back with its session, be it a refresh token, a spent one, or an access token. One
    /// that is no good is no error (RFC 7009 §2.2).
    ///
    /// # Errors
    /// `Unavailable`: the token may still be good.
    pub async fn revoke_token(&self, by: &Client, text: &str, origin: &Origin) -> Result<TokenRevocation, Error> {
        let now = self.clock.now();
        self.tokens.learn_key(text, now).await;
        let Ok(token) = self.tokens.verify(text, None, now) else {
            return Ok(TokenRevocation::Done);
        };
        // "This session was ended from gateway": the client's name says more than its HTTP library's.
        let origin = Origin::new(origin.address.clone(), Some(by.name()));
        let ending = self.ending(EndReason::Revoked, &origin);
        let revocation = match (self.type_of(&token), token.session) {
            (Some(TokenType::Access), None) => return Ok(TokenRevocation::Unsupported),
            (Some(TokenType::Access | TokenType::Sliding), Some(session)) => self.end(session, ending).await?,
            (Some(TokenType::Sliding), None) | (Some(TokenType::Refresh) | None, _) => {
                self.store.blacklist(presented(&token, now), ending).await?.revocation
            }
        };
        self.revocations.insert_all(revocation);
        Ok(TokenRevocation::Done)
    }

    async fn end(&self, session: SessionId, ending: Ending) -> Result<Option<Revocation>, Error> {
        match self.store.find_session(session).await? {
            Some(found) => Ok(self.store.revoke_session(found.user, session, ending).await?),
            None => Ok(None),
        }
    }

    fn type_of(&self, token: &Token) -> Option<TokenType> {
        let kinds = [TokenType::Access, TokenType::Refresh, TokenType::Sliding];
        kinds.into_iter().find(|kind| self.tokens.check_type(token, *kind).is_ok())
    }

    async fn find_owner(&self, token: &Token) -> Result<Option<User>, Error> {
        let Some(key) = &token.user else {
            return Ok(None);
        };
        let account = self.store.find_account(key).await?;
        Ok(account.map(|account| account.user).filter(|user| user.is_active))
    }

    async fn is_bearer_welcome(&self, token: &Token) -> Result<bool, Error> {
        if token.session.is_some_and(|session| self.revocations.find(session).is_some()) {
            return Ok(false);
        }
        Ok(self.store.token_standing(token.jti.clone(), token.session).await? == TokenStanding::Good)
    }

    /// As a refresh would find it: known by name, not spent, its session alive. A token of another
    /// issuer need not be known.
    async fn is_refresh_welcome(&self, token: &Token) -> Result<bool, Error> {
        let known = self.store.find_token(token.jti.clone()).await?;
        if known.as_ref().is_some_and(|known| known.blacklisted.is_some()) {
            return Ok(false);
        }
        let is_known = known.is_some();
        let Some(session) = known.and_then(|known| known.session).or(token.session) else {
            return Ok(true);
        };
        let now = self.clock.now();
        let session = self.store.find_session(session).await?;
        Ok(is_known && session.is_some_and(|session| session.end.is_none() && session.ends_at > now))
    }

    fn describe(&self, token: &Token, owner: User) -> Introspection {
        let token_type = self.type_of(token);
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
            iss: token.claims.get("iss").cloned(),
            aud: token.claims.get("aud").cloned(),
            sid: token.session.map(|session| session.to_string()),
        }
    }
}
