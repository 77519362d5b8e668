//! A log of the engine's recent actions in this tab, for diagnostics. Holds times and counts, never a token.

use std::collections::VecDeque;

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
pub struct EngineLog {
    /// The last entries, oldest first.
    pub entries: VecDeque<Entry>,
    /// Pairs that this tab received.
    pub refreshes: u32,
    /// Pairs that other tabs received.
    pub adoptions: u32,
    /// Failed attempts.
    pub retries: u32,
}

impl EngineLog {
    /// Appends an entry, and drops the oldest of two hundred.
    pub(crate) fn note(&mut self, at: i64, event: EngineEvent) {
        match event {
            EngineEvent::Renewed => self.refreshes += 1,
            EngineEvent::Adopted => self.adoptions += 1,
            EngineEvent::Retrying(_) => self.retries += 1,
            _ => {}
        }
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(Entry { at, event });
    }
}

#[cfg(test)]
mod tests {
    use super::{EngineEvent, EngineLog, KEPT};

    #[test]
    fn old_entries_are_dropped_but_stay_counted() {
        let mut log = EngineLog::default();
        for at in 0..1000 {
            log.note(at, if at % 2 == 0 { EngineEvent::Renewed } else { EngineEvent::Adopted });
        }
        assert_eq!((log.entries.len(), log.refreshes, log.adoptions), (KEPT, 500, 500));
        assert_eq!(log.entries.back().map(|entry| entry.at), Some(999));
    }
}
