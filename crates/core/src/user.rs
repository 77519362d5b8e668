//! Users, with the fields of Django's user table, so that a table can be imported.

mod email;
mod key;
mod username;

use secrecy::SecretString;

use super::{clock::Timestamp, id::UserId, text};
pub use email::{Email, EmailError};
pub use key::{UserIdField, UserKey};
pub use username::{Username, UsernameError, normalize};

/// A user account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user id.
    pub id: UserId,
    /// The username.
    pub username: String,
    /// The e-mail address; may be empty.
    pub email: String,
    /// Whether the account can be used.
    pub is_active: bool,
    /// Whether the user can use the administration.
    pub is_staff: bool,
    /// Whether the user has every permission there.
    pub is_superuser: bool,
    /// Time when the account was created.
    pub date_joined: Timestamp,
    /// The last sign-in, if recorded.
    pub last_login: Option<Timestamp>,
}

/// A user and the stored password hash.
#[derive(Clone, Debug)]
pub struct StoredCredentials {
    /// The user.
    pub user: User,
    /// A PHC string or one of Django's hashes. Anything else matches no password.
    pub password: SecretString,
}

#[cfg(test)]
impl StoredCredentials {
    /// An account with the id 1, for tests.
    pub(crate) fn example(is_active: bool) -> Self {
        let user = User {
            id: UserId(1),
            username: "ada".into(),
            email: String::new(),
            is_active,
            is_staff: false,
            is_superuser: false,
            date_joined: Timestamp::EPOCH,
            last_login: None,
        };
        Self { user, password: "a hash".into() }
    }
}

/// A user to be created.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The validated username.
    pub username: Username,
    /// The validated e-mail address; may be empty.
    pub email: Email,
    /// The password hash, a PHC string.
    pub password: SecretString,
    /// The permissions.
    pub role: Role,
    /// Whether the account can be used.
    pub is_active: bool,
    /// Time of the request.
    pub date_joined: Timestamp,
    /// The field by which tokens identify the user (`USER_ID_FIELD`). With `email`, the e-mail address must be unique.
    pub user_id_field: UserIdField,
}

/// The text that searches for users match: username and e-mail address, folded.
pub fn search_text(username: &str, email: &str) -> String {
    text::fold(&format!("{username} {email}"))
}

/// The permissions of a user beyond the user's own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// None.
    User,
    /// Access to the administration.
    Staff,
    /// Every permission.
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
