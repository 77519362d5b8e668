//! Accounts and sessions as the pages see them, and the forms that pages send.

use serde::{Deserialize, Serialize};

use super::Secret;

/// Who the bearer of an access token is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The user's id, as the `user_id` claim spells it.
    pub id: String,
    /// The name the user signs in with.
    pub username: String,
    /// May be empty, as in Django.
    pub email: String,
    /// Whether the user may enter the administration.
    pub is_staff: bool,
    /// When the account was made, Unix seconds.
    pub date_joined: i64,
    /// The last sign-in, Unix seconds, when the server keeps it (`UPDATE_LAST_LOGIN`).
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub last_login: Option<i64>,
    /// The session of the token, unless the token was issued by somebody who knows no sessions.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub session: Option<SessionInfo>,
}

/// One sign-in on one device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionInfo {
    /// The `sid` claim.
    pub id: String,
    /// Browser and system in words: "Firefox on Linux".
    pub device: String,
    /// The address last seen, where one is known.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub address: Option<String>,
    /// When the person signed in, Unix seconds.
    pub created_at: i64,
    /// When the pair was last renewed, Unix seconds.
    pub refreshed_at: i64,
    /// When the session ends whatever happens, Unix seconds (`SESSION_MAX_LIFETIME`).
    pub ends_at: i64,
    /// Whether it is the session of who asks.
    #[serde(rename = "current")]
    pub is_current: bool,
}

/// What the sign-in form sends.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credentials {
    /// As typed; surrounding white space is dropped by the server.
    #[cfg_attr(feature = "openapi", schema(pattern = r"\S"))]
    pub username: String,
    /// As typed, never trimmed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, pattern = r"\S"))]
    pub password: Secret,
}

/// What the registration form sends.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Registration {
    /// The name wished for.
    #[cfg_attr(feature = "openapi", schema(pattern = r"\S"))]
    pub username: String,
    /// May be empty.
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub email: String,
    /// As typed, never trimmed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Password, pattern = r"\S"))]
    pub password: Secret,
}

/// What the profile form sends. The name that one signs in with stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileForm {
    /// The address that shall be; may be empty.
    pub email: String,
}

/// What the change-password form sends.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PasswordChange {
    /// The password that is in force.
    pub current_password: Secret,
    /// The one that shall be.
    pub new_password: Secret,
}

/// What the server asks of a new password, told before it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordPolicy {
    /// Fewest code points (`PASSWORD_MIN_LENGTH`).
    pub min_length: usize,
    /// Most code points.
    pub max_length: usize,
}

impl Default for PasswordPolicy {
    /// 15 characters for a lone factor: NIST SP 800-63B-4 §3.1.1.2.
    fn default() -> Self {
        Self { min_length: 15, max_length: 128 }
    }
}

impl PasswordPolicy {
    /// Whether the length alone is right: what a page can judge while one types. The strength is
    /// judged by the server.
    ///
    /// # Errors
    /// Which end of the range it is beyond.
    pub fn check_length(self, password: &str) -> Result<(), LengthFault> {
        let length = password.chars().count();
        if length < self.min_length {
            return Err(LengthFault::TooShort { min: self.min_length });
        }
        if length > self.max_length {
            return Err(LengthFault::TooLong { max: self.max_length });
        }
        Ok(())
    }
}

/// Why a password is of the wrong length, in code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LengthFault {
    /// It has too few.
    #[error("This password is too short. Use at least {min} characters.")]
    TooShort {
        /// The fewest there may be.
        min: usize,
    },
    /// It has too many.
    #[error("This password is too long. Use at most {max} characters.")]
    TooLong {
        /// The most there may be.
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
