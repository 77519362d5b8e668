//! Conversion of the wire's seconds to the browser's milliseconds.

/// Converts seconds to milliseconds. It saturates, because a token may contain any number.
pub const fn millis(seconds: i64) -> i64 {
    seconds.saturating_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn seconds_saturate() {
        for (seconds, expected) in [(0, 0), (-2, -2000), (i64::MAX, i64::MAX), (i64::MIN, i64::MIN)] {
            assert_eq!(millis(seconds), expected);
        }
        assert_eq!(millis(i64::MAX / 1000 + 1), i64::MAX);
    }
}
