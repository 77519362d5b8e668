//! When a pair is renewed, judged on the server's clock: a wrong clock of the device neither storms
//! nor trusts a dead token.

use hallpass_types::SessionClaims;

/// Skews below this are the network's, not the clock's, milliseconds; for a token that lives less than
/// twice as long, those below half of its life.
const SKEW_TOLERANCE: i64 = 7_000;

/// At least so long before its end a token is renewed, if its life allows, milliseconds.
const MIN_LEAD: i64 = 60_000;

/// How far the server's clock is ahead of the device's, milliseconds: the token's `iat`, which is cut
/// to whole seconds, against the middle of the round trip that brought it. Both moments are
/// milliseconds of the device.
pub fn skew(claims: &SessionClaims, sent_at: i64, received_at: i64) -> i64 {
    let middle = sent_at + (received_at - sent_at) / 2;
    let skew = millis(claims.iat).saturating_add(500).saturating_sub(middle);
    if skew.saturating_abs() < SKEW_TOLERANCE.min(life(claims) / 2) { 0 } else { skew }
}

/// How long the token lives in all, milliseconds.
fn life(claims: &SessionClaims) -> i64 {
    millis(claims.exp.saturating_sub(claims.iat).max(0))
}

/// Seconds in milliseconds; those that are too many are as many as there can be.
const fn millis(seconds: i64) -> i64 {
    seconds.saturating_mul(1000)
}

/// How long a pair that arrived so long ago is still taken for good and left alone, whatever the clocks
/// say: a quarter of its life. A clock that is wrong in a way we did not think of must not become a
/// storm.
pub fn rest(claims: &SessionClaims, since_arrival: i64) -> i64 {
    let quarter = life(claims) / 4;
    if (0..quarter).contains(&since_arrival) { quarter - since_arrival } else { 0 }
}

/// How long until the token ends, milliseconds; negative when it has. `now` is the device's clock.
pub fn remaining(claims: &SessionClaims, skew: i64, now: i64) -> i64 {
    millis(claims.exp).saturating_sub(now.saturating_add(skew))
}

/// How long until the token should be renewed, milliseconds; zero when it is time. That is when less
/// than a minute or a fifth of its life is left, whichever is more, but never before half of it has
/// passed; `jitter`, from 0 to 1, delays it by up to a tenth of the life, so that tabs do not all ask
/// at once.
pub fn renew_in(claims: &SessionClaims, skew: i64, now: i64, jitter: f64) -> i64 {
    let life = life(claims);
    let lead = MIN_LEAD.max(life / 5);
    let due_left = lead.min(life / 2) - tenth(life, jitter);
    remaining(claims, skew, now).saturating_sub(due_left).max(0)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a share of a life in milliseconds")]
fn tenth(life: i64, jitter: f64) -> i64 {
    (life as f64 / 10.0 * jitter.clamp(0.0, 1.0)) as i64
}

#[cfg(test)]
mod tests {
    use hallpass_types::SessionClaims;

    use super::{remaining, renew_in, rest, skew};

    fn claims(iat: i64, exp: i64) -> SessionClaims {
        SessionClaims { exp, iat, sid: String::new(), generation: 0, username: None }
    }

    #[test]
    fn a_usual_token_is_renewed_a_minute_before_its_end() {
        assert_eq!(renew_in(&claims(0, 300), 0, 0, 0.0), 240_000);
        assert_eq!(renew_in(&claims(0, 300), 0, 240_000, 0.0), 0);
    }

    #[test]
    fn a_long_token_is_renewed_at_four_fifths_and_a_short_one_at_half() {
        assert_eq!(renew_in(&claims(0, 3600), 0, 0, 0.0), 2_880_000);
        assert_eq!(renew_in(&claims(0, 2), 0, 0, 0.0), 1000);
    }

    #[test]
    fn jitter_delays_and_never_past_the_end() {
        for (life, jitter) in [(2, 1.0), (300, 0.5), (3600, 1.0), (300, 7.0)] {
            let token = claims(0, life);
            let plain = renew_in(&token, 0, 0, 0.0);
            let delayed = renew_in(&token, 0, 0, jitter);
            assert!(delayed >= plain && delayed < life * 1000, "{life} {jitter}");
        }
    }

    #[test]
    fn a_wrong_device_clock_is_corrected_and_a_slow_network_is_not() {
        let token = claims(1000, 1300);
        assert_eq!(skew(&token, 400_000, 400_100), 600_450);
        assert_eq!(skew(&token, 1_600_000, 1_600_000), -599_500);
        assert_eq!(skew(&token, 1_000_000, 1_012_000), 0);
        assert_eq!(remaining(&token, 600_000, 400_000), 300_000);
    }

    #[test]
    fn for_a_short_token_a_small_skew_counts() {
        assert_eq!(skew(&claims(1000, 1300), 1_005_000, 1_005_000), 0);
        assert_eq!(skew(&claims(1000, 1002), 1_005_000, 1_005_000), -4500);
        assert_eq!(skew(&claims(1000, 1002), 1_000_900, 1_000_950), 0);
    }

    #[test]
    fn times_beyond_all_calendars_do_not_wrap() {
        for (iat, exp) in [(0, i64::MAX), (i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (i64::MIN, 0)] {
            let token = claims(iat, exp);
            let skew = skew(&token, 1000, 1000);
            assert_eq!(remaining(&token, 0, 1000) > 0, exp > 0, "{iat} {exp}");
            assert!(renew_in(&token, skew, 1000, 1.0) >= 0, "{iat} {exp}");
        }
    }

    #[test]
    fn a_pair_that_has_just_arrived_is_left_alone_for_a_quarter_of_its_life() {
        assert_eq!(rest(&claims(0, 300), 0), 75_000);
        assert_eq!(rest(&claims(0, 300), 74_999), 1);
        assert_eq!(rest(&claims(0, 300), 75_000), 0);
        assert_eq!(rest(&claims(0, 300), -1), 0);
    }
}
