//! Identifiers. They are parsed at the edge; past it, no bare `String` is an id.

use std::{fmt, str::FromStr};

use super::{Error, clock::Randomness};

/// A user id. The `user_id` claim carries it as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UserId(pub i64);

impl UserId {
    /// Parses the id in a URL or a request. Text that is not an id names no user.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn named(text: &str) -> Result<Self, Error> {
        text.parse().map_err(|_| Error::NotFound)
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for UserId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// A session id, the `sid` claim: 128 random bits as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(u128);

impl SessionId {
    /// Creates a random id.
    pub fn random(randomness: &dyn Randomness) -> Self {
        Self(randomness.bits128())
    }

    /// Parses a `sid` claim. `None` for text that is not exactly 32 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_ours = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        is_ours.then(|| u128::from_str_radix(text, 16).ok().map(Self)).flatten()
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// A token id, the `jti` claim (RFC 7519 §4.1.7). Ours are 32 hexadecimal digits; another issuer may use any text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Jti(String);

impl Jti {
    /// Creates a random `jti`.
    pub fn random(randomness: &dyn Randomness) -> Self {
        Self(format!("{:032x}", randomness.bits128()))
    }

    /// Reads the claim of a token under verification. `None` if it cannot be stored: longer than 255 characters, which
    /// is the width of Simple JWT's column, or with a NUL, which PostgreSQL does not store.
    pub fn claimed(text: &str) -> Option<Self> {
        is_storable(text).then(|| Self(text.to_owned()))
    }

    /// Wraps the `jti` of a verified token or a database row.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text of the claim.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Jti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The maximum length, in characters, of a claim that is stored or looked up in the database.
const MAX_CLAIM_CHARS: usize = 255;

/// Whether the database can store a claim: short enough and free of NUL.
pub(super) fn is_storable(text: &str) -> bool {
    !text.contains('\0') && text.chars().nth(MAX_CLAIM_CHARS).is_none()
}

#[cfg(test)]
mod tests {
    use super::{Jti, SessionId};

    #[test]
    fn a_jti_is_text_that_both_databases_can_store() {
        for good in [String::new(), "a/b ü".to_owned(), "한".repeat(255)] {
            assert!(Jti::claimed(&good).is_some(), "{good:?}");
        }
        for bad in ["a\0".to_owned(), "x".repeat(256), "한".repeat(3000)] {
            assert_eq!(Jti::claimed(&bad), None);
        }
    }

    #[test]
    fn a_session_id_is_exactly_32_lower_case_hexadecimal_digits() {
        let text = "00ff00ff00ff00ff00ff00ff00ff00ff";
        assert_eq!(SessionId::parse(text).map(|id| id.to_string()), Some(text.to_owned()));
        for wrong in ["", "00FF00ff00ff00ff00ff00ff00ff00ff", "+0ff00ff00ff00ff00ff00ff00ff00ff", "00ff"] {
            assert_eq!(SessionId::parse(wrong), None, "{wrong:?}");
        }
    }
}
