//! Rate limit buckets by key, with the generic cell rate algorithm, which keeps one number per key. A key keeps its
//! bucket however many others arrive; once the table is full, new keys share buckets, so that a flood costs no memory
//! and is itself limited.

use std::{sync::Arc, time::Duration};

use governor::{
    Quota, RateLimiter, clock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{
        InMemoryState, NotKeyed, StateStore,
        keyed::{DashMapStateStore, ShrinkableKeyedStateStore},
    },
};

use super::Rate;
use crate::clock::Clock;

/// The keys that have a bucket of their own.
const MAX_KEYS: usize = 1 << 16;
/// The buckets that all other keys share.
const SHARED: u64 = 1 << 10;

pub(super) struct Buckets {
    limiter: RateLimiter<u64, Table, Elapsed, NoOpMiddleware<Duration>>,
}

impl Buckets {
    pub(super) fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        let interval = (rate.period() / rate.count().get()).max(Duration::from_nanos(1));
        let quota = Quota::with_period(interval).expect("an interval is longer than no time");
        let quota = quota.allow_burst(rate.count());
        Self { limiter: RateLimiter::new(quota, Table::default(), Elapsed(clock)) }
    }

    /// Takes one unit, or returns the time until one is available.
    pub(super) fn take(&self, key: u64) -> Result<(), Duration> {
        let now = || clock::Clock::now(self.limiter.clock());
        self.limiter.check_key(&key).map_err(|refusal| refusal.wait_time_from(now()))
    }

    /// Removes buckets that are full again.
    pub(super) fn remove_idle(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

/// The buckets of the first keys, and the shared ones. A shared bucket is never removed: its state is eight bytes.
struct Table {
    own: DashMapStateStore<u64>,
    shared: Box<[InMemoryState]>,
}

impl Default for Table {
    fn default() -> Self {
        Self { own: DashMapStateStore::default(), shared: (0..SHARED).map(|_| InMemoryState::default()).collect() }
    }
}

impl StateStore for Table {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        if let Some(state) = self.own.get(key) {
            return state.measure_and_replace(&NotKeyed::NonKey, decide);
        }
        if self.own.len() < MAX_KEYS {
            return self.own.measure_and_replace(key, decide);
        }
        let place = usize::try_from(key % SHARED).unwrap_or_default();
        self.shared[place].measure_and_replace(&NotKeyed::NonKey, decide)
    }
}

impl ShrinkableKeyedStateStore<u64> for Table {
    fn retain_recent(&self, drop_below: Nanos) {
        self.own.retain_recent(drop_below);
    }

    fn shrink_to_fit(&self) {
        self.own.shrink_to_fit();
    }

    fn len(&self) -> usize {
        self.own.len()
    }

    fn is_empty(&self) -> bool {
        self.own.is_empty()
    }
}

/// The core's clock in the form that the algorithm needs.
#[derive(Clone)]
struct Elapsed(Arc<dyn Clock>);

impl clock::Clock for Elapsed {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use std::{ops::Range, sync::Arc};

    use super::{Buckets, MAX_KEYS, Rate};
    use crate::clock::SystemClock;

    /// More keys than have buckets of their own, however they are hashed.
    const FLOOD: Range<u64> = 1_000_000..1_000_000 + 4 * MAX_KEYS as u64;

    fn buckets() -> Buckets {
        Buckets::new(Rate::parse("2/d").expect("a rate"), Arc::new(SystemClock))
    }

    #[test]
    fn a_flood_of_keys_is_bounded_in_memory_and_limited() {
        let buckets = buckets();
        let refused = FLOOD.filter(|key| buckets.take(*key).is_err()).count();
        assert_eq!(buckets.limiter.len(), MAX_KEYS);
        assert!(refused > 2 * MAX_KEYS, "{refused} of those who share were refused");
    }

    #[test]
    fn a_full_table_does_not_refill_an_empty_bucket() {
        let buckets = buckets();
        assert_eq!((0..3).map(|_| buckets.take(7).is_ok()).collect::<Vec<_>>(), [true, true, false]);
        // The shared buckets are still full.
        FLOOD.take(MAX_KEYS - 1).for_each(|key| assert!(buckets.take(key).is_ok()));
        assert_eq!(buckets.limiter.len(), MAX_KEYS);
        assert!(buckets.take(7).is_err());
    }

    #[test]
    fn a_flood_of_keys_does_not_drain_an_existing_bucket() {
        let buckets = buckets();
        assert!(buckets.take(7).is_ok());
        assert!(FLOOD.map(|key| buckets.take(key)).any(|taken| taken.is_err()), "the table is full");
        assert!(buckets.take(7).is_ok(), "one was left");
    }
}
