//! A log of the engine's recent actions in this tab, for diagnostics. Holds times and counts, never a token.

use std::{cell::RefCell, collections::VecDeque};

use super::browser;

/// Maximum number of entries.
const KEPT: usize = 200;

/// An event of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineEvent {
    /// Found a pair in storage at start-up.
    Started,
    /// A sign-in in this tab.
    SignedIn,
    /// Sent a refresh request.
    Asked,
    /// Received a new pair.
    Renewed,
    /// Found a pair that another tab received.
    Adopted,
    /// No answer; retries after so many milliseconds.
    Retrying(u32),
    /// The refresh token was rejected; the access token is used until it expires.
    Rejected,
    /// The session ended: rejected by the server, or signed out in another tab.
    Ended,
    /// A sign-out in this tab.
    SignedOut,
    /// The browser lost its network.
    Offline,
}

/// A log entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Time of the event, milliseconds on the device's clock.
    pub at: i64,
    /// The event.
    pub event: EngineEvent,
}

/// The log, and this tab's counters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flight {
    /// The last entries, oldest first.
    pub entries: VecDeque<Entry>,
    /// Pairs that this tab received.
    pub refreshes: u32,
    /// Pairs that other tabs received.
    pub adoptions: u32,
    /// Failed attempts.
    pub retries: u32,
}

impl Flight {
    const fn empty() -> Self {
        Self { entries: VecDeque::new(), refreshes: 0, adoptions: 0, retries: 0 }
    }

    fn note(&mut self, entry: Entry) {
        match entry.event {
            EngineEvent::Renewed => self.refreshes += 1,
            EngineEvent::Adopted => self.adoptions += 1,
            EngineEvent::Retrying(_) => self.retries += 1,
            _ => {}
        }
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }
}

thread_local! {
    static FLIGHT: RefCell<Flight> = const { RefCell::new(Flight::empty()) };
}

/// Appends an entry.
pub(super) fn note(event: EngineEvent) {
    FLIGHT.with_borrow_mut(|flight| flight.note(Entry { at: browser::now(), event }));
}

/// A snapshot of the log.
pub fn flight() -> Flight {
    FLIGHT.with_borrow(Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::{EngineEvent, Entry, Flight, KEPT};

    #[test]
    fn old_entries_are_dropped_but_stay_counted() {
        let mut flight = Flight::empty();
        for at in 0..1000 {
            flight.note(Entry { at, event: if at % 2 == 0 { EngineEvent::Renewed } else { EngineEvent::Adopted } });
        }
        assert_eq!((flight.entries.len(), flight.refreshes, flight.adoptions), (KEPT, 500, 500));
        assert_eq!(flight.entries.back().map(|entry| entry.at), Some(999));
    }
}
