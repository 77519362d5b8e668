//! Delays, and the only timers in the browser. Every delay is bounded before it reaches a timer, whether it comes
//! from the server, a clock or a token.

use std::{future::Future, pin::pin};

use futures::future::{Either, select};
use gloo_timers::{
    callback::{Interval, Timeout},
    future::TimeoutFuture,
};

const FIRST_MILLIS: u32 = 200;
const MAX_MILLIS: u32 = 30_000;

/// Upper bound of a wait that the server asks for, milliseconds.
const MAX_RETRY_AFTER_MILLIS: u32 = 300_000;

/// A duration of at most [`Delay::LONGEST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delay {
    millis: u32,
}

impl Delay {
    /// One hour. Browsers store timeouts in 31 bits and fire longer ones at once. Timers pause while the device sleeps.
    pub const LONGEST: Self = Self { millis: 60 * 60 * 1000 };

    /// The delay of so many milliseconds, clamped to the bounds.
    pub fn millis(millis: impl Into<i64>) -> Self {
        let millis = u32::try_from(millis.into().max(0)).unwrap_or(u32::MAX);
        Self { millis }.min(Self::LONGEST)
    }

    /// The delay of so many seconds, clamped to the bounds.
    pub fn seconds(seconds: u32) -> Self {
        Self::millis(i64::from(seconds) * 1000)
    }

    /// Exponential backoff after so many failures: 200 ms, doubling to 30 s. `retry_after` is the server's `Retry-After`
    /// in seconds, a lower bound of up to five minutes. `jitter`, from 0 to 1, adds up to half of the delay.
    pub fn after_failures(failures: u32, retry_after: Option<u32>, jitter: f64) -> Self {
        let doubled = FIRST_MILLIS.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(MAX_MILLIS);
        let retry_after = retry_after.unwrap_or(0).saturating_mul(1000).min(MAX_RETRY_AFTER_MILLIS);
        Self::millis(with_jitter(doubled.max(retry_after), jitter))
    }

    /// The delay in milliseconds.
    pub const fn as_millis(self) -> u32 {
        self.millis
    }

    /// Waits for the delay.
    #[expect(clippy::disallowed_methods, reason = "the delay is bounded")]
    pub fn pass(self) -> impl Future<Output = ()> {
        TimeoutFuture::new(self.millis)
    }

    /// The result of `work`, or `None` if the delay passes first.
    pub async fn bound<T>(self, work: impl Future<Output = T>) -> Option<T> {
        match select(pin!(work), self.pass()).await {
            Either::Left((result, _)) => Some(result),
            Either::Right(_) => None,
        }
    }

    /// Runs `work` after the delay, unless the returned timer is dropped.
    #[expect(clippy::disallowed_methods, reason = "the delay is bounded")]
    pub fn then(self, work: impl FnOnce() + 'static) -> Timeout {
        Timeout::new(self.millis, work)
    }

    /// Runs `work` repeatedly until the returned timer is dropped.
    #[expect(clippy::disallowed_methods, reason = "the delay is bounded")]
    pub fn every(self, work: impl FnMut() + 'static) -> Interval {
        Interval::new(self.millis, work)
    }
}

/// Adds up to half of the delay.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "half of at most five minutes")]
fn with_jitter(millis: u32, jitter: f64) -> u32 {
    millis + (f64::from(millis) * 0.5 * jitter.clamp(0.0, 1.0)) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Delay;

    fn waits(retry_after: Option<u32>) -> Vec<u32> {
        (1..=10).map(|failures| Delay::after_failures(failures, retry_after, 0.0).as_millis()).collect()
    }

    #[test]
    fn the_backoff_doubles_from_200_ms_to_30_s() {
        assert_eq!(waits(None), [200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
        assert_eq!(Delay::after_failures(u32::MAX, None, 1.0).as_millis(), 45_000);
    }

    #[test]
    fn retry_after_is_a_lower_bound_of_at_most_five_minutes() {
        assert_eq!(waits(Some(0)), waits(None));
        assert_eq!(Delay::after_failures(1, Some(5), 0.0).as_millis(), 5000);
        assert_eq!(Delay::after_failures(1, Some(u32::MAX), 0.0).as_millis(), 300_000);
    }

    proptest! {
        #[test]
        fn every_number_becomes_a_delay_within_the_bounds(millis: i64, seconds: u32) {
            for delay in [Delay::millis(millis), Delay::seconds(seconds)] {
                prop_assert!(delay <= Delay::LONGEST);
            }
            let expected = millis.clamp(0, i64::from(Delay::LONGEST.as_millis()));
            prop_assert_eq!(i64::from(Delay::millis(millis).as_millis()), expected);
        }

        #[test]
        fn every_backoff_is_between_200_ms_and_seven_and_a_half_minutes(
            failures in 0..u32::MAX, retry_after: Option<u32>, jitter: f64,
        ) {
            let millis = Delay::after_failures(failures, retry_after, jitter).as_millis();
            prop_assert!((200..=450_000).contains(&millis), "{}", millis);
        }
    }
}
