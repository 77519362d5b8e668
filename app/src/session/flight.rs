//! The flight recorder: what the engine of this tab did lately, for who looks for the reason of
//! something. It holds times and counts, and never a token.

use std::{cell::RefCell, collections::VecDeque};

use super::browser;

/// How many entries are kept.
const KEPT: usize = 200;

/// What the engine did or noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Found a pair in storage as it started.
    Started,
    /// Somebody signed in here.
    SignedIn,
    /// Asked the server for the next pair.
    Asked,
    /// Got it.
    Renewed,
    /// Took over a pair that another tab had got.
    Adopted,
    /// Got no answer, and tries again after so many milliseconds.
    Retrying(u32),
    /// The refresh token was refused; the access token is used to its end.
    Refused,
    /// The session is over, by a refusal or in another tab.
    Ended,
    /// Somebody signed out here.
    SignedOut,
    /// The browser lost its network.
    Offline,
}

/// One line of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When, milliseconds on the device's clock.
    pub at: i64,
    /// What.
    pub deed: Deed,
}

/// The record, and how often each of what is counted happened in this tab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flight {
    /// The last entries, the newest last.
    pub entries: VecDeque<Entry>,
    /// Pairs that this tab asked for and got.
    pub refreshes: u32,
    /// Pairs that other tabs got.
    pub adoptions: u32,
    /// Attempts that failed.
    pub retries: u32,
}

impl Flight {
    const fn empty() -> Self {
        Self { entries: VecDeque::new(), refreshes: 0, adoptions: 0, retries: 0 }
    }

    fn note(&mut self, entry: Entry) {
        match entry.deed {
            Deed::Renewed => self.refreshes += 1,
            Deed::Adopted => self.adoptions += 1,
            Deed::Retrying(_) => self.retries += 1,
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

/// Writes it down.
pub(super) fn note(deed: Deed) {
    FLIGHT.with_borrow_mut(|flight| flight.note(Entry { at: browser::now(), deed }));
}

/// What is written down by now.
pub fn flight() -> Flight {
    FLIGHT.with_borrow(Clone::clone)
}

#[cfg(test)]
mod tests {
    use super::{Deed, Entry, Flight, KEPT};

    #[test]
    fn old_entries_go_and_stay_counted() {
        let mut flight = Flight::empty();
        for at in 0..1000 {
            flight.note(Entry { at, deed: if at % 2 == 0 { Deed::Renewed } else { Deed::Adopted } });
        }
        assert_eq!((flight.entries.len(), flight.refreshes, flight.adoptions), (KEPT, 500, 500));
        assert_eq!(flight.entries.back().map(|entry| entry.at), Some(999));
    }
}
