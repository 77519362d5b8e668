//! How a session ended.

use serde::{Deserialize, Serialize};

/// How a session came to its end, for the sentence that explains a sign-out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Why.
    pub reason: EndReason,
    /// When, Unix seconds.
    pub at: i64,
    /// From which device, in words, where that is known: "Firefox on Linux".
    pub by: Option<String>,
}

/// Why a session was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The person signed out on that device.
    SignedOut,
    /// The person or an administrator ended it from elsewhere.
    Revoked,
    /// A spent refresh token was used again: somebody may hold a copy.
    Reuse,
    /// The password was changed elsewhere.
    PasswordChanged,
    /// The account was deactivated.
    UserDeactivated,
    /// Nobody ended it: its refresh token ran out.
    Expired,
    /// The user opened more sessions than a user may have, and this one was not used for the longest time.
    TooManySessions,
}
