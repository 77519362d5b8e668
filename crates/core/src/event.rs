//! Security events: what happened to which account, who did it, and from where.

use hallpass_types::{EventKind, EventRecord, OwnEvent};

use super::{
    clock::Timestamp,
    id::{SessionId, UserId},
    session::Origin,
};

/// A security event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The event id.
    pub id: i64,
    /// The kind.
    pub kind: EventKind,
    /// Time of the event; of the first occurrence, for a counted one.
    pub at: Timestamp,
    /// Time of the last occurrence, for a counted event.
    pub last_at: Option<Timestamp>,
    /// The number of occurrences.
    pub count: u64,
    /// The user whose account it is.
    pub user: Option<UserId>,
    /// The username, if the user still exists.
    pub username: Option<String>,
    /// The session.
    pub session: Option<SessionId>,
    /// The administrator who did it.
    pub actor: Option<UserId>,
    /// The origin of the request.
    pub origin: Origin,
    /// The previous origin of the session, if another one revoked it or reused its token.
    pub other: Origin,
    /// The names of the changed fields.
    pub changed: Vec<String>,
}

/// A filter for events. All conditions must match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// The user.
    pub user: Option<UserId>,
    /// The kind.
    pub kind: Option<EventKind>,
    /// The earliest time, inclusive.
    pub since: Option<Timestamp>,
    /// The latest time, exclusive.
    pub until: Option<Timestamp>,
}

impl Event {
    /// The event as administrators see it.
    pub fn record(self) -> EventRecord {
        EventRecord {
            id: self.id,
            kind: self.kind,
            at: self.at.seconds(),
            last_at: self.last_at.map(Timestamp::seconds),
            count: self.count,
            user: self.user.map(|user| user.to_string()),
            username: self.username,
            session: self.session.map(|session| session.to_string()),
            actor: self.actor.map(|actor| actor.to_string()),
            device: self.origin.device(),
            address: self.origin.ip,
            other_device: self.other.device(),
            other_address: self.other.ip,
            changed: self.changed,
        }
    }

    /// The event as the account's owner sees it. The origin of an administrator's request is hidden.
    pub fn own(self) -> OwnEvent {
        let by_administrator = self.actor.is_some();
        let origin = if by_administrator { Origin::default() } else { self.origin };
        OwnEvent {
            id: self.id,
            kind: self.kind,
            at: self.at.seconds(),
            last_at: self.last_at.map(Timestamp::seconds),
            count: self.count,
            session: self.session.map(|session| session.to_string()),
            by_administrator,
            device: origin.device(),
            address: origin.ip,
            other_device: self.other.device(),
            other_address: self.other.ip,
            changed: self.changed,
        }
    }
}
