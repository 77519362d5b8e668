//! Failed sign-ins by account and network. After some free failures the pair waits, twice as long each time. Other
//! networks do not wait, so strangers cannot lock out an owner who is elsewhere (NIST SP 800-63B-4 §3.2.2).

use std::time::Duration;

use lru::LruCache;

/// The maximum number of pairs: this many that wait, and this many that do not.
pub(super) const MAX_PAIRS: usize = 1 << 16;
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// The maximum wait: it allows less than a hundred guesses a day.
pub(super) const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// Failures expire this long after the last of them.
pub(super) const FORGOTTEN_AFTER: Duration = Duration::from_hours(24);

/// The failures of every pair. In each of the two tables the pair that failed longest ago is evicted first, so that
/// pairs within their free failures, which cost a guesser little, never evict one that waits.
pub(super) struct Failures {
    free: u32,
    not_waiting: LruCache<u64, Failed>,
    waiting: LruCache<u64, Failed>,
}

/// The failures of one pair.
#[derive(Clone, Copy, Default)]
struct Failed {
    count: u32,
    last: Duration,
    wait_until: Duration,
}

impl Failures {
    /// `free` failures cause no wait.
    pub(super) fn new(free: u32) -> Self {
        Self { free, not_waiting: LruCache::unbounded(), waiting: LruCache::unbounded() }
    }

    /// The time for which the pair has to wait, if any.
    pub(super) fn wait(&self, pair: u64, now: Duration) -> Option<Duration> {
        self.find(pair, now).wait_until.checked_sub(now).filter(|wait| !wait.is_zero())
    }

    /// The number of attempts that may run at once: as many as may fail before the first wait, and one at least.
    pub(super) fn allowed_at_once(&self, pair: u64, now: Duration) -> u32 {
        self.free.saturating_add(1).saturating_sub(self.find(pair, now).count).max(1)
    }

    /// Counts a failure.
    pub(super) fn add(&mut self, pair: u64, now: Duration) {
        let count = self.find(pair, now).count.saturating_add(1);
        let failed = Failed { count, last: now, wait_until: now + self.wait_after(count) };
        self.clear(pair);
        let table = if count > self.free { &mut self.waiting } else { &mut self.not_waiting };
        table.put(pair, failed);
        if table.len() > MAX_PAIRS {
            table.pop_lru();
        }
    }

    /// Removes the failures of a pair.
    pub(super) fn clear(&mut self, pair: u64) {
        self.not_waiting.pop(&pair);
        self.waiting.pop(&pair);
    }

    fn find(&self, pair: u64, now: Duration) -> Failed {
        let found = self.waiting.peek(&pair).or_else(|| self.not_waiting.peek(&pair)).copied();
        found.filter(|failed| now.saturating_sub(failed.last) <= FORGOTTEN_AFTER).unwrap_or_default()
    }

    fn wait_after(&self, count: u32) -> Duration {
        let Some(further) = count.checked_sub(self.free.saturating_add(1)) else { return Duration::ZERO };
        FIRST_WAIT.saturating_mul(2_u32.saturating_pow(further)).min(LONGEST_WAIT)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{FORGOTTEN_AFTER, Failures, LONGEST_WAIT, MAX_PAIRS};

    const NOW: Duration = Duration::from_hours(1);

    #[test]
    fn the_wait_doubles_after_the_free_failures_up_to_a_bound() {
        let (mut failures, mut now, mut waits) = (Failures::new(2), NOW, Vec::new());
        for _ in 0..14 {
            failures.add(1, now);
            let wait = failures.wait(1, now).unwrap_or_default();
            waits.push(wait.as_secs());
            now += wait;
        }
        assert_eq!(waits, [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        let after_a_day = now + LONGEST_WAIT + FORGOTTEN_AFTER;
        failures.add(1, after_a_day);
        assert_eq!(failures.wait(1, after_a_day), None, "forgotten after a day");
    }

    #[test]
    fn clearing_one_pair_leaves_the_others() {
        let mut failures = Failures::new(0);
        failures.add(1, NOW);
        failures.add(2, NOW);
        failures.clear(1);
        assert_eq!((failures.wait(1, NOW), failures.wait(2, NOW)), (None, Some(Duration::from_secs(1))));
    }

    #[test]
    fn a_flood_of_pairs_within_their_free_failures_evicts_no_pair_that_waits() {
        let mut failures = Failures::new(1);
        failures.add(0, NOW);
        failures.add(0, NOW);
        for pair in 1..=2 * MAX_PAIRS as u64 {
            failures.add(pair, NOW);
        }
        assert!(failures.wait(0, NOW).is_some());
        assert_eq!(failures.not_waiting.len(), MAX_PAIRS, "memory is bounded");
    }

    #[test]
    fn the_waiting_pair_with_the_oldest_failure_is_evicted_first() {
        let mut failures = Failures::new(0);
        for pair in 0..=MAX_PAIRS as u64 {
            failures.add(pair, NOW);
        }
        assert!(failures.wait(1, NOW).is_some() && failures.wait(0, NOW).is_none());
    }
}
