//! How long to wait before trying again: 200 ms, doubling to 30 s, with jitter.

const FIRST_MILLIS: u32 = 200;
const MAX_MILLIS: u32 = 30_000;

/// Milliseconds before the next attempt, after so many failed ones. `jitter` is from 0 to 1; `wished`
/// are the seconds that the server asked for.
pub(super) fn delay(failures: u32, wished: Option<u32>, jitter: f64) -> u32 {
    let doubled = FIRST_MILLIS.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(MAX_MILLIS);
    let wished = wished.unwrap_or(0).saturating_mul(1000).min(10 * MAX_MILLIS);
    with_jitter(doubled.max(wished), jitter)
}

/// Up to half as much again.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "half of at most five minutes")]
fn with_jitter(millis: u32, jitter: f64) -> u32 {
    millis + (f64::from(millis) * 0.5 * jitter.clamp(0.0, 1.0)) as u32
}

#[cfg(test)]
mod tests {
    use super::delay;

    #[test]
    fn the_wait_doubles_from_200_ms_to_30_s() {
        let waits: Vec<u32> = (1..=10).map(|failures| delay(failures, None, 0.0)).collect();
        assert_eq!(waits, [200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
        assert_eq!(delay(u32::MAX, None, 1.0), 45_000);
    }

    #[test]
    fn the_servers_wish_is_a_minimum_that_has_a_limit() {
        assert_eq!(delay(1, Some(5), 0.0), 5000);
        assert_eq!(delay(1, Some(u32::MAX), 0.0), 300_000);
    }
}
