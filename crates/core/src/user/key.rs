//! How a token names its user: by the field of the account that `USER_ID_FIELD` says. A number is
//! never given twice; a name or an address may pass to another account, which is why a session is
//! asked as well (`operations::authenticate`).

use std::fmt;

use serde_json::Value;

use super::User;
use crate::id::{UserId, is_storable};

/// What of a user stands in a token for it (`USER_ID_FIELD`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserIdField {
    /// Its number.
    Id,
    /// The name it signs in with.
    Username,
    /// Its address: an account that has none, or shares one, is named by no token.
    Email,
}

/// A user as a token names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserKey {
    /// By its number.
    Id(UserId),
    /// By the name it signs in with.
    Username(String),
    /// By its address.
    Email(String),
}

impl UserIdField {
    /// The name of the field, as Django spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Username => "username",
            Self::Email => "email",
        }
    }

    /// How tokens name this user.
    pub fn key_of(self, user: &User) -> UserKey {
        match self {
            Self::Id => UserKey::Id(user.id),
            Self::Username => UserKey::Username(user.username.clone()),
            Self::Email => UserKey::Email(user.email.clone()),
        }
    }

    /// Reads a claim: text, or the number that Simple JWT wrote before 5.5. `None` when no user of ours
    /// can be meant.
    pub fn read(self, claim: &Value) -> Option<UserKey> {
        let text = match claim {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        if !is_storable(&text) {
            return None;
        }
        match self {
            Self::Id => text.parse().ok().map(UserKey::Id),
            Self::Username => Some(UserKey::Username(text)),
            Self::Email => Some(UserKey::Email(text)),
        }
    }
}

impl fmt::Display for UserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(user) => user.fmt(f),
            Self::Username(text) | Self::Email(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{UserIdField, UserKey};
    use crate::id::UserId;

    #[test]
    fn a_number_may_be_text_or_a_number() {
        for claim in [json!("12"), json!(12)] {
            assert_eq!(UserIdField::Id.read(&claim), Some(UserKey::Id(UserId(12))));
        }
        for nobody in [json!("ada"), json!(1.5), json!(null), json!([12]), json!("99999999999999999999")] {
            assert_eq!(UserIdField::Id.read(&nobody), None);
        }
    }

    #[test]
    fn a_name_is_whatever_text_stands_there() {
        assert_eq!(UserIdField::Username.read(&json!("12")), Some(UserKey::Username("12".into())));
        assert_eq!(UserIdField::Email.read(&json!("a@b")), Some(UserKey::Email("a@b".into())));
        assert_eq!(UserIdField::Email.read(&json!(["a@b"])), None);
    }
}
