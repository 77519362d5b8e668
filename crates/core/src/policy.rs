//! Decisions that a deployment makes in code. Where Simple JWT imports a Python function or class named by a setting,
//! [`Policy`] has a method with the same default. A policy judges accounts and adds claims; it can neither sign nor
//! accept a token. Pass one to [`Auth::with_policy`](super::Auth::with_policy).

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::{
    id::UserId,
    rotation::UserStatus,
    session::Origin,
    settings::Settings,
    user::{StoredCredentials, User},
};

/// Decisions of the deployment, each with Simple JWT's default.
#[async_trait]
pub trait Policy: Send + Sync {
    /// `USER_AUTHENTICATION_RULE`: whether this user may sign in and renew tokens. An inactive user never signs in,
    /// whatever this returns, as with Django's own `ModelBackend`. It is called inside a write transaction, so it must
    /// not block.
    fn may_authenticate(&self, user: &User, settings: &Settings) -> bool {
        user.is_active || !settings.check_user_is_active
    }

    /// Adds claims to a session's tokens (Simple JWT: `get_token` of a custom serializer). It is called at sign-in and
    /// at every refresh, with the account as the transaction read it, so it must be quick. Claims that it does not name
    /// are copied from the old token; a null removes a claim. Standard claims take precedence. A sign-in whose token
    /// would exceed 15 kB fails.
    async fn custom_claims(&self, user: &User) -> Map<String, Value> {
        Map::from_iter([("username".to_owned(), user.username.as_str().into())])
    }

    /// `ON_LOGIN_SUCCESS`: called after a sign-in.
    async fn signed_in(&self, _user: &User, _origin: &Origin) {}

    /// `ON_LOGIN_FAILED`: called after a rejected sign-in. Whether the user exists is not disclosed.
    async fn sign_in_rejected(&self, _username: &str, _origin: &Origin) {}

    /// `TOKEN_USER_CLASS`: the user according to the claims of a verified token, without a database query
    /// ([`Auth::token_user`](super::Auth::token_user)). Missing claims are empty or `false`.
    fn token_user(&self, id: UserId, claims: &Map<String, Value>) -> TokenUser {
        let flag = |name| claims.get(name).and_then(Value::as_bool).unwrap_or_default();
        let username = claims.get("username").and_then(Value::as_str).unwrap_or_default();
        TokenUser { id, username: username.to_owned(), is_staff: flag("is_staff"), is_superuser: flag("is_superuser") }
    }
}

/// The user according to a token, as of the sign-in (Simple JWT: `TokenUser`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenUser {
    /// The user id.
    pub id: UserId,
    /// The username.
    pub username: String,
    /// Whether the user was staff.
    pub is_staff: bool,
    /// Whether the user was a superuser.
    pub is_superuser: bool,
}

/// Simple JWT's defaults, with `username` as a custom claim.
#[derive(Clone, Copy, Debug, Default)]
pub struct DefaultPolicy;

impl Policy for DefaultPolicy {}

/// The way in which a user gets a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// With a password or by registering.
    SignIn,
    /// With a token: by refreshing one, or by getting a session for a foreign one.
    Token,
}

/// Whether a user may have a session. Every path to one calls it.
pub fn may_sign_in(policy: &dyn Policy, settings: &Settings, user: &User, by: Entry) -> bool {
    match by {
        // Django's `ModelBackend` rejects inactive users, whatever the rule says.
        Entry::SignIn => user.is_active && policy.may_authenticate(user, settings),
        Entry::Token => policy.may_authenticate(user, settings),
    }
}

/// Judges the account of a refresh token. The store calls it inside its transaction, with the account that it read
/// there.
#[derive(Clone)]
pub struct AccountRule {
    pub(super) policy: Arc<dyn Policy>,
    pub(super) settings: Arc<Settings>,
    /// The token's `REVOKE_TOKEN_CLAIM`.
    pub(super) fingerprint: Option<Value>,
}

impl AccountRule {
    /// The status of an account; `None` is a deleted one.
    pub fn status(&self, account: Option<&StoredCredentials>) -> UserStatus {
        let Some(StoredCredentials { user, password }) = account else {
            return UserStatus::Gone;
        };
        if !may_sign_in(self.policy.as_ref(), &self.settings, user, Entry::Token) {
            return UserStatus::Inactive;
        }
        if self.settings.check_revoke_token && !is_fingerprint(self.fingerprint.as_ref(), password) {
            return UserStatus::PasswordChanged;
        }
        UserStatus::Active
    }
}

impl fmt::Debug for AccountRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountRule").finish_non_exhaustive()
    }
}

/// The value of `REVOKE_TOKEN_CLAIM`: the MD5 of the stored password hash (Simple JWT: `get_md5_hash_password`). It
/// detects a change of the password and proves nothing.
pub(super) fn fingerprint(password: &SecretString) -> String {
    hex::encode_upper(Md5::digest(password.expose_secret()))
}

/// Whether a token's claim matches the current password hash.
pub(super) fn is_fingerprint(claim: Option<&Value>, password: &SecretString) -> bool {
    claim.and_then(Value::as_str) == Some(&fingerprint(password))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{AccountRule, DefaultPolicy, Policy, fingerprint};
    use crate::{rotation::UserStatus, settings::Settings, user::StoredCredentials};

    fn rule(change: impl FnOnce(&mut Settings)) -> AccountRule {
        let mut settings = Settings::with_signing_key(vec![7; 32].into());
        change(&mut settings);
        AccountRule { policy: Arc::new(DefaultPolicy), settings: Arc::new(settings), fingerprint: None }
    }

    #[test]
    fn an_inactive_account_is_accepted_only_without_the_check() {
        let strict = rule(|_| {});
        assert_eq!(strict.status(Some(&StoredCredentials::example(true))), UserStatus::Active);
        assert_eq!(strict.status(Some(&StoredCredentials::example(false))), UserStatus::Inactive);
        assert_eq!(strict.status(None), UserStatus::Gone);
        let lenient = rule(|settings| settings.check_user_is_active = false);
        assert_eq!(lenient.status(Some(&StoredCredentials::example(false))), UserStatus::Active);
    }

    #[test]
    fn a_change_of_the_password_revokes_tokens_where_that_is_checked() {
        let mut checked = rule(|settings| settings.check_revoke_token = true);
        assert_eq!(
            checked.status(Some(&StoredCredentials::example(true))),
            UserStatus::PasswordChanged,
            "without the claim"
        );
        checked.fingerprint = Some(fingerprint(&"a hash".into()).into());
        assert_eq!(checked.status(Some(&StoredCredentials::example(true))), UserStatus::Active);
        checked.fingerprint = Some(fingerprint(&"another hash".into()).into());
        assert_eq!(checked.status(Some(&StoredCredentials::example(true))), UserStatus::PasswordChanged);
    }

    #[test]
    fn the_fingerprint_is_the_one_that_django_computes() {
        // hashlib.md5(b"a hash").hexdigest().upper()
        assert_eq!(fingerprint(&"a hash".into()), "91E74D88A761D5DC31DFB1C08D02D17F");
    }

    #[tokio::test]
    async fn the_username_is_a_custom_claim_by_default() {
        let claims = DefaultPolicy.custom_claims(&StoredCredentials::example(true).user).await;
        assert_eq!(claims["username"], "ada");
    }
}
