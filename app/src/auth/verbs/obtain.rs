//! `obtain_pair`: a name and a password for a new session and its first pair.

use secrecy::SecretString;

use crate::{
    auth::{
        Auth, Error,
        clock::Timestamp,
        id::{Jti, SessionId},
        password::Verdict,
        session::{CurrentToken, Origin, Session},
        store::NewSession,
        token::{Stamp, Subject, TokenType},
        user::{self, StoredCredentials, User},
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
        let ends_at = now + self.settings.session_max_lifetime;
        let session = self
            .store
            .open_session(NewSession {
                id: SessionId::random(self.randomness.as_ref()),
                user: user.id,
                token: self.next_refresh_token(now),
                now,
                ends_at,
                access_expires_at: self.access_expiry(now),
                origin,
                update_last_login: self.settings.update_last_login,
            })
            .await?;
        let subject = Subject { user: user.id, session: session.id, generation: 0, custom: custom_claims(&user) };
        Ok(self.sign_pair(&subject, &session))
    }

    async fn find_signed_in(&self, credentials: &Credentials, origin: &Origin) -> Result<User, Error> {
        let username = user::normalize(&credentials.username);
        let found = self.store.find_credentials(&username).await?;
        let password: SecretString = credentials.password.expose().into();
        let stored = found.as_ref().map(|found| found.password.clone());
        let verdict = self.passwords.verify(password.clone(), stored).await;
        match (verdict, found) {
            (Verdict::Right, Some(found)) if found.user.is_active => Ok(found.user),
            (Verdict::RightButWeaklyHashed, Some(found)) if found.user.is_active => {
                self.upgrade_hash(&found, password).await?;
                Ok(found.user)
            }
            (Verdict::Right | Verdict::RightButWeaklyHashed | Verdict::Wrong, _) => {
                tracing::info!(address = ?origin.address, "a sign-in was refused");
                Err(Error::NoActiveAccount)
            }
        }
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

/// The claims beyond the standard ones that a new session's tokens carry.
fn custom_claims(user: &User) -> serde_json::Map<String, serde_json::Value> {
    serde_json::Map::from_iter([("username".to_owned(), user.username.as_str().into())])
}
