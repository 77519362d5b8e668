//! The set of revoked sessions, in memory. It makes a sign-out take effect on the next request without a database
//! query. It is loaded from the database at startup and follows it.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use super::{clock::Timestamp, id::SessionId, session::SessionEnd};

/// The end of a session, as the database records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// The session.
    pub session: SessionId,
    /// The reason, time and device of the end.
    pub end: SessionEnd,
    /// Time when all access tokens of the session have expired.
    pub until: Timestamp,
}

/// A follower's position in the revocations of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The identity of the data, if the database has one. Numbers of different histories are not comparable.
    pub history: Option<Arc<str>>,
    /// A sequence number that only grows within a history; 0 is before the first revocation.
    pub number: i64,
}

impl Position {
    /// Whether the database was reset to an earlier state, as by a restore.
    pub const fn is_behind(&self, earlier: &Self) -> bool {
        self.number < earlier.number
    }

    /// Whether a follower at an earlier position has missed nothing.
    pub fn continues(&self, earlier: &Self) -> bool {
        let is_same_history = match (&self.history, &earlier.history) {
            (Some(history), Some(earlier)) => history == earlier,
            _ => true,
        };
        is_same_history && !self.is_behind(earlier)
    }
}

/// The revocations after a position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// The revocations after the requested position, possibly with some that were known.
    pub revocations: Vec<Revocation>,
    /// The position to continue from.
    pub position: Position,
}

/// Revoked sessions: their access tokens are rejected although the signatures are valid.
#[derive(Default)]
pub struct RevocationSet {
    inner: RwLock<Inner>,
}

#[derive(Default)]
struct Inner {
    entries: HashMap<SessionId, Entry>,
    /// The position up to which the database was read.
    position: Position,
}

struct Entry {
    end: SessionEnd,
    until: Timestamp,
    /// Monotonic time of the first check whether the entry can be removed.
    looked_at: Option<Duration>,
}

impl Entry {
    /// Whether every token of the session has expired, whatever happens to the clock: a clock that was set forward may
    /// be set back. So as much monotonic time must have passed as the tokens had left at the end.
    fn is_over(&mut self, now: Timestamp, elapsed: Duration) -> bool {
        let looked_at = *self.looked_at.get_or_insert(elapsed);
        self.until <= now && elapsed.saturating_sub(looked_at) >= self.until.since(self.end.at)
    }
}

impl RevocationSet {
    /// The end of the session, if it is revoked.
    pub fn find(&self, session: SessionId) -> Option<SessionEnd> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner.entries.get(&session).map(|entry| entry.end.clone())
    }

    /// Adds sessions that a commit of this process ended. The position stays, because another process may have written
    /// before.
    pub fn insert_all(&self, revocations: impl IntoIterator<Item = Revocation>) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        for Revocation { session, end, until, .. } in revocations {
            inner.entries.insert(session, Entry { end, until, looked_at: None });
        }
    }

    /// Adds revocations from the database.
    pub fn follow(&self, Followed { revocations, position }: Followed) {
        self.insert_all(revocations);
        self.inner.write().unwrap_or_else(PoisonError::into_inner).position = position;
    }

    /// The position from which to read the database next.
    pub fn position(&self) -> Position {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).position.clone()
    }

    /// Removes the sessions whose access tokens have all expired. `elapsed` is monotonic time.
    pub fn remove_expired(&self, now: Timestamp, elapsed: Duration) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.entries.retain(|_, entry| !entry.is_over(now, elapsed));
    }

    /// The number of revoked sessions.
    pub fn len(&self) -> usize {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).entries.len()
    }

    /// Whether no session is revoked.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hallpass_types::EndReason;

    use super::{Followed, Position, Revocation, RevocationSet};
    use crate::{clock::Timestamp, id::SessionId, session::SessionEnd};

    fn revocation(until: i64, digit: char) -> Revocation {
        Revocation {
            session: SessionId::parse(&digit.to_string().repeat(32)).expect("a session id"),
            end: SessionEnd { reason: EndReason::SignedOut, at: Timestamp::from_seconds(1), by: None },
            until: Timestamp::from_seconds(until),
        }
    }

    #[test]
    fn an_entry_is_removed_when_all_access_tokens_have_expired() {
        let set = RevocationSet::default();
        set.insert_all([revocation(10, 'a'), revocation(20, 'b')]);
        set.remove_expired(Timestamp::from_seconds(1), Duration::ZERO);
        set.remove_expired(Timestamp::from_seconds(10), Duration::from_secs(9));
        assert_eq!(set.find(revocation(10, 'a').session), None);
        assert!(set.find(revocation(20, 'b').session).is_some());
    }

    #[test]
    fn a_clock_that_is_set_forward_removes_no_entry_early() {
        let set = RevocationSet::default();
        set.insert_all([revocation(10, 'a')]);
        for elapsed in [100, 104, 108] {
            set.remove_expired(Timestamp::from_seconds(1_000_000), Duration::from_secs(elapsed));
            assert!(set.find(revocation(10, 'a').session).is_some(), "after {elapsed} s");
        }
        set.remove_expired(Timestamp::from_seconds(1_000_000), Duration::from_secs(109));
        assert!(set.is_empty());
    }

    #[test]
    fn an_own_write_does_not_skip_earlier_writes_of_others() {
        let set = RevocationSet::default();
        set.insert_all([revocation(7, 'a')]);
        assert_eq!(set.position(), Position::default());
        let position = Position { history: None, number: 7 };
        set.follow(Followed { revocations: vec![revocation(6, 'b'), revocation(7, 'a')], position: position.clone() });
        assert_eq!(set.position(), position);
        assert_eq!(set.len(), 2);
    }

    #[test]
    fn a_lower_number_or_another_history_does_not_continue() {
        let at = |history: Option<&str>, number| Position { history: history.map(Into::into), number };
        let earlier = at(Some("a"), 5);
        assert!(at(Some("a"), 5).continues(&earlier) && at(Some("a"), 6).continues(&earlier));
        assert!(!at(Some("a"), 4).continues(&earlier) && at(Some("a"), 4).is_behind(&earlier));
        assert!(!at(Some("b"), 6).continues(&earlier) && !at(Some("b"), 6).is_behind(&earlier));
        assert!(at(None, 6).continues(&earlier), "a history that is not told");
        assert!(at(Some("a"), 5).continues(&Position::default()));
    }
}
