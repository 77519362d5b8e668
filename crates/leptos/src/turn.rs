//! Coordinates the tabs that renew one pair, by the server's grace period for spent refresh tokens. All times are
//! milliseconds.

/// The time for which a tab waits for the lock holder before it asks in parallel, if the grace period allows that. The lock
/// holder keeps the lock for as long after its write, since other tabs may read stale storage.
pub const LOCK_WAIT: u32 = 2_000;

/// Maximum age of an accepted reply when the grace period allows another request.
const MAX_REPLY_AGE: i64 = 25_000;

/// Whether a tab may ask although the lock holder has asked with the same token. The holder's request may have taken
/// up to its timeout, and the token may have been spent at its beginning.
pub const fn may_send_in_parallel(grace: i64) -> bool {
    grace > MAX_REPLY_AGE
}

/// Whether a reply of this age must be dropped. The device slept meanwhile, and other tabs may have used, or be about
/// to use, the same token. Without a grace period none of them was answered, and another request would end the
/// session.
pub const fn is_too_old(age: i64, grace: i64) -> bool {
    grace > 0 && age > MAX_REPLY_AGE
}

#[cfg(test)]
mod tests {
    use super::{is_too_old, may_send_in_parallel};

    #[test]
    fn two_tabs_ask_with_one_token_only_if_the_grace_outlasts_a_request() {
        for (grace, may) in [(0, false), (1_000, false), (25_000, false), (30_000, true), (300_000, true)] {
            assert_eq!(may_send_in_parallel(grace), may, "{grace}");
        }
    }

    #[test]
    fn an_old_reply_is_dropped_only_within_the_grace() {
        assert!(is_too_old(25_001, 30_000));
        assert!(!is_too_old(25_000, 30_000));
        assert!(!is_too_old(3_600_000, 0));
    }
}
