//! Custom claims. Those of the account are computed for every pair, so that a token never contains outdated values;
//! those of another issuer are copied.

use serde_json::{Map, Value};

use crate::{
    Auth, Error,
    clock::Timestamp,
    id::SessionId,
    policy,
    session::Session,
    store::Renewed,
    token::{Claims, Subject, Token, TokenError},
    user::{StoredCredentials, UserKey},
};

impl Auth {
    /// The claims of an account: the policy's, and the password's fingerprint (`CHECK_REVOKE_TOKEN`). A null removes a
    /// claim.
    async fn custom_claims(&self, account: &StoredCredentials) -> Map<String, Value> {
        let mut claims = self.policy.custom_claims(&account.user).await;
        if self.settings.check_revoke_token {
            let fingerprint = policy::fingerprint(&account.password);
            claims.insert(self.settings.revoke_token_claim.clone(), fingerprint.into());
        }
        claims
    }

    /// The subject of a new session's tokens.
    ///
    /// # Errors
    /// `OversizedClaims`: the policy's claims are too large. No session was opened.
    pub(super) async fn first_subject(
        &self,
        account: &StoredCredentials,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Subject, Error> {
        let user = self.settings.user_id_field.key_of(&account.user);
        let mut subject = Subject { user, session, generation: 0, custom: Claims::default() };
        subject.replace(self.custom_claims(account).await);
        if self.tokens.fits(&subject, now) { Ok(subject) } else { Err(Error::OversizedClaims) }
    }

    /// Signs the successors of a token with `sign`. If the claims of the account have become too large, the token keeps
    /// its old ones and the session continues.
    pub(super) async fn sign_renewed<T>(
        &self,
        token: &Token,
        renewed: &Renewed,
        sign: fn(&Self, &Subject, &Session) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let Renewed { session, account, .. } = renewed;
        let carried = || {
            let user = self.settings.user_id_field.key_of(&account.user);
            self.tokens.subject_of(token, user, session.id, session.generation)
        };
        let mut subject = carried();
        subject.replace(self.custom_claims(account).await);
        match sign(self, &subject, session) {
            Err(Error::OversizedClaims) => {
                tracing::error!(user = %session.user, "policy claims too large: the token keeps its previous ones");
                sign(self, &carried(), session)
            }
            signed => signed,
        }
    }

    /// Rejects a token of another issuer whose successors would be too long, before it is spent.
    pub(super) fn check_successor_size(&self, token: &Token, now: Timestamp) -> Result<(), Error> {
        if token.session.is_some() {
            return Ok(());
        }
        let user = token.user.clone().unwrap_or_else(|| UserKey::Username(String::new()));
        let subject = self.tokens.subject_of(token, user, SessionId::random(self.randomness.as_ref()), 0);
        if self.tokens.fits(&subject, now) { Ok(()) } else { Err(TokenError::Invalid.into()) }
    }
}
