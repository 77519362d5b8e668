//! Points in time, as tokens and the database keep them.

use std::{
    ops::{Add, Sub},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A point in time: milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest timestamp.
    pub const DISTANT_PAST: Self = Self(i64::MIN);

    /// The Unix epoch: the database's value for "never", and for a token that does not say when it was issued.
    pub const EPOCH: Self = Self(0);

    /// From milliseconds since the Unix epoch, as the database keeps them.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From whole seconds since the Unix epoch, as tokens keep them (RFC 7519 §2, `NumericDate`).
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// From the system clock's type. Times before the Unix epoch become the epoch.
    pub fn from_system(time: SystemTime) -> Self {
        Self(saturating_millis(time.duration_since(UNIX_EPOCH).unwrap_or_default()))
    }

    /// Milliseconds since the Unix epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The time since `earlier`, or zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }

    /// The distance between two timestamps, whichever comes first. After a clock was set back, past events
    /// have timestamps in the future; they are not recent for that.
    pub fn apart(self, other: Self) -> Duration {
        self.since(other).max(other.since(self))
    }
}

fn saturating_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(saturating_millis(duration)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(saturating_millis(duration)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Timestamp;

    #[test]
    fn seconds_round_down_also_before_the_epoch() {
        assert_eq!(Timestamp::from_millis(1999).seconds(), 1);
        assert_eq!(Timestamp::from_millis(-1).seconds(), -1);
    }

    #[test]
    fn arithmetic_saturates_at_both_ends_of_time() {
        let end = Timestamp::from_seconds(i64::MAX);
        assert_eq!(end + Duration::MAX, end);
        assert_eq!(Timestamp::DISTANT_PAST - Duration::from_secs(1), Timestamp::DISTANT_PAST);
        assert_eq!(Timestamp::from_millis(0).since(end), Duration::ZERO);
        assert_eq!(Timestamp::DISTANT_PAST.apart(end), end.apart(Timestamp::DISTANT_PAST));
    }
}
