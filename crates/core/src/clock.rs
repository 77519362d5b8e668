//! Time and randomness as arguments. The core never asks the machine for either: tests hold the
//! clock still and seed the randomness, and a rule about expiry is tested without sleeping.

use std::{
    sync::LazyLock,
    time::{Duration, Instant, SystemTime},
};

pub use hallpass_verify::Timestamp;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// How long it is since some moment of this process: for what is counted in memory, and must neither
    /// wait nor be forgiven because somebody set the clock.
    fn elapsed(&self) -> Duration;
}

/// The machine's clock.
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

/// Where unpredictable bytes come from.
pub trait Randomness: Send + Sync {
    /// Fills `bytes` from a cryptographically secure source.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Randomness + '_ {
    /// 128 bits: what a `jti` and a `sid` are made of (ASVS 7.2.3 asks for at least that many).
    pub fn bits128(&self) -> u128 {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        u128::from_be_bytes(bytes)
    }

    /// A duration from zero up to, and not including, `limit`.
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
