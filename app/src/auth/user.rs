//! Users, as Django knows them, so that a user table carries over.

mod key;

use secrecy::SecretString;
use unicode_normalization::UnicodeNormalization;

use super::{clock::Timestamp, id::UserId};
pub use key::{UserIdField, UserKey};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its number.
    pub id: UserId,
    /// The name it signs in with.
    pub username: String,
    /// May be empty.
    pub email: String,
    /// Whether it may be used.
    pub is_active: bool,
    /// Whether it may enter the administration.
    pub is_staff: bool,
    /// Whether it may do everything there.
    pub is_superuser: bool,
    /// When it was made.
    pub date_joined: Timestamp,
    /// The last sign-in, when that is kept.
    pub last_login: Option<Timestamp>,
}

/// A user and what its password is checked against.
#[derive(Clone, Debug)]
pub struct StoredCredentials {
    /// Whose.
    pub user: User,
    /// A PHC string, or a hash that Django made; anything else matches no password.
    pub password: SecretString,
}

/// A user who is about to be.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Checked.
    pub username: Username,
    /// Checked; may be empty.
    pub email: Email,
    /// A PHC string.
    pub password: SecretString,
    /// What it may do.
    pub role: Role,
    /// Whether it may be used.
    pub is_active: bool,
    /// Now.
    pub date_joined: Timestamp,
}

/// What a user may do beyond using its own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nothing.
    User,
    /// Enter the administration.
    Staff,
    /// Everything.
    Superuser,
}

impl Role {
    /// Django's `is_staff`.
    pub const fn is_staff(self) -> bool {
        matches!(self, Self::Staff | Self::Superuser)
    }

    /// Django's `is_superuser`.
    pub const fn is_superuser(self) -> bool {
        matches!(self, Self::Superuser)
    }
}

/// A user name by Django's rules: up to 150 letters, digits and `@ . + - _`, in Unicode form NFKC so
/// that names which look the same are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

/// Why text is no user name. The sentences are Django's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsernameError {
    /// Nothing is left of it without white space.
    #[error("This field may not be blank.")]
    Blank,
    /// More than 150 characters.
    #[error("Ensure this field has no more than 150 characters.")]
    TooLong,
    /// Other characters.
    #[error("Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.")]
    Characters,
}

impl Username {
    /// Checks a name for a new account.
    ///
    /// # Errors
    /// The rule it breaks.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        let name = normalize(text);
        if name.is_empty() {
            return Err(UsernameError::Blank);
        }
        if name.chars().count() > 150 {
            return Err(UsernameError::TooLong);
        }
        if !name.chars().all(|c| c.is_alphanumeric() || "@.+-_".contains(c)) {
            return Err(UsernameError::Characters);
        }
        Ok(Self(name))
    }

    /// Takes the name of an account that exists elsewhere, whatever its characters: its owner must be
    /// able to sign in with it.
    ///
    /// # Errors
    /// When nothing is left of it.
    pub fn imported(text: &str) -> Result<Self, UsernameError> {
        let name = normalize(text);
        if name.is_empty() { Err(UsernameError::Blank) } else { Ok(Self(name)) }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a name is looked up: as it would have been stored.
pub fn normalize(username: &str) -> String {
    username.trim().nfkc().collect()
}

/// An email address, or none. It is kept for people to read; nothing is ever sent to it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Email(String);

/// Why text is no email address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Enter a valid email address.")]
pub struct EmailError;

impl Email {
    /// Takes what looks like `somebody@somewhere`, or nothing at all.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let is_address = match text.rsplit_once('@') {
            Some((local, domain)) => !local.is_empty() && !domain.is_empty() && text.len() <= 254,
            None => text.is_empty(),
        };
        let is_one_word = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        (is_address && is_one_word).then(|| Self(text.to_owned())).ok_or(EmailError)
    }

    /// The address; empty for none.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{Email, EmailError, Username, UsernameError};

    #[test]
    fn names_that_look_the_same_are_the_same() {
        let parse = |text| Username::parse(text).map(|name| name.as_str().to_owned());
        assert_eq!(parse("  ada "), Ok("ada".to_owned()));
        assert_eq!(parse("\u{ff41}da"), parse("ada"), "full-width letters");
        assert_eq!(parse("홍길동"), Ok("홍길동".to_owned()));
    }

    #[test]
    fn names_are_refused_by_the_rule_they_break() {
        assert_eq!(Username::parse(" "), Err(UsernameError::Blank));
        assert_eq!(Username::parse(&"a".repeat(151)), Err(UsernameError::TooLong));
        for name in ["a b", "<script>", "a\r\nb", "a\0"] {
            assert_eq!(Username::parse(name), Err(UsernameError::Characters), "{name:?}");
        }
    }

    #[test]
    fn an_email_is_optional_but_not_arbitrary() {
        for good in ["", "a@b", "a@b@c.example"] {
            assert!(Email::parse(good).is_ok(), "{good:?}");
        }
        for bad in ["a", "@b", "a@", "a b@c", "a@b\r\nBcc: x"] {
            assert_eq!(Email::parse(bad), Err(EmailError), "{bad:?}");
        }
    }
}
