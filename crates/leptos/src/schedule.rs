//! Renewal times, computed on the server's clock: a wrong device clock causes neither a storm of requests nor trust
//! in an expired token.

use hallpass_types::{SessionClaims, millis};

/// Clock skew below this is network latency, milliseconds. For tokens that live less than twice as long: half of
/// their lifetime.
const SKEW_TOLERANCE: i64 = 7_000;

/// Minimum time between renewal and expiry, if the token's lifetime allows, milliseconds.
const MIN_LEAD: i64 = 60_000;

/// The lead of the server's clock over the device's, milliseconds: the token's `iat`, in whole seconds, compared
/// with the middle of the round trip. Both arguments are milliseconds on the device's clock.
pub fn skew(claims: &SessionClaims, sent_at: i64, received_at: i64) -> i64 {
    let middle = sent_at + (received_at - sent_at) / 2;
    let skew = millis(claims.iat).saturating_add(500).saturating_sub(middle);
    if skew.saturating_abs() < SKEW_TOLERANCE.min(life(claims) / 2) { 0 } else { skew }
}

/// The token's lifetime, milliseconds.
fn life(claims: &SessionClaims) -> i64 {
    millis(claims.exp.saturating_sub(claims.iat).max(0))
}

/// The time for which a pair that just arrived is considered valid whatever the clocks say: a quarter of its lifetime.
/// Bounds the request rate under any clock error.
pub fn cooldown(claims: &SessionClaims, since_arrival: i64) -> i64 {
    let quarter = life(claims) / 4;
    if (0..quarter).contains(&since_arrival) { quarter - since_arrival } else { 0 }
}

/// Time until the token expires, milliseconds; negative afterwards. `now` is the device's clock.
pub fn remaining(claims: &SessionClaims, skew: i64, now: i64) -> i64 {
    millis(claims.exp).saturating_sub(now.saturating_add(skew))
}

/// Time until the token should be renewed, milliseconds; zero when due. Due when less than a minute or a fifth of the
/// lifetime is left, whichever is more, but not before half of it has passed. `jitter`, from 0 to 1, delays it by up
/// to a tenth of the lifetime, so that tabs do not all ask at once.
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

    use super::{cooldown, remaining, renew_in, skew};

    fn claims(iat: i64, exp: i64) -> SessionClaims {
        SessionClaims { exp, iat, ..SessionClaims::default() }
    }

    #[test]
    fn a_five_minute_token_is_renewed_a_minute_before_it_expires() {
        assert_eq!(renew_in(&claims(0, 300), 0, 0, 0.0), 240_000);
        assert_eq!(renew_in(&claims(0, 300), 0, 240_000, 0.0), 0);
    }

    #[test]
    fn a_long_token_is_renewed_after_four_fifths_and_a_short_one_after_half_its_lifetime() {
        assert_eq!(renew_in(&claims(0, 3600), 0, 0, 0.0), 2_880_000);
        assert_eq!(renew_in(&claims(0, 2), 0, 0, 0.0), 1000);
    }

    #[test]
    fn jitter_delays_the_renewal_but_not_past_the_expiry() {
        for (life, jitter) in [(2, 1.0), (300, 0.5), (3600, 1.0), (300, 7.0)] {
            let token = claims(0, life);
            let plain = renew_in(&token, 0, 0, 0.0);
            let delayed = renew_in(&token, 0, 0, jitter);
            assert!(delayed >= plain && delayed < life * 1000, "{life} {jitter}");
        }
    }

    #[test]
    fn a_wrong_device_clock_is_corrected_but_latency_is_not() {
        let token = claims(1000, 1300);
        assert_eq!(skew(&token, 400_000, 400_100), 600_450);
        assert_eq!(skew(&token, 1_600_000, 1_600_000), -599_500);
        assert_eq!(skew(&token, 1_000_000, 1_012_000), 0);
        assert_eq!(remaining(&token, 600_000, 400_000), 300_000);
    }

    #[test]
    fn a_small_skew_is_corrected_for_a_short_token() {
        assert_eq!(skew(&claims(1000, 1300), 1_005_000, 1_005_000), 0);
        assert_eq!(skew(&claims(1000, 1002), 1_005_000, 1_005_000), -4500);
        assert_eq!(skew(&claims(1000, 1002), 1_000_900, 1_000_950), 0);
    }

    #[test]
    fn extreme_times_saturate() {
        for (iat, exp) in [(0, i64::MAX), (i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (i64::MIN, 0)] {
            let token = claims(iat, exp);
            let skew = skew(&token, 1000, 1000);
            assert_eq!(remaining(&token, 0, 1000) > 0, exp > 0, "{iat} {exp}");
            assert!(renew_in(&token, skew, 1000, 1.0) >= 0, "{iat} {exp}");
        }
    }

    #[test]
    fn a_new_pair_is_left_alone_for_a_quarter_of_its_lifetime() {
        assert_eq!(cooldown(&claims(0, 300), 0), 75_000);
        assert_eq!(cooldown(&claims(0, 300), 74_999), 1);
        assert_eq!(cooldown(&claims(0, 300), 75_000), 0);
        assert_eq!(cooldown(&claims(0, 300), -1), 0);
    }
}
