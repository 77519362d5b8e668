//! The set of revoked sessions, in memory: why signing out takes effect on the next request without
//! any request asking the database. The database holds the same facts; this is filled from it at
//! start and follows it.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
    time::Duration,
};

use super::{clock::Timestamp, id::SessionId, session::SessionEnd};

/// One session's end, as the database records it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Which session.
    pub session: SessionId,
    /// How it ended.
    pub end: SessionEnd,
    /// When no access token of it can be valid any more.
    pub until: Timestamp,
}

/// What the database reported to a follower.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// What was written after the place that was asked for, and perhaps some that was known.
    pub revocations: Vec<Revocation>,
    /// Where to go on from.
    pub place: i64,
}

/// Sessions whose access tokens are refused though their signatures are good.
#[derive(Default)]
pub struct RevocationSet {
    inner: RwLock<Inner>,
}

#[derive(Default)]
struct Inner {
    entries: HashMap<SessionId, Entry>,
    /// How far the database was followed.
    place: i64,
}

struct Entry {
    end: SessionEnd,
    until: Timestamp,
    /// When it was first looked at whether it can go, on the clock that nobody sets.
    looked_at: Option<Duration>,
}

impl Entry {
    /// Whether no token of the session can be valid any more, whatever becomes of the clock: one that was
    /// set forward may be set back. So as much time has to have passed as the tokens had left at the end.
    fn is_over(&mut self, now: Timestamp, elapsed: Duration) -> bool {
        let looked_at = *self.looked_at.get_or_insert(elapsed);
        self.until <= now && elapsed.saturating_sub(looked_at) >= self.until.since(self.end.at)
    }
}

impl RevocationSet {
    /// How the session ended, if it is revoked.
    pub fn find(&self, session: SessionId) -> Option<SessionEnd> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner.entries.get(&session).map(|entry| entry.end.clone())
    }

    /// Takes in what this process just committed, which the store does with each commit. How far the database was followed is left as it is:
    /// another process may have written before.
    pub fn insert_all(&self, revocations: impl IntoIterator<Item = Revocation>) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        for Revocation { session, end, until, .. } in revocations {
            inner.entries.insert(session, Entry { end, until, looked_at: None });
        }
    }

    /// Takes in what the database reported.
    pub fn follow(&self, Followed { revocations, place }: Followed) {
        self.insert_all(revocations);
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.place = inner.place.max(place);
    }

    /// The place after which the database has to be asked.
    pub fn place(&self) -> i64 {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).place
    }

    /// Forgets the sessions of which no access token can be valid any more. `elapsed` is the time of this
    /// process, which goes on evenly.
    pub fn forget_expired(&self, now: Timestamp, elapsed: Duration) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.entries.retain(|_, entry| !entry.is_over(now, elapsed));
    }

    /// How many sessions are in it.
    pub fn len(&self) -> usize {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).entries.len()
    }

    /// Whether none is in it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Followed, Revocation, RevocationSet};
    use crate::{
        auth::{clock::Timestamp, id::SessionId, session::SessionEnd},
        wire::EndReason,
    };

    fn revocation(until: i64, digit: char) -> Revocation {
        Revocation {
            session: SessionId::parse(&digit.to_string().repeat(32)).expect("a session id"),
            end: SessionEnd { reason: EndReason::SignedOut, at: Timestamp::from_seconds(1), by: None },
            until: Timestamp::from_seconds(until),
        }
    }

    #[test]
    fn an_entry_leaves_when_no_access_token_can_be_valid_any_more() {
        let set = RevocationSet::default();
        set.insert_all([revocation(10, 'a'), revocation(20, 'b')]);
        set.forget_expired(Timestamp::from_seconds(1), Duration::ZERO);
        set.forget_expired(Timestamp::from_seconds(10), Duration::from_secs(9));
        assert_eq!(set.find(revocation(10, 'a').session), None);
        assert!(set.find(revocation(20, 'b').session).is_some());
    }

    #[test]
    fn a_clock_that_is_set_forward_makes_nothing_forgotten_before_its_time() {
        let set = RevocationSet::default();
        set.insert_all([revocation(10, 'a')]);
        for elapsed in [100, 104, 108] {
            set.forget_expired(Timestamp::from_seconds(1_000_000), Duration::from_secs(elapsed));
            assert!(set.find(revocation(10, 'a').session).is_some(), "after {elapsed} s");
        }
        set.forget_expired(Timestamp::from_seconds(1_000_000), Duration::from_secs(109));
        assert!(set.is_empty());
    }

    #[test]
    fn writing_oneself_does_not_skip_what_others_wrote_before() {
        let set = RevocationSet::default();
        set.insert_all([revocation(7, 'a')]);
        assert_eq!(set.place(), 0);
        set.follow(Followed { revocations: vec![revocation(6, 'b'), revocation(7, 'a')], place: 7 });
        assert_eq!(set.place(), 7);
        assert_eq!(set.len(), 2);
    }
}
