//! A rate, as Django REST framework writes it: `10/min`.

use std::{fmt, num::NonZeroU32, time::Duration};

const UNITS: [(&str, &[&str], u64); 4] = [
    ("s", &["sec", "second"], 1),
    ("min", &["m", "minute"], 60),
    ("h", &["hour"], 60 * 60),
    ("d", &["day"], 24 * 60 * 60),
];

/// A number per period. The whole number may arrive at once; then one at a time, as the period passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    count: NonZeroU32,
    period: Duration,
}

impl Rate {
    /// A rate per minute; at least 1.
    pub const fn per_minute(count: u32) -> Self {
        let count = match NonZeroU32::new(count) {
            Some(count) => count,
            None => NonZeroU32::MIN,
        };
        Self { count, period: Duration::from_mins(1) }
    }

    /// Reads `10/min`, `1/s`, `100/h` or `1000/d`; the units may be written out.
    pub fn parse(text: &str) -> Option<Self> {
        let (count, unit) = text.split_once('/')?;
        let fits = |(short, longer, _): &&(&str, &[&str], u64)| *short == unit || longer.contains(&unit);
        let (_, _, seconds) = UNITS.iter().find(fits)?;
        Some(Self { count: count.parse().ok()?, period: Duration::from_secs(*seconds) })
    }

    /// The burst size.
    pub(super) const fn count(self) -> NonZeroU32 {
        self.count
    }

    /// The period.
    pub(super) const fn period(self) -> Duration {
        self.period
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS.iter().find(|(_, _, seconds)| *seconds == self.period.as_secs());
        write!(f, "{}/{}", self.count, unit.map_or("?", |(unit, _, _)| unit))
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;

    #[test]
    fn rates_use_the_syntax_of_django_rest_framework() {
        assert_eq!(Rate::parse("10/min"), Some(Rate::per_minute(10)));
        for (text, written) in [("1/s", "1/s"), ("7/minute", "7/min"), ("100/hour", "100/h"), ("9/day", "9/d")] {
            assert_eq!(Rate::parse(text).map(|rate| rate.to_string()).as_deref(), Some(written));
        }
        for wrong in ["", "10", "/min", "0/min", "-1/min", "10/", "10/week", "1.5/s", "99999999999/s"] {
            assert_eq!(Rate::parse(wrong), None, "{wrong}");
        }
    }
}
