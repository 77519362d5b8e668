//! `register`: creates accounts.

use hallpass_types::Registration;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    Auth, Error,
    limits::Network,
    password::{Busy, Password},
    session::Origin,
    settings::RegistrationMode,
    user::{Email, NewUser, Role, User, UserIdField, UserKey, Username},
    violation::Violation,
};

/// An account to be created, not validated.
#[derive(Clone, Debug)]
pub struct Account {
    /// The username.
    pub username: String,
    /// The e-mail address; may be empty.
    pub email: String,
    /// The password.
    pub password: SecretString,
    /// The permissions.
    pub role: Role,
    /// Whether the account can be used.
    pub is_active: bool,
}

impl Auth {
    /// Registers an account, if registration is open.
    ///
    /// # Errors
    /// `RegistrationClosed`, `TooMany`, or the errors of [`create_user`](Self::create_user).
    pub async fn register(&self, form: &Registration, origin: &Origin) -> Result<User, Error> {
        match self.settings.registration {
            RegistrationMode::Closed => return Err(Error::RegistrationClosed),
            RegistrationMode::Open => self.limiter.register(Network::of(origin))?,
        }
        self.create_user(Account {
            username: form.username.clone(),
            email: form.email.clone(),
            password: form.password.expose().into(),
            role: Role::User,
            is_active: true,
        })
        .await
    }

    /// Creates an account. The command line and the administration follow the same rules.
    ///
    /// # Errors
    /// `Invalid` with every invalid field, or `Unavailable`.
    pub async fn create_user(&self, account: Account) -> Result<User, Error> {
        let user = self.new_user(account).await?;
        Ok(self.store.create_user(user).await?)
    }

    /// Validates every field of a new user.
    pub(super) async fn new_user(&self, account: Account) -> Result<NewUser, Error> {
        let (username, email, password) = self.check(&account).await?;
        Ok(NewUser {
            username,
            email,
            password: self.passwords.hash(password).await?,
            role: account.role,
            is_active: account.is_active,
            date_joined: self.clock.now(),
            user_id_field: self.settings.user_id_field,
        })
    }

    /// Validates all fields, so that all errors are reported at once.
    async fn check(&self, account: &Account) -> Result<(Username, Email, Password), Error> {
        let username = Username::parse(&account.username);
        let email = self.check_email(&account.email, None).await?;
        let password = self.check_new_password(&account.password, &[&account.username, &account.email]).await?;
        match (username, email, password) {
            (Ok(username), Ok(email), Ok(password)) => Ok((username, email, password)),
            (username, email, password) => Err(Error::fields([
                ("username", username.err().map(Violation::from)),
                ("email", email.err()),
                ("password", password.err()),
            ])),
        }
    }

    /// Validates a new e-mail address. Where tokens identify users by it, it must be unique: this check is early, and
    /// the write decides.
    pub(super) async fn check_email(&self, text: &str, of: Option<&User>) -> Result<Result<Email, Violation>, Error> {
        let current = of.map_or("", |user| user.email.as_str());
        let email = match Email::parse_change(text, current) {
            Ok(email) if self.settings.user_id_field == UserIdField::Email => email,
            parsed => return Ok(parsed.map_err(Violation::from)),
        };
        if email.as_str().is_empty() {
            return Ok(Err(Violation::Blank));
        }
        let owner = self.store.find_account(&UserKey::Email(email.as_str().to_owned())).await?;
        let is_taken = owner.is_some_and(|owner| Some(owner.user.id) != of.map(|user| user.id));
        Ok(if is_taken { Err(Violation::EmailTaken) } else { Ok(email) })
    }

    /// Parses and checks a new password, given the user's own data. Every new password passes through here.
    pub(super) async fn check_new_password(
        &self,
        text: &SecretString,
        known: &[&str],
    ) -> Result<Result<Password, Violation>, Busy> {
        let password = match Password::parse(text.expose_secret()) {
            Ok(password) => password,
            Err(error) => return Ok(Err(error.into())),
        };
        let mut words: Vec<String> = Vec::new();
        for text in known {
            words.push((*text).to_owned());
            words.extend(text.split(['@', '.', '+', '-', '_']).map(str::to_owned));
        }
        words.retain(|word| word.chars().count() > 2);
        let judged = self.passwords.check_new(self.settings.password_policy, password.clone(), words).await?;
        Ok(judged.map(|()| password))
    }
}
