//! Security events as the core has them: what happened to whose account, and who did it from where.

use hallpass_types::{EventKind, EventRecord, OwnEvent};

use super::{
    clock::Timestamp,
    id::{SessionId, UserId},
    session::Origin,
};

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub id: i64,
    /// What happened.
    pub kind: EventKind,
    /// When; the first time, where it counts.
    pub at: Timestamp,
    /// The last time, where it counts.
    pub last_at: Option<Timestamp>,
    /// How many times.
    pub count: u64,
    /// Whose account.
    pub user: Option<UserId>,
    /// That user's name, while there is one.
    pub username: Option<String>,
    /// Which session.
    pub session: Option<SessionId>,
    /// Which administrator did it.
    pub actor: Option<UserId>,
    /// From where.
    pub origin: Origin,
    /// Where the session had been used.
    pub other: Origin,
    /// Which fields of the account are different.
    pub changed: Vec<String>,
}

/// Which events are asked for: all that meet every condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Of this account.
    pub user: Option<UserId>,
    /// Of this kind.
    pub kind: Option<EventKind>,
    /// Not before this moment.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

impl Event {
    /// For an administrator.
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
            address: self.origin.address,
            other_device: self.other.device(),
            other_address: self.other.address,
            changed: self.changed,
        }
    }

    /// For the account's owner: where an administrator sat is not the owner's business.
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
            address: origin.address,
            other_device: self.other.device(),
            other_address: self.other.address,
            changed: self.changed,
        }
    }
}
