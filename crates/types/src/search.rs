//! Long lists as the pages show them: what is searched for, and one page of what was found.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::EventKind;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing<T> {
    /// How many there are on all pages.
    pub count: u64,
    /// Which page this is, counted from one.
    pub page: u64,
    /// How many pages there are; one when there is nothing to show.
    pub pages: u64,
    /// Those on this page.
    pub items: Vec<T>,
}

/// Which users are wanted: all that meet every condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSearch {
    /// Words that stand in the name or the address, as typed; at most ten.
    pub search: String,
    /// Whether the account may be used.
    pub is_active: Option<bool>,
    /// Whether the user may enter the administration.
    pub is_staff: Option<bool>,
    /// By what they are ordered.
    pub order: UserOrdering,
    /// Whether the greatest comes first.
    pub descending: bool,
    /// Which page, counted from one.
    pub page: u32,
}

/// By what users are ordered. Those of whom it is the same stand in the order of their numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum UserOrdering {
    /// Their number.
    #[default]
    Id,
    /// Their name.
    Username,
    /// Their address.
    Email,
    /// When they were made.
    DateJoined,
    /// Their last sign-in.
    LastLogin,
}

impl UserOrdering {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Id, Self::Username, Self::Email, Self::DateJoined, Self::LastLogin];

    /// The name, on the wire and in URLs.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.name() == name)
    }
}

/// Which refresh tokens are wanted: all that meet every condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenSearch {
    /// Those of the user with this id.
    pub user: Option<String>,
    /// Those of this session.
    pub session: Option<String>,
    /// Whether they were spent or taken back.
    pub is_blacklisted: Option<bool>,
    /// Whether they have expired.
    pub is_expired: Option<bool>,
    /// Which page, counted from one.
    pub page: u32,
}

/// Which security events are wanted: all that meet every condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSearch {
    /// Those of this kind.
    pub kind: Option<EventKind>,
    /// Those of the account with this id.
    pub user: Option<String>,
    /// Those since this moment, Unix seconds.
    pub since: Option<i64>,
    /// Those before this moment, Unix seconds.
    pub until: Option<i64>,
    /// Which page, counted from one.
    pub page: u32,
}

#[cfg(test)]
mod tests {
    use super::UserOrdering;

    #[test]
    fn every_order_has_one_word_on_the_wire_and_in_a_query() {
        for order in UserOrdering::ALL {
            assert_eq!(serde_json::to_value(order).expect("JSON"), order.name());
            assert_eq!(UserOrdering::parse(order.name()), Some(order));
        }
        assert_eq!(UserOrdering::parse("password"), None);
    }
}
