//! The field by which a token identifies its user (`USER_ID_FIELD`). Ids are never reused. A username or an e-mail
//! address may pass to another account, so the owner of the session is checked as well
//! (`operations::authenticate`).

use std::fmt;

use serde_json::Value;
use strum::IntoStaticStr;

use super::User;
use crate::id::{UserId, is_storable};

/// The user field that tokens carry (`USER_ID_FIELD`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum UserIdField {
    /// The user id.
    #[strum(to_string = "id", serialize = "pk")]
    Id,
    /// The username.
    Username,
    /// The e-mail address. A user without one, or who shares one, cannot sign in.
    Email,
}

/// The user claim of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserKey {
    /// A user id.
    Id(UserId),
    /// A username.
    Username(String),
    /// An e-mail address.
    Email(String),
}

impl UserIdField {
    /// The name of the field, as Django spells it.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The claim that identifies this user.
    pub fn key_of(self, user: &User) -> UserKey {
        match self {
            Self::Id => UserKey::Id(user.id),
            Self::Username => UserKey::Username(user.username.clone()),
            Self::Email => UserKey::Email(user.email.clone()),
        }
    }

    /// Reads a claim: text, or the number that Simple JWT wrote before 5.5. `None` when it cannot identify a user here.
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
    fn a_user_id_is_a_string_or_a_number() {
        for claim in [json!("12"), json!(12)] {
            assert_eq!(UserIdField::Id.read(&claim), Some(UserKey::Id(UserId(12))));
        }
        for nobody in [json!("ada"), json!(1.5), json!(null), json!([12]), json!("99999999999999999999")] {
            assert_eq!(UserIdField::Id.read(&nobody), None);
        }
    }

    #[test]
    fn a_username_claim_is_any_text() {
        assert_eq!(UserIdField::Username.read(&json!("12")), Some(UserKey::Username("12".into())));
        assert_eq!(UserIdField::Email.read(&json!("a@b")), Some(UserKey::Email("a@b".into())));
        assert_eq!(UserIdField::Email.read(&json!(["a@b"])), None);
    }
}
