//! The administration's users and outstanding tokens, and the forms it sends.

use serde::{
    Deserialize, Serialize,
    de::{
        IntoDeserializer,
        value::{self, StrDeserializer},
    },
};

use super::Secret;

/// One page of a list (Django REST framework: `PageNumberPagination`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Page<T> {
    /// How many there are on all pages.
    pub count: u64,
    /// The address of the next page.
    pub next: Option<String>,
    /// The address of the previous page.
    pub previous: Option<String>,
    /// Those on this page.
    pub results: Vec<T>,
}

/// A user, as an administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserRecord {
    /// The user's id, as the `user_id` claim spells it.
    pub id: String,
    /// The name the user signs in with.
    pub username: String,
    /// May be empty.
    pub email: String,
    /// Whether the account may be used.
    pub is_active: bool,
    /// Whether the user may enter the administration.
    pub is_staff: bool,
    /// Whether the user may do everything there.
    pub is_superuser: bool,
    /// When the account was made, Unix seconds.
    pub date_joined: i64,
    /// The last sign-in, Unix seconds, when the server keeps it (`UPDATE_LAST_LOGIN`).
    pub last_login: Option<i64>,
}

/// A user to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewUserForm {
    /// The name wished for.
    pub username: String,
    /// May be empty.
    #[serde(default)]
    pub email: String,
    /// As typed, never trimmed.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub password: Secret,
    /// Whether the account may be used; it may when nothing is said.
    pub is_active: Option<bool>,
    /// Whether the user may enter the administration.
    pub is_staff: Option<bool>,
    /// Whether the user may do everything there; such a user is staff too.
    pub is_superuser: Option<bool>,
}

/// What shall be different about a user; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserChange {
    /// Another name to sign in with.
    pub username: Option<String>,
    /// Another address, or an empty one.
    pub email: Option<String>,
    /// `false` ends all of the user's sessions at once; `true` brings none of them back.
    pub is_active: Option<bool>,
    /// Whether the user may enter the administration.
    pub is_staff: Option<bool>,
    /// Whether the user may do everything there.
    pub is_superuser: Option<bool>,
}

/// A user's new password.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordForm {
    /// As typed, never trimmed.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub password: Secret,
}

/// A refresh token that was issued or presented. Its text is nowhere kept, so it cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenRecord {
    /// The `jti` claim.
    pub jti: String,
    /// The user's id, if the token names one; the user may be gone.
    pub user: Option<String>,
    /// That user's name, while there is one.
    pub username: Option<String>,
    /// The session it belongs to; none for a token of another issuer that was never renewed.
    pub session: Option<String>,
    /// How many rotations the session had seen when it was issued.
    pub generation: u32,
    /// `iat`, Unix seconds.
    pub created_at: i64,
    /// `exp`, Unix seconds.
    pub expires_at: i64,
    /// When it was spent or taken back, Unix seconds.
    pub blacklisted_at: Option<i64>,
    /// Why: spent by a rotation, or as its session ended.
    pub blacklisted_why: Option<BlacklistReason>,
}

/// Why a refresh token is blacklisted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BlacklistReason {
    /// Its successor was issued.
    Rotated,
    /// It was signed out with.
    SignedOut,
    /// Its session was ended from elsewhere, or an administrator took it back.
    Revoked,
    /// A spent token of its session was used again.
    Reuse,
    /// The password was changed.
    PasswordChanged,
    /// The account was deactivated.
    UserDeactivated,
    /// The user opened more sessions than a user may have.
    TooManySessions,
    /// It was blacklisted in the database that it was brought from.
    Imported,
    /// Something that this version has no word for.
    Other,
}

impl BlacklistReason {
    /// Reads a name. One that is not known was written by another version.
    pub fn parse(name: &str) -> Self {
        let name: StrDeserializer<'_, value::Error> = name.into_deserializer();
        Self::deserialize(name).unwrap_or(Self::Other)
    }
}
