//! Accounts and sessions, and the forms of the account pages.

use serde::{Deserialize, Serialize};

use super::Secret;

/// The user of an access token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The user's id, as the `user_id` claim spells it.
    pub id: String,
    /// The username.
    pub username: String,
    /// The e-mail address; may be empty, as in Django.
    pub email: String,
    /// Whether the user can use the administration.
    pub is_staff: bool,
    /// When the account was created, Unix seconds.
    pub date_joined: i64,
    /// The last sign-in, Unix seconds, if the server records it (`UPDATE_LAST_LOGIN`).
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub last_login: Option<i64>,
    /// The session of the token. `null` for a token of another issuer.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub session: Option<SessionInfo>,
}

/// A session: one sign-in on one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionInfo {
    /// The `sid` claim.
    pub id: String,
    /// The browser and the operating system, for example "Firefox on Linux".
    pub device: String,
    /// The IP address of the last renewal, if known.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub address: Option<String>,
    /// Time of the sign-in, Unix seconds.
    pub created_at: i64,
    /// Time of the last renewal, Unix seconds.
    pub refreshed_at: i64,
    /// When the session ends at the latest, Unix seconds (`SESSION_MAX_LIFETIME`).
    pub ends_at: i64,
    /// Whether it is the session of the request.
    #[serde(rename = "current")]
    pub is_current: bool,
}

/// The sign-in form.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credentials {
    /// The username, as typed; the server removes surrounding white space.
    #[cfg_attr(feature = "openapi", schema(pattern = r"\S"))]
    pub username: String,
    /// The password, as typed and never trimmed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, pattern = r"\S"))]
    pub password: Secret,
}

/// The registration form.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Registration {
    /// The username.
    #[cfg_attr(feature = "openapi", schema(pattern = r"\S"))]
    pub username: String,
    /// The e-mail address; may be empty.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub email: String,
    /// The password, as typed and never trimmed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, pattern = r"\S"))]
    pub password: Secret,
}

/// The profile form. The username cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileForm {
    /// The new e-mail address; may be empty.
    pub email: String,
}

/// The form to change the password.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PasswordChange {
    /// The current password.
    pub current_password: Secret,
    /// The new password.
    pub new_password: Secret,
}

/// The requirements for a new password, shown before it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordPolicy {
    /// The minimum length in code points (`PASSWORD_MIN_LENGTH`).
    pub min_length: usize,
    /// The maximum length in code points.
    pub max_length: usize,
}

impl Default for PasswordPolicy {
    /// 15 characters for a password without a second factor: NIST SP 800-63B-4 §3.1.1.2.
    fn default() -> Self {
        Self { min_length: 15, max_length: 128 }
    }
}

impl PasswordPolicy {
    /// Checks only the length, which a page can do while the user types. The server checks the strength.
    ///
    /// # Errors
    /// The bound that the length exceeds.
    pub fn check_length(self, password: &str) -> Result<(), LengthError> {
        let length = password.chars().count();
        if length < self.min_length {
            return Err(LengthError::TooShort { min: self.min_length });
        }
        if length > self.max_length {
            return Err(LengthError::TooLong { max: self.max_length });
        }
        Ok(())
    }
}

/// The length of a password is out of bounds, in code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LengthError {
    /// The password is too short.
    #[error("This password is too short. Use at least {min} characters.")]
    TooShort {
        /// The minimum.
        min: usize,
    },
    /// The password is too long.
    #[error("This password is too long. Use at most {max} characters.")]
    TooLong {
        /// The maximum.
        max: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::PasswordPolicy;

    #[test]
    fn length_is_counted_in_code_points() {
        let policy = PasswordPolicy { min_length: 3, max_length: 4 };
        assert!(policy.check_length("한국").is_err());
        assert!(policy.check_length("한국어").is_ok());
        assert!(policy.check_length(" a ").is_ok(), "spaces count");
        assert!(policy.check_length("한국어말!").is_err());
    }
}
