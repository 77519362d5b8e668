//! `obtain_pair`: a name and a password for a new session and its first pair.

use hallpass_types::{Credentials, Secret, TokenPair};

use crate::{
    Auth, Error,
    clock::Timestamp,
    id::{Jti, SessionId},
    limits::Network,
    observer::{Observation, SignInOutcome},
    password::{Password, Verdict},
    policy::{self, Entry},
    session::{CurrentToken, Origin, Session},
    store::NewSession,
    token::{MAX_ISSUED_BYTES, Stamp, Subject, TokenType},
    user::{self, StoredCredentials, User, UserKey},
};

/// How often an account is looked at that others change at the same time.
const MAX_LOOKS: usize = 3;

/// What a session begins with.
pub(super) struct FirstToken {
    /// The token that renews it.
    pub(super) token: CurrentToken,
    /// The end of what opens protected endpoints.
    pub(super) access_expires_at: Timestamp,
}

impl Auth {
    /// Signs in. An unknown user, a wrong password and an inactive account cost the same and get the
    /// same answer.
    ///
    /// # Errors
    /// `NoActiveAccount`, `TooMany`, or `Unavailable`.
    pub async fn obtain_pair(&self, credentials: &Credentials, origin: Origin) -> Result<TokenPair, Error> {
        let (session, subject) = self.sign_in(credentials, origin, Self::first_of_pair).await?;
        self.sign_pair(&subject, &session)
    }

    /// Opens a session for a user who proved who they are without a password, as after a registration. It counts as a
    /// sign-in.
    ///
    /// # Errors
    /// `NoActiveAccount` when the user may not sign in, or was given another password meanwhile; `Unavailable`.
    pub async fn open_session(&self, user: &User, origin: Origin) -> Result<TokenPair, Error> {
        let opened = self.open_for(user, origin).await;
        self.observer.observe(Observation::SignIn(SignInOutcome::of(&opened)));
        opened
    }

    async fn open_for(&self, user: &User, origin: Origin) -> Result<TokenPair, Error> {
        let account = self.store.find_account(&UserKey::Id(user.id)).await?.ok_or(Error::NoActiveAccount)?;
        match self.begin_session(&account, self.first_of_pair(), origin.clone()).await {
            Ok(Some((session, subject))) => self.sign_pair(&subject, &session),
            Ok(None) | Err(Error::NoActiveAccount) => {
                self.policy.sign_in_refused(&user.username, &origin).await;
                Err(Error::NoActiveAccount)
            }
            Err(error) => Err(error),
        }
    }

    /// Signs in for a session with this first token, and says what its tokens are about.
    pub(super) async fn sign_in(
        &self,
        credentials: &Credentials,
        origin: Origin,
        first: fn(&Self) -> FirstToken,
    ) -> Result<(Session, Subject), Error> {
        let signed_in = self.limited_attempt(credentials, origin, first).await;
        self.observer.observe(Observation::SignIn(SignInOutcome::of(&signed_in)));
        signed_in
    }

    async fn limited_attempt(
        &self,
        credentials: &Credentials,
        origin: Origin,
        first: fn(&Self) -> FirstToken,
    ) -> Result<(Session, Subject), Error> {
        let username = user::normalize(&credentials.username);
        let attempt = self.limiter.begin_attempt(&username, Network::of(&origin)).await?;
        let signed_in = self.attempt(credentials, origin, first).await;
        attempt.settle(&signed_in);
        signed_in
    }

    /// Checking a password takes its time: an account that was changed meanwhile is looked at again.
    async fn attempt(
        &self,
        credentials: &Credentials,
        origin: Origin,
        first: fn(&Self) -> FirstToken,
    ) -> Result<(Session, Subject), Error> {
        for _ in 0..MAX_LOOKS {
            let account = self.find_signed_in(credentials, &origin).await?;
            if let Some(begun) = self.begin_session(&account, first(self), origin.clone()).await? {
                return Ok(begun);
            }
        }
        Err(Error::NoActiveAccount)
    }

    /// `None` when the account has changed since it was read.
    async fn begin_session(
        &self,
        account: &StoredCredentials,
        first: FirstToken,
        origin: Origin,
    ) -> Result<Option<(Session, Subject)>, Error> {
        let StoredCredentials { user, password } = account;
        let FirstToken { token, access_expires_at } = first;
        let now = token.issued_at;
        if !self.may_sign_in(user) || !self.is_named_alone(user).await? {
            return Err(Error::NoActiveAccount);
        }
        let id = SessionId::random(self.randomness.as_ref());
        let subject = self.first_subject(account, id, now).await?;
        let session = NewSession {
            id,
            user: user.id,
            password: password.clone(),
            token,
            now,
            ends_at: now + self.settings.session_max_lifetime,
            access_expires_at,
            origin,
            update_last_login: self.settings.update_last_login,
            max_sessions: self.settings.max_sessions_per_user,
            leeway: self.settings.leeway,
        };
        let Some(session) = self.store.open_session(session).await? else {
            return Ok(None);
        };
        self.policy.signed_in(user, &session.origin).await;
        Ok(Some((session, subject)))
    }

    /// Whether tokens would name this user and nobody else: an address may be shared, and others believe
    /// what a token says.
    async fn is_named_alone(&self, user: &User) -> Result<bool, Error> {
        match self.settings.user_id_field.key_of(user) {
            UserKey::Id(_) | UserKey::Username(_) => Ok(true),
            key @ UserKey::Email(_) => {
                let named = self.store.find_account(&key).await?;
                Ok(named.is_some_and(|named| named.user.id == user.id))
            }
        }
    }

    async fn find_signed_in(&self, credentials: &Credentials, origin: &Origin) -> Result<StoredCredentials, Error> {
        let username = user::normalize(&credentials.username);
        let found = self.store.find_credentials(&username).await?;
        let password = Password::typed(credentials.password.expose());
        let stored = found.as_ref().map(|found| found.password.clone());
        let verdict = self.passwords.verify(password.clone(), stored).await?;
        match (verdict, found) {
            (Verdict::Right, Some(found)) if self.may_sign_in(&found.user) => Ok(found),
            (Verdict::RightButWeaklyHashed, Some(found)) if self.may_sign_in(&found.user) => {
                self.with_strong_hash(found, password).await
            }
            (Verdict::Right | Verdict::RightButWeaklyHashed | Verdict::Wrong, found) => {
                self.failures.note(found.map(|found| found.user.id), origin, self.clock.now());
                tracing::info!(address = ?origin.address, "a sign-in was refused");
                self.policy.sign_in_refused(&username, origin).await;
                Err(Error::NoActiveAccount)
            }
        }
    }

    fn may_sign_in(&self, user: &User) -> bool {
        policy::may_sign_in(self.policy.as_ref(), &self.settings, user, Entry::SignIn)
    }

    async fn with_strong_hash(
        &self,
        account: StoredCredentials,
        password: Password,
    ) -> Result<StoredCredentials, Error> {
        let StoredCredentials { user, password: old } = account;
        // It can be done at the next sign-in as well.
        let Ok(password) = self.passwords.hash(password).await else {
            return Ok(StoredCredentials { user, password: old });
        };
        self.store.upgrade_password(user.id, old, password.clone()).await?;
        Ok(StoredCredentials { user, password })
    }

    fn first_of_pair(&self) -> FirstToken {
        let now = self.clock.now();
        FirstToken { token: self.next_refresh_token(now), access_expires_at: self.access_expiry(now) }
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
    pub(super) fn sign_pair(&self, subject: &Subject, session: &Session) -> Result<TokenPair, Error> {
        let CurrentToken { jti, issued_at, expires_at } = session.current.clone();
        let stamp = Stamp { token_type: TokenType::Refresh, jti, issued_at, expires_at };
        Ok(TokenPair { access: self.sign_access(subject, session)?, refresh: Some(self.sign(subject, &stamp)?) })
    }

    /// Signs an access token that ends when the session's row says that its last one does. After a clock
    /// was set back that is one of before; the new one does not live as long as that.
    pub(super) fn sign_access(&self, subject: &Subject, session: &Session) -> Result<Secret, Error> {
        let issued_at = session.refreshed_at;
        let latest = Timestamp::from_seconds(issued_at.seconds()) + self.settings.access_token_lifetime;
        let stamp = Stamp {
            token_type: TokenType::Access,
            jti: Jti::random(self.randomness.as_ref()),
            issued_at,
            expires_at: session.access_expires_at.min(latest),
        };
        self.sign(subject, &stamp)
    }

    pub(super) fn sign(&self, subject: &Subject, stamp: &Stamp) -> Result<Secret, Error> {
        let text = self.tokens.sign(subject, stamp);
        if text.len() <= MAX_ISSUED_BYTES { Ok(Secret::from(text)) } else { Err(Error::OversizedClaims) }
    }
}
