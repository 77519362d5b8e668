//! Failed sign-ins, counted in memory and written in batches: one event per account and hour. A flood is bounded in its
//! cost for the writer and the disk, and an unknown username costs the same as a wrong password.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use super::{clock::Timestamp, id::UserId, session::Origin};

/// The number of accounts counted individually per hour. Failures of further accounts are counted together.
const MAX_NAMED: usize = 256;

const HOUR_MILLIS: i64 = 60 * 60 * 1000;

/// The failed sign-ins of one account in one hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedSignIns {
    /// The user. `None` for unknown usernames, and for accounts beyond the bound.
    pub user: Option<UserId>,
    /// The hour, counted from the Unix epoch.
    pub hour: i64,
    /// The number of failures.
    pub count: u32,
    /// Time of the first failure.
    pub first: Timestamp,
    /// Time of the last failure.
    pub last: Timestamp,
    /// The origin of the last failure.
    pub origin: Origin,
}

/// The counters of this process.
#[derive(Default)]
pub struct Failures {
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    unwritten: HashMap<(Option<UserId>, i64), FailedSignIns>,
    hour: i64,
    /// The accounts counted individually in this hour.
    named: HashSet<UserId>,
}

impl Failures {
    /// Counts a failure, for the account if it exists.
    pub fn note(&self, user: Option<UserId>, origin: &Origin, now: Timestamp) {
        let hour = now.millis().div_euclid(HOUR_MILLIS);
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let user = user.filter(|user| inner.may_name(*user, hour));
        let counted = inner.unwritten.entry((user, hour)).or_insert_with(|| FailedSignIns {
            user,
            hour,
            count: 0,
            first: now,
            last: now,
            origin: Origin::default(),
        });
        counted.count = counted.count.saturating_add(1);
        counted.last = now;
        counted.origin = origin.clone();
    }

    /// Takes the counts that are not in the database yet.
    pub fn take_unwritten(&self) -> Vec<FailedSignIns> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.unwritten.drain().map(|(_, counted)| counted).collect()
    }
}

impl Inner {
    fn may_name(&mut self, user: UserId, hour: i64) -> bool {
        if self.hour != hour {
            self.named.clear();
            self.hour = hour;
        }
        self.named.contains(&user) || (self.named.len() < MAX_NAMED && self.named.insert(user))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Failures, MAX_NAMED};
    use crate::{clock::Timestamp, id::UserId, session::Origin};

    const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

    fn note(failures: &Failures, user: Option<i64>, now: Timestamp) {
        failures.note(user.map(UserId), &Origin::default(), now);
    }

    #[test]
    fn failures_of_one_account_in_one_hour_are_counted_together() {
        let failures = Failures::default();
        for seconds in 0..3 {
            note(&failures, Some(1), NOW + Duration::from_secs(seconds));
        }
        note(&failures, Some(1), NOW + Duration::from_hours(1));
        let mut counts: Vec<_> = failures.take_unwritten().iter().map(|counted| counted.count).collect();
        counts.sort_unstable();
        assert_eq!(counts, [1, 3]);
        assert_eq!(failures.take_unwritten(), []);
    }

    #[test]
    fn a_flood_over_many_accounts_is_bounded_and_counted_completely() {
        let failures = Failures::default();
        for user in 0..1000 {
            note(&failures, Some(user), NOW);
            note(&failures, None, NOW);
        }
        let written = failures.take_unwritten();
        assert_eq!(written.len(), MAX_NAMED + 1);
        assert_eq!(written.iter().map(|counted| counted.count).sum::<u32>(), 2000);
        note(&failures, Some(999), NOW);
        assert_eq!(failures.take_unwritten()[0].user, None, "the bound is the hour's, not the batch's");
    }
}
