//! Security events: what happened to which account, who did it, and from where.

use hallpass_types::{EventKind, EventRecord, OwnEvent};

use super::{clock::Timestamp, id::UserId};

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

/// The event as the account's owner sees it. The origin of an administrator's request is hidden.
pub(super) fn own(event: EventRecord) -> OwnEvent {
    let by_administrator = event.actor.is_some();
    OwnEvent {
        id: event.id,
        kind: event.kind,
        at: event.at,
        last_at: event.last_at,
        count: event.count,
        session: event.session,
        by_administrator,
        device: event.device.filter(|_| !by_administrator),
        address: event.address.filter(|_| !by_administrator),
        other_device: event.other_device,
        other_address: event.other_address,
        changed: event.changed,
    }
}
