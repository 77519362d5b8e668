//! Security events of accounts, for their owners and for the administration.

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

/// The kind of a security event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EventKind {
    /// The account was created by its owner or from the command line.
    Registered,
    /// The account was imported from another database.
    Imported,
    /// A session was opened.
    SignedIn,
    /// Sign-ins failed: those of one hour are one event with a count.
    SignInFailed,
    /// The user signed out.
    SignedOut,
    /// A session ended for another reason.
    SessionEnded,
    /// An administrator revoked all of the user's sessions.
    SessionsReset,
    /// A spent refresh token was used again: someone may have copied it.
    TokenReused,
    /// An administrator revoked a refresh token.
    TokenRevoked,
    /// The password was changed.
    PasswordChanged,
    /// An administrator created the account.
    UserCreated,
    /// The account was changed, by its owner or by an administrator.
    UserChanged,
    /// An administrator deactivated the account.
    UserDeactivated,
    /// An administrator reactivated the account.
    UserReactivated,
    /// A kind that this version does not know.
    Other,
}

impl EventKind {
    /// All kinds but [`Other`](Self::Other).
    pub fn known() -> impl Iterator<Item = Self> {
        Self::VARIANTS.iter().copied().filter(|kind| *kind != Self::Other)
    }

    /// The name, on the wire and in the database.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Finds the kind with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::known().find(|kind| kind.name() == name)
    }
}

/// An event as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventRecord {
    /// The event id.
    pub id: i64,
    /// The kind.
    pub kind: EventKind,
    /// Time of the event, Unix seconds; of the first occurrence, for a counted one.
    pub at: i64,
    /// Time of the last occurrence, for a counted event.
    pub last_at: Option<i64>,
    /// The number of occurrences.
    pub count: u64,
    /// The id of the user whose account it is. `null` for sign-ins with unknown usernames.
    pub user: Option<String>,
    /// The username, if the user still exists.
    pub username: Option<String>,
    /// The session.
    pub session: Option<String>,
    /// The id of the administrator who did it.
    pub actor: Option<String>,
    /// The IP address.
    pub address: Option<String>,
    /// The device, for example "Firefox on Linux".
    pub device: Option<String>,
    /// The IP address where the session had been used, if another one ended it or used its spent token.
    pub other_address: Option<String>,
    /// The device where it had been used.
    pub other_device: Option<String>,
    /// The names of the changed fields.
    pub changed: Vec<String>,
}

/// An event as the account's owner sees it. Details of administrators are hidden.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnEvent {
    /// The event id.
    pub id: i64,
    /// The kind.
    pub kind: EventKind,
    /// Time of the event, Unix seconds; of the first occurrence, for a counted one.
    pub at: i64,
    /// Time of the last occurrence, for a counted event.
    pub last_at: Option<i64>,
    /// The number of occurrences.
    pub count: u64,
    /// The session.
    pub session: Option<String>,
    /// Whether an administrator did it.
    pub by_administrator: bool,
    /// The IP address; `null` for an administrator's.
    pub address: Option<String>,
    /// The device, for example "Firefox on Linux"; `null` for an administrator's.
    pub device: Option<String>,
    /// The IP address where the session had been used, if another one ended it or used its spent token.
    pub other_address: Option<String>,
    /// The device where it had been used.
    pub other_device: Option<String>,
    /// The names of the changed fields.
    pub changed: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::EventKind;

    #[test]
    fn every_kind_has_the_same_name_on_the_wire_and_in_the_database() {
        for kind in EventKind::known() {
            assert_eq!(serde_json::to_value(kind).expect("JSON"), kind.name());
            assert_eq!(EventKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(EventKind::parse("other"), None);
    }
}
