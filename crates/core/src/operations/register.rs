//! `register`: a new account.

use hallpass_types::Registration;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    Auth, Error,
    fault::Fault,
    limits::Network,
    password::{Busy, Password},
    session::Origin,
    settings::RegistrationMode,
    store::CreateUserError,
    user::{Email, NewUser, Role, User, UserIdField, UserKey, Username},
};

/// An account to be made, unchecked: what a person typed and what its maker decided.
#[derive(Clone, Debug)]
pub struct Account {
    /// The name wished for.
    pub username: String,
    /// May be empty.
    pub email: String,
    /// The password.
    pub password: SecretString,
    /// What it may do.
    pub role: Role,
    /// Whether it may be used.
    pub is_active: bool,
}

impl Auth {
    /// Makes an account for a stranger, if the operator allows it.
    ///
    /// # Errors
    /// `RegistrationClosed`, `TooMany`, or what [`create_user`](Self::create_user) answers.
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

    /// Makes an account by the same rules, whoever asks: the command line and the administration keep
    /// them too.
    ///
    /// # Errors
    /// `Invalid` with every field to mend, or `Unavailable`.
    pub async fn create_user(&self, account: Account) -> Result<User, Error> {
        let user = self.new_user(account).await?;
        self.store.create_user(user).await.map_err(|error| match error {
            CreateUserError::UsernameTaken => Error::field("username", Fault::UsernameTaken),
            CreateUserError::EmailTaken => Error::field("email", Fault::EmailTaken),
            CreateUserError::Store(cause) => cause.into(),
        })
    }

    /// A user to be made, with every field checked.
    pub(super) async fn new_user(&self, account: Account) -> Result<NewUser, Error> {
        let (username, email, password) = self.check(&account).await?;
        Ok(NewUser {
            username,
            email,
            password: self.passwords.hash(password).await?,
            role: account.role,
            is_active: account.is_active,
            date_joined: self.clock.now(),
            naming: self.settings.user_id_field,
        })
    }

    /// All the fields at once, so that a person mends them at once.
    async fn check(&self, account: &Account) -> Result<(Username, Email, Password), Error> {
        let username = Username::parse(&account.username);
        let email = self.check_email(&account.email, None).await?;
        let password = self.check_new_password(&account.password, &[&account.username, &account.email]).await?;
        match (username, email, password) {
            (Ok(username), Ok(email), Ok(password)) => Ok((username, email, password)),
            (username, email, password) => Err(Error::fields([
                ("username", username.err().map(Fault::from)),
                ("email", email.err()),
                ("password", password.err()),
            ])),
        }
    }

    /// Checks the e-mail address of a new account, or the new one of a user. Where tokens name their user by it, it must
    /// not be another user's: this finds out early, and the write decides.
    pub(super) async fn check_email(&self, text: &str, of: Option<&User>) -> Result<Result<Email, Fault>, Error> {
        let current = of.map_or("", |user| user.email.as_str());
        let email = match Email::parse_change(text, current) {
            Ok(email) if self.settings.user_id_field == UserIdField::Email => email,
            parsed => return Ok(parsed.map_err(Fault::from)),
        };
        if email.as_str().is_empty() {
            return Ok(Err(Fault::Blank));
        }
        let owner = self.store.find_account(&UserKey::Email(email.as_str().to_owned())).await?;
        let is_taken = owner.is_some_and(|owner| Some(owner.user.id) != of.map(|user| user.id));
        Ok(if is_taken { Err(Fault::EmailTaken) } else { Ok(email) })
    }

    /// Parses and judges a new password, given what is known of its owner. Every password that is set passes here.
    pub(super) async fn check_new_password(
        &self,
        text: &SecretString,
        known: &[&str],
    ) -> Result<Result<Password, Fault>, Busy> {
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
