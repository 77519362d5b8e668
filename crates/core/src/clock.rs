//! Time and randomness as arguments. The core never reads the machine's clock or generator directly, so tests fix the
//! time, seed the randomness, and need no sleeps.

use std::{
    sync::LazyLock,
    time::{Duration, Instant, SystemTime},
};

pub use hallpass_verify::Timestamp;

/// A source of time.
pub trait Clock: Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;

    /// Monotonic time since some point in this process, for counters that must not change when the clock is set.
    fn elapsed(&self) -> Duration;
}

/// The system clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
    fn now(&self) -> Timestamp {
        Timestamp::from_system(SystemTime::now())
    }

    fn elapsed(&self) -> Duration {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        START.elapsed()
    }
}

/// A source of randomness.
pub trait Randomness: Send + Sync {
    /// Fills `bytes` from a cryptographically secure source.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Randomness + '_ {
    /// 128 random bits, for a `jti` or a `sid` (ASVS 7.2.3 requires at least 128).
    pub fn bits128(&self) -> u128 {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        u128::from_be_bytes(bytes)
    }

    /// A random duration from zero up to, and not including, `limit`.
    pub fn duration_below(&self, limit: Duration) -> Duration {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        limit.mul_f64(f64::from(u32::from_be_bytes(bytes)) / (f64::from(u32::MAX) + 1.0))
    }
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for randomness")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("an operating system without randomness cannot issue tokens");
    }
}
