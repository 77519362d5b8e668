//! How tabs take turns at renewing one pair, by the time for which the server accepts a spent refresh token: its
//! grace. All times are milliseconds.

/// How long a tab waits for the one that holds the lock before it asks as well, where the grace allows that. The
/// tab that renewed holds the lock as long: what one tab writes to storage, another may still read as it was.
pub(super) const PATIENCE: u32 = 2_000;

/// The oldest reply that is taken while the grace allows to ask again.
const MAX_REPLY_AGE: i64 = 25_000;

/// Whether a tab may ask while another one, which holds the lock, has asked with the same token. The other one's
/// request may have taken as long as any request may, and the token may be spent since its beginning.
pub(super) const fn may_ask_beside(grace: i64) -> bool {
    grace > MAX_REPLY_AGE
}

/// Whether a reply of this age is too old to be used. The device slept meanwhile, and other tabs may have asked with
/// the same token and may be about to. Without a grace none of them was answered, and asking again would end the
/// session.
pub(super) const fn is_too_old(age: i64, grace: i64) -> bool {
    grace > 0 && age > MAX_REPLY_AGE
}

#[cfg(test)]
mod tests {
    use super::{is_too_old, may_ask_beside};

    #[test]
    fn two_tabs_ask_with_one_token_only_where_the_grace_outlasts_a_request() {
        for (grace, may) in [(0, false), (1_000, false), (25_000, false), (30_000, true), (300_000, true)] {
            assert_eq!(may_ask_beside(grace), may, "{grace}");
        }
    }

    #[test]
    fn an_old_reply_is_thrown_away_only_where_asking_again_is_forgiven() {
        assert!(is_too_old(25_001, 30_000));
        assert!(!is_too_old(25_000, 30_000));
        assert!(!is_too_old(3_600_000, 0));
    }
}
