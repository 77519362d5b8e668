//! `obtain_pair`: a name and a password for a new session and its first pair.

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::{
    auth::{
        Auth, Error,
        clock::Timestamp,
        id::{Jti, SessionId},
        password::Verdict,
        policy,
        session::{CurrentToken, Origin, Session},
        store::NewSession,
        token::{Stamp, Subject, TokenType},
        user::{self, StoredCredentials, User, UserKey},
    },
    wire::{Credentials, Secret, TokenPair},
};

impl Auth {
    /// Signs in. An unknown user, a wrong password and an inactive account cost the same and get the
    /// same answer.
    ///
    /// # Errors
    /// `NoActiveAccount`, or `Unavailable`.
    pub async fn obtain_pair(&self, credentials: &Credentials, origin: Origin) -> Result<TokenPair, Error> {
        let user = self.find_signed_in(credentials, &origin).await?;
        self.open_session(user, origin).await
    }

    /// Begins a session for a user who proved who they are.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn open_session(&self, user: User, origin: Origin) -> Result<TokenPair, Error> {
        let now = self.clock.now();
        let (session, subject) =
            self.begin_session(&user, self.next_refresh_token(now), self.access_expiry(now), origin).await?;
        Ok(self.sign_pair(&subject, &session))
    }

    /// Begins a session with its first token, and says what its tokens are about.
    pub(super) async fn begin_session(
        &self,
        user: &User,
        token: CurrentToken,
        access_expires_at: Timestamp,
        origin: Origin,
    ) -> Result<(Session, Subject), Error> {
        let now = token.issued_at;
        let custom = self.custom_claims(user).await?;
        let session = self
            .store
            .open_session(NewSession {
                id: SessionId::random(self.randomness.as_ref()),
                user: user.id,
                token,
                now,
                ends_at: now + self.settings.session_max_lifetime,
                access_expires_at,
                origin,
                update_last_login: self.settings.update_last_login,
            })
            .await?;
        self.policy.signed_in(user, &session.origin).await;
        let user = self.settings.user_id_field.key_of(user);
        let subject = Subject { user, session: session.id, generation: 0, custom };
        Ok((session, subject))
    }

    /// The claims beyond the standard ones that a new session's tokens carry.
    async fn custom_claims(&self, user: &User) -> Result<Map<String, Value>, Error> {
        let mut claims = self.policy.custom_claims(user).await;
        if self.settings.check_revoke_token {
            let account = self.store.find_account(&UserKey::Id(user.id)).await?.ok_or(Error::NoActiveAccount)?;
            let fingerprint = policy::fingerprint(&account.password);
            claims.insert(self.settings.revoke_token_claim.clone(), fingerprint.into());
        }
        Ok(claims)
    }

    pub(super) async fn find_signed_in(&self, credentials: &Credentials, origin: &Origin) -> Result<User, Error> {
        let username = user::normalize(&credentials.username);
        let found = self.store.find_credentials(&username).await?;
        let password: SecretString = credentials.password.expose().into();
        let stored = found.as_ref().map(|found| found.password.clone());
        let verdict = self.passwords.verify(password.clone(), stored).await;
        match (verdict, found) {
            (Verdict::Right, Some(found)) if self.may_sign_in(&found.user) => Ok(found.user),
            (Verdict::RightButWeaklyHashed, Some(found)) if self.may_sign_in(&found.user) => {
                self.upgrade_hash(&found, password).await?;
                Ok(found.user)
            }
            (Verdict::Right | Verdict::RightButWeaklyHashed | Verdict::Wrong, _) => {
                tracing::info!(address = ?origin.address, "a sign-in was refused");
                self.policy.sign_in_refused(&username, origin).await;
                Err(Error::NoActiveAccount)
            }
        }
    }

    fn may_sign_in(&self, user: &User) -> bool {
        user.is_active && self.policy.may_authenticate(user, &self.settings)
    }

    async fn upgrade_hash(&self, found: &StoredCredentials, password: SecretString) -> Result<(), Error> {
        let new = self.passwords.hash(password).await;
        Ok(self.store.upgrade_password(found.user.id, found.password.clone(), new).await?)
    }

    /// The refresh token that would come next: its name, its beginning and its end.
    pub(super) fn next_refresh_token(&self, issued_at: Timestamp) -> CurrentToken {
        CurrentToken {
            jti: Jti::random(self.randomness.as_ref()),
            issued_at,
            expires_at: issued_at + self.settings.refresh_token_lifetime.min(self.settings.session_max_lifetime),
        }
    }

    /// Signs the pair of the session's current generation. The refresh token comes out the same, byte
    /// for byte, however often this is done.
    pub(super) fn sign_pair(&self, subject: &Subject, session: &Session) -> TokenPair {
        let CurrentToken { jti, issued_at, expires_at } = session.current.clone();
        let stamp = Stamp { token_type: TokenType::Refresh, jti, issued_at, expires_at };
        TokenPair {
            access: self.sign_access(subject, session),
            refresh: Some(Secret::from(self.tokens.sign(subject, &stamp))),
        }
    }

    /// Signs an access token that ends when the session's row says that its last one does.
    pub(super) fn sign_access(&self, subject: &Subject, session: &Session) -> Secret {
        let stamp = Stamp {
            token_type: TokenType::Access,
            jti: Jti::random(self.randomness.as_ref()),
            issued_at: session.refreshed_at,
            expires_at: session.access_expires_at,
        };
        Secret::from(self.tokens.sign(subject, &stamp))
    }
}
