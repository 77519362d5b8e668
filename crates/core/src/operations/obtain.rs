//! `obtain_pair`, `open_session`: opens a session and issues its first pair.

use hallpass_types::{Credentials, TokenPair};

use super::issue::SessionKind;
use crate::{
    Auth, Error,
    id::SessionId,
    limits::Network,
    observer::{Observation, SignInOutcome},
    password::{Password, Verdict},
    policy::{self, Entry},
    session::{Origin, Session},
    store::NewSession,
    token::Subject,
    user::{self, StoredCredentials, User, UserKey},
};

/// The maximum number of attempts to open a session while other requests change the account.
const MAX_ATTEMPTS: usize = 3;

impl Auth {
    /// Signs in with a username and password and opens a session. An unknown user, a wrong password and an inactive
    /// account take the same time and return the same error.
    ///
    /// # Errors
    /// `NoActiveAccount`, `TooMany`, or `Unavailable`.
    pub async fn obtain_pair(&self, credentials: &Credentials, origin: Origin) -> Result<TokenPair, Error> {
        let (session, subject) = self.sign_in(credentials, origin, SessionKind::Pair).await?;
        self.sign_pair(&subject, &session)
    }

    /// Opens a session for a user who proved their identity without a password, for example by registering. It counts
    /// as a sign-in.
    ///
    /// # Errors
    /// `NoActiveAccount` when the user may not sign in or the password changed in the meantime, or `Unavailable`.
    pub async fn open_session(&self, user: &User, origin: Origin) -> Result<TokenPair, Error> {
        let opened = self.open_without_password(user, &origin).await;
        self.observer.observe(Observation::SignIn(SignInOutcome::of(&opened)));
        let (session, subject) = opened?;
        self.sign_pair(&subject, &session)
    }

    /// Signs in and returns the session and the subject of its tokens.
    pub(super) async fn sign_in(
        &self,
        credentials: &Credentials,
        origin: Origin,
        kind: SessionKind,
    ) -> Result<(Session, Subject), Error> {
        let username = user::normalize(&credentials.username);
        let opened = match self.limiter.begin_attempt(&username, Network::of(&origin)).await {
            Ok(attempt) => {
                let opened = self.verify_and_open(&username, credentials, &origin, kind).await;
                attempt.settle(&opened);
                opened
            }
            Err(limited) => Err(limited),
        };
        self.observer.observe(Observation::SignIn(SignInOutcome::of(&opened)));
        opened
    }

    /// Retries when the account changes between the password check, which takes tens of milliseconds, and the write.
    async fn verify_and_open(
        &self,
        username: &str,
        credentials: &Credentials,
        origin: &Origin,
        kind: SessionKind,
    ) -> Result<(Session, Subject), Error> {
        for _ in 0..MAX_ATTEMPTS {
            let account = self.verify_password(username, credentials, origin).await?;
            if let Some(opened) = self.try_open(&account, origin, kind).await? {
                return Ok(opened);
            }
        }
        Err(Error::NoActiveAccount)
    }

    /// Verifies a password and loads its account.
    async fn verify_password(
        &self,
        username: &str,
        credentials: &Credentials,
        origin: &Origin,
    ) -> Result<StoredCredentials, Error> {
        let found = self.store.find_credentials(username).await?;
        let password = Password::typed(credentials.password.expose());
        let stored = found.as_ref().map(|found| found.password.clone());
        let verdict = self.passwords.verify(password.clone(), stored).await?;
        match (verdict, found) {
            (Verdict::Right, Some(found)) if self.may_sign_in(&found.user) => Ok(found),
            (Verdict::RightButWeaklyHashed, Some(found)) if self.may_sign_in(&found.user) => {
                self.rehash(found, password).await
            }
            (Verdict::Right | Verdict::RightButWeaklyHashed | Verdict::Wrong, found) => {
                self.failures.note(found.map(|found| found.user.id), origin, self.clock.now());
                tracing::info!(ip = ?origin.ip, "sign-in rejected");
                self.policy.sign_in_rejected(username, origin).await;
                Err(Error::NoActiveAccount)
            }
        }
    }

    async fn open_without_password(&self, user: &User, origin: &Origin) -> Result<(Session, Subject), Error> {
        let account = self.store.find_account(&UserKey::Id(user.id)).await?.ok_or(Error::NoActiveAccount)?;
        let opened = self.try_open(&account, origin, SessionKind::Pair).await.transpose();
        let opened = opened.unwrap_or(Err(Error::NoActiveAccount));
        if let Err(Error::NoActiveAccount) = opened {
            self.policy.sign_in_rejected(&user.username, origin).await;
        }
        opened
    }

    /// Opens a session. `None` when the account changed since it was read.
    async fn try_open(
        &self,
        account: &StoredCredentials,
        origin: &Origin,
        kind: SessionKind,
    ) -> Result<Option<(Session, Subject)>, Error> {
        let StoredCredentials { user, password } = account;
        let now = self.clock.now();
        if !self.may_sign_in(user) || !self.is_identified_uniquely(user).await? {
            return Err(Error::NoActiveAccount);
        }
        let id = SessionId::random(self.randomness.as_ref());
        let subject = self.first_subject(account, id, now).await?;
        let ends_at = now + self.settings.session_max_lifetime;
        let session = Session {
            id,
            user: user.id,
            generation: 0,
            current: self.next_token(kind, now),
            last_seen_generation: 0,
            created_at: now,
            refreshed_at: now,
            ends_at,
            access_expires_at: self.access_expiry(kind, now).min(ends_at),
            origin: origin.clone(),
            end: None,
        };
        let session = NewSession {
            session,
            password: password.clone(),
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

    /// Whether `USER_ID_FIELD` identifies this user uniquely. E-mail addresses may be shared; services that verify
    /// tokens rely on the claim alone.
    async fn is_identified_uniquely(&self, user: &User) -> Result<bool, Error> {
        match self.settings.user_id_field.key_of(user) {
            UserKey::Id(_) | UserKey::Username(_) => Ok(true),
            key @ UserKey::Email(_) => {
                let account = self.store.find_account(&key).await?;
                Ok(account.is_some_and(|account| account.user.id == user.id))
            }
        }
    }

    fn may_sign_in(&self, user: &User) -> bool {
        policy::may_sign_in(self.policy.as_ref(), &self.settings, user, Entry::SignIn)
    }

    /// Replaces a weak hash. If hashing fails, the old hash is kept, and the next sign-in tries again.
    async fn rehash(&self, account: StoredCredentials, password: Password) -> Result<StoredCredentials, Error> {
        let StoredCredentials { user, password: old } = account;
        let Ok(password) = self.passwords.hash(password).await else {
            return Ok(StoredCredentials { user, password: old });
        };
        self.store.upgrade_password(user.id, old, password.clone()).await?;
        Ok(StoredCredentials { user, password })
    }
}
