//! Users, as Django knows them, so that a user table carries over.

mod email;
mod key;
mod username;

use secrecy::SecretString;

use super::{clock::Timestamp, id::UserId, text};
pub use email::{Email, EmailError};
pub use key::{UserIdField, UserKey};
pub use username::{Username, UsernameError, normalize};

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
    /// What of a user stands in its tokens (`USER_ID_FIELD`): an e-mail address that does is unique.
    pub naming: UserIdField,
}

/// What searches for users look through: the name and the e-mail address, folded.
pub fn search_text(username: &str, email: &str) -> String {
    text::fold(&format!("{username} {email}"))
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
