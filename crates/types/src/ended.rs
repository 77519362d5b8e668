//! The end of a session.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

/// The end of a session, for the message that explains a sign-out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The reason.
    pub reason: EndReason,
    /// The time, Unix seconds.
    pub at: i64,
    /// The device that ended it, if known, for example "Firefox on Linux".
    pub by: Option<String>,
}

/// The reason a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EndReason {
    /// The user signed out on that device.
    SignedOut,
    /// The user or an administrator revoked it from elsewhere.
    Revoked,
    /// A spent refresh token was used again: someone may have copied it.
    Reuse,
    /// The password was changed elsewhere.
    PasswordChanged,
    /// The account was deactivated.
    UserDeactivated,
    /// The refresh token expired.
    Expired,
    /// The user exceeded the maximum number of sessions, and this one was unused for longest.
    TooManySessions,
}
