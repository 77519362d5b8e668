//! Failed sign-ins of one account from one address. After some that are free that pair waits, twice as
//! long each time; no other address waits for them, so that nobody can lock out an owner who is
//! somewhere else, and a guesser gets nowhere (NIST SP 800-63B-4 §3.2.2).

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lru::LruCache;

/// How many pairs are remembered; the one that was longest idle is forgotten first.
const MAX_PAIRS: usize = 1 << 16;
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// With one guess each time, that is less than a hundred a day.
const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// When failures are forgotten, after the last of them.
const FORGOTTEN_AFTER: Duration = Duration::from_hours(24);

pub(super) struct Attempts {
    free: u32,
    pairs: Mutex<LruCache<u64, Pair>>,
}

#[derive(Clone, Copy, Default)]
struct Pair {
    failures: u32,
    /// When the next attempt may come.
    wait_until: Duration,
    last: Duration,
    /// Whether this address has signed in to this account.
    is_known: bool,
}

impl Attempts {
    pub(super) fn new(free: u32) -> Self {
        Self { free, pairs: Mutex::new(LruCache::unbounded()) }
    }

    /// Counts an attempt as failed, and says whether the account was signed in to from there before; or
    /// how long it is too early.
    pub(super) fn begin(&self, key: u64, now: Duration) -> Result<bool, Duration> {
        self.with(key, |pair| {
            if let Some(wait) = pair.wait_until.checked_sub(now).filter(|wait| !wait.is_zero()) {
                return Err(wait);
            }
            if now.saturating_sub(pair.last) > FORGOTTEN_AFTER {
                pair.failures = 0;
            }
            pair.failures = pair.failures.saturating_add(1);
            pair.last = now;
            pair.wait_until = now + self.wait_after(pair.failures);
            Ok(pair.is_known)
        })
    }

    /// The password was right.
    pub(super) fn succeed(&self, key: u64) {
        self.with(key, |pair| *pair = Pair { last: pair.last, is_known: true, ..Pair::default() });
    }

    /// The attempt was none: nobody looked at the password.
    pub(super) fn take_back(&self, key: u64) {
        self.with(key, |pair| {
            pair.failures = pair.failures.saturating_sub(1);
            pair.wait_until = Duration::ZERO;
        });
    }

    fn wait_after(&self, failures: u32) -> Duration {
        let Some(further) = failures.checked_sub(self.free + 1) else { return Duration::ZERO };
        FIRST_WAIT.saturating_mul(2_u32.saturating_pow(further)).min(LONGEST_WAIT)
    }

    fn with<T>(&self, key: u64, work: impl FnOnce(&mut Pair) -> T) -> T {
        let mut pairs = self.pairs.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = work(pairs.get_or_insert_mut(key, Pair::default));
        if pairs.len() > MAX_PAIRS {
            pairs.pop_lru();
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Attempts, FORGOTTEN_AFTER, LONGEST_WAIT, MAX_PAIRS};

    const NOW: Duration = Duration::from_hours(1);

    #[test]
    fn the_wait_doubles_after_the_free_failures_up_to_a_bound() {
        let (attempts, mut now, mut waits) = (Attempts::new(2), NOW, Vec::new());
        for _ in 0..14 {
            attempts.begin(1, now).expect("it is time");
            let wait = attempts.begin(1, now).err().unwrap_or_default();
            waits.push(wait.as_secs());
            now += wait;
            if wait.is_zero() {
                attempts.take_back(1);
            }
        }
        assert_eq!(waits, [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        attempts.begin(1, now + LONGEST_WAIT + FORGOTTEN_AFTER).expect("it is time");
        assert!(attempts.begin(1, now + LONGEST_WAIT + FORGOTTEN_AFTER).is_ok(), "forgotten after a day");
    }

    #[test]
    fn a_success_clears_its_own_pair_and_no_other() {
        let attempts = Attempts::new(0);
        for pair in [1, 2] {
            assert_eq!(attempts.begin(pair, NOW), Ok(false));
        }
        attempts.succeed(1);
        assert_eq!(attempts.begin(1, NOW), Ok(true));
        assert!(attempts.begin(2, NOW).is_err());
    }

    #[test]
    fn memory_is_bounded_and_the_longest_idle_goes_first() {
        let attempts = Attempts::new(0);
        for pair in 0..=MAX_PAIRS as u64 {
            assert!(attempts.begin(pair, NOW).is_ok());
        }
        assert!(attempts.begin(1, NOW).is_err(), "remembered");
        assert!(attempts.begin(0, NOW).is_ok(), "forgotten");
    }
}
