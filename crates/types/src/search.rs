//! Lists of the pages: search conditions, and one page of results.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use super::EventKind;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing<T> {
    /// The number of items on all pages.
    pub count: u64,
    /// The page number, counted from 1.
    pub page: u64,
    /// The number of pages; 1 for an empty list.
    pub pages: u64,
    /// The items of this page.
    pub items: Vec<T>,
}

impl<T> Listing<T> {
    /// The same page with each item converted.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Listing<U> {
        let Self { count, page, pages, items } = self;
        Listing { count, page, pages, items: items.into_iter().map(convert).collect() }
    }
}

/// Search conditions for users. All must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSearch {
    /// Words in the username or the e-mail address, as typed; at most ten.
    pub search: String,
    /// Whether the account can be used.
    pub is_active: Option<bool>,
    /// Whether the user can use the administration.
    pub is_staff: Option<bool>,
    /// The order.
    pub order: UserOrdering,
    /// Whether the order is descending.
    pub descending: bool,
    /// The page number, counted from 1.
    pub page: u32,
}

/// The order of users. Equal ones are ordered by id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum UserOrdering {
    /// By id.
    #[default]
    Id,
    /// By username.
    Username,
    /// By e-mail address.
    Email,
    /// By date of creation.
    DateJoined,
    /// By last sign-in.
    LastLogin,
}

impl UserOrdering {
    /// The name, on the wire and in URLs.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Finds the order with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::VARIANTS.iter().copied().find(|order| order.name() == name)
    }
}

/// Search conditions for refresh tokens. All must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenSearch {
    /// The user id.
    pub user: Option<String>,
    /// The session.
    pub session: Option<String>,
    /// Whether they are blacklisted.
    pub is_blacklisted: Option<bool>,
    /// Whether they have expired.
    pub is_expired: Option<bool>,
    /// The page number, counted from 1.
    pub page: u32,
}

/// Search conditions for security events. All must match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSearch {
    /// The kind.
    pub kind: Option<EventKind>,
    /// The user id.
    pub user: Option<String>,
    /// The earliest time, inclusive, Unix seconds.
    pub since: Option<i64>,
    /// The latest time, exclusive, Unix seconds.
    pub until: Option<i64>,
    /// The page number, counted from 1.
    pub page: u32,
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::UserOrdering;

    #[test]
    fn every_order_has_the_same_name_on_the_wire_and_in_urls() {
        for order in UserOrdering::VARIANTS.iter().copied() {
            assert_eq!(serde_json::to_value(order).expect("JSON"), order.name());
            assert_eq!(UserOrdering::parse(order.name()), Some(order));
        }
        assert_eq!(UserOrdering::parse("password"), None);
    }
}
