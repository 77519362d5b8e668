//! The types of tokens.

use strum::{EnumString, IntoStaticStr};

/// The types of token. The type claim keeps one from being accepted as another (RFC 8725 §3.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum TokenType {
    /// Authenticates requests to protected endpoints.
    Access,
    /// Is exchanged for the next pair.
    Refresh,
    /// Authenticates requests and can be exchanged for a renewed one.
    Sliding,
}

impl TokenType {
    /// The value of the type claim.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The name of Simple JWT's class.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Access => "AccessToken",
            Self::Refresh => "RefreshToken",
            Self::Sliding => "SlidingToken",
        }
    }
}
