//! Security events: what happened to accounts, for their owners and for the administration.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EventKind {
    /// The account was made by its owner or from the command line.
    Registered,
    /// The account was brought from another database.
    Imported,
    /// A session began.
    SignedIn,
    /// Sign-ins were refused: within one hour, one event that counts.
    SignInFailed,
    /// A session ended because its owner signed out.
    SignedOut,
    /// A session ended in another way.
    SessionEnded,
    /// An administrator ended all of the user's sessions.
    SessionsReset,
    /// A spent refresh token was used again: somebody may hold a copy.
    TokenReused,
    /// An administrator took a refresh token back.
    TokenRevoked,
    /// The password was changed.
    PasswordChanged,
    /// An administrator made the account.
    UserCreated,
    /// The account was changed, by its owner or by an administrator.
    UserChanged,
    /// An administrator deactivated the account.
    UserDeactivated,
    /// An administrator made the account active again.
    UserReactivated,
    /// Something that this version has no word for.
    Other,
}

impl EventKind {
    /// All that have a word.
    pub const ALL: [Self; 14] = [
        Self::Registered,
        Self::Imported,
        Self::SignedIn,
        Self::SignInFailed,
        Self::SignedOut,
        Self::SessionEnded,
        Self::SessionsReset,
        Self::TokenReused,
        Self::TokenRevoked,
        Self::PasswordChanged,
        Self::UserCreated,
        Self::UserChanged,
        Self::UserDeactivated,
        Self::UserReactivated,
    ];

    /// The name, on the wire and in the database.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// An event, as an administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventRecord {
    /// Its number.
    pub id: i64,
    /// What happened.
    pub kind: EventKind,
    /// When, Unix seconds; the first time, where it counts.
    pub at: i64,
    /// The last time, where it counts.
    pub last_at: Option<i64>,
    /// How many times.
    pub count: u64,
    /// Whose account, by id. None for sign-ins with names that nobody has.
    pub user: Option<String>,
    /// That user's name, while there is one.
    pub username: Option<String>,
    /// Which session.
    pub session: Option<String>,
    /// Which administrator did it, by id.
    pub actor: Option<String>,
    /// From which address.
    pub address: Option<String>,
    /// From which device, in words.
    pub device: Option<String>,
    /// Where the session had been used, when another place ended it or used its spent token.
    pub other_address: Option<String>,
    /// And on which device.
    pub other_device: Option<String>,
    /// Which fields of the account are different.
    pub changed: Vec<String>,
}

/// An event of one's own account. Of an administrator only the deed is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnEvent {
    /// Its number.
    pub id: i64,
    /// What happened.
    pub kind: EventKind,
    /// When, Unix seconds; the first time, where it counts.
    pub at: i64,
    /// The last time, where it counts.
    pub last_at: Option<i64>,
    /// How many times.
    pub count: u64,
    /// Which session.
    pub session: Option<String>,
    /// Whether an administrator did it.
    pub by_administrator: bool,
    /// From which address; none for an administrator's.
    pub address: Option<String>,
    /// From which device, in words; none for an administrator's.
    pub device: Option<String>,
    /// Where the session had been used, when another place ended it or used its spent token.
    pub other_address: Option<String>,
    /// And on which device.
    pub other_device: Option<String>,
    /// Which fields of the account are different.
    pub changed: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::EventKind;

    #[test]
    fn every_kind_has_one_word_on_the_wire_and_in_the_database() {
        for kind in EventKind::ALL {
            assert_eq!(serde_json::to_value(kind).expect("JSON"), kind.name());
            assert_eq!(EventKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(EventKind::parse("other"), None);
    }
}
