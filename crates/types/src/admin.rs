//! Users and outstanding tokens in the administration, and its forms.

use serde::{Deserialize, Serialize};
use strum::EnumString;

use super::Secret;

/// One page of a list (Django REST framework: `PageNumberPagination`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// The number of items on all pages.
    pub count: u64,
    /// The URL of the next page.
    pub next: Option<String>,
    /// The URL of the previous page.
    pub previous: Option<String>,
    /// The items of this page.
    pub results: Vec<T>,
}

/// A user as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserRecord {
    /// The user's id, as the `user_id` claim spells it.
    pub id: String,
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
    /// When the account was created, Unix seconds.
    pub date_joined: i64,
    /// The last sign-in, Unix seconds, if the server records it (`UPDATE_LAST_LOGIN`).
    pub last_login: Option<i64>,
}

/// A user to be created.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewUserForm {
    /// The username.
    pub username: String,
    /// The e-mail address; may be empty.
    #[serde(default)]
    pub email: String,
    /// The password, as typed and never trimmed.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub password: Secret,
    /// Whether the account can be used; `true` by default.
    pub is_active: Option<bool>,
    /// Whether the user can use the administration.
    pub is_staff: Option<bool>,
    /// Whether the user has every permission there; such a user is staff too.
    pub is_superuser: Option<bool>,
}

/// A change of a user. Missing fields stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserChange {
    /// The new username.
    pub username: Option<String>,
    /// The new e-mail address; may be empty.
    pub email: Option<String>,
    /// `false` ends all of the user's sessions at once; `true` restores none of them.
    pub is_active: Option<bool>,
    /// Whether the user can use the administration.
    pub is_staff: Option<bool>,
    /// Whether the user has every permission there.
    pub is_superuser: Option<bool>,
}

/// A user's new password.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordForm {
    /// The password, as typed and never trimmed.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub password: Secret,
}

/// A refresh token that was issued or presented. Its text is not stored, so it cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenRecord {
    /// The `jti` claim.
    pub jti: String,
    /// The user id, if the token has one; the user may be deleted.
    pub user: Option<String>,
    /// The username, if the user still exists.
    pub username: Option<String>,
    /// The session. `null` for a token of another issuer that was never refreshed.
    pub session: Option<String>,
    /// The generation of the session when the token was issued.
    pub generation: u32,
    /// `iat`, Unix seconds.
    pub created_at: i64,
    /// `exp`, Unix seconds.
    pub expires_at: i64,
    /// When it was blacklisted, Unix seconds.
    pub blacklisted_at: Option<i64>,
    /// The reason it was blacklisted.
    pub blacklisted_why: Option<BlacklistReason>,
}

/// The reason a refresh token is blacklisted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, EnumString)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum BlacklistReason {
    /// A rotation spent it.
    Rotated,
    /// The user signed out with it.
    SignedOut,
    /// Its session was revoked from elsewhere, or an administrator revoked the token.
    Revoked,
    /// A spent token of its session was used again.
    Reuse,
    /// The password was changed.
    PasswordChanged,
    /// The account was deactivated.
    UserDeactivated,
    /// The user exceeded the maximum number of sessions.
    TooManySessions,
    /// It was blacklisted in the database that it was imported from.
    Imported,
    /// A reason that this version does not know.
    Other,
}

impl BlacklistReason {
    /// Reads a name. One that is not known was written by another version.
    pub fn parse(name: &str) -> Self {
        name.parse().unwrap_or(Self::Other)
    }
}
