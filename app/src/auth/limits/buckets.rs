//! A bucket for each key, by the generic cell rate algorithm, which keeps one number a key. How many
//! keys there are is bounded: whoever comes beyond shares a bucket with others, so that a flood of new
//! keys costs no memory and is itself limited.

use std::{sync::Arc, time::Duration};

use governor::{Quota, RateLimiter, clock, middleware::NoOpMiddleware, state::keyed::DashMapStateStore};

use super::Rate;
use crate::auth::clock::Clock;

/// How many keys have a bucket of their own.
const MAX_KEYS: usize = 1 << 16;
/// How many buckets there are for the others.
const SHARED: u64 = 1 << 10;

pub(super) struct Buckets {
    limiter: RateLimiter<u64, DashMapStateStore<u64>, Elapsed, NoOpMiddleware<Duration>>,
}

impl Buckets {
    pub(super) fn new(rate: Rate, clock: Arc<dyn Clock>) -> Self {
        let interval = (rate.period() / rate.count().get()).max(Duration::from_nanos(1));
        let quota = Quota::with_period(interval).expect("an interval is longer than no time");
        let quota = quota.allow_burst(rate.count());
        Self { limiter: RateLimiter::new(quota, DashMapStateStore::default(), Elapsed(clock)) }
    }

    /// Takes one, or says how long there will be none.
    pub(super) fn take(&self, key: u64) -> Result<(), Duration> {
        let key = if self.limiter.len() < MAX_KEYS { key } else { key % SHARED };
        let now = || clock::Clock::now(self.limiter.clock());
        self.limiter.check_key(&key).map_err(|refusal| refusal.wait_time_from(now()))
    }

    /// Forgets buckets that are full again.
    pub(super) fn forget_idle(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

/// The core's clock, as the algorithm asks for it.
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
    use std::sync::Arc;

    use super::{Buckets, MAX_KEYS, Rate, SHARED};
    use crate::auth::clock::SystemClock;

    #[test]
    fn a_flood_of_keys_stays_bounded_and_runs_dry() {
        let buckets = Buckets::new(Rate::parse("2/d").expect("a rate"), Arc::new(SystemClock));
        let flood = 1_000_000..1_000_000 + 4 * MAX_KEYS as u64;
        let refused = flood.filter(|key| buckets.take(*key).is_err()).count();
        assert!(buckets.limiter.len() as u64 <= MAX_KEYS as u64 + SHARED);
        assert!(refused > 2 * MAX_KEYS, "{refused} of those who share were refused");
    }
}
