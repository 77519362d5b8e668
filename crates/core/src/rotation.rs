//! The rules of refresh token rotation, as a pure function. The store reads the facts inside one write transaction,
//! calls [`decide`], and applies the decision before it commits.
//!
//! The rules are numbered as in `docs/protocol.md`. In a model of every interleaving of two and three tabs
//! (`tests/model` of `hallpass-leptos`) they revoke no session of an honest user, and a thief with a spent token gets at most
//! one renewal. The exception is a thief who renews within the grace period after every renewal of the owner, and keeps
//! access until the session ends.

use std::time::Duration;

use hallpass_types::EndReason;

use super::clock::Timestamp;

/// The facts of one refresh.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Time of the request.
    pub now: Timestamp,
    /// `REFRESH_REUSE_GRACE`; zero switches rules 3 and 4 off.
    pub grace: Duration,
    /// Whether a renewal issues a new refresh token.
    pub mode: RotationMode,
    /// The state of the session.
    pub session: SessionFacts,
    /// The presented token.
    pub presented: Presented,
    /// The status of the session's user.
    pub user: UserStatus,
}

/// The effect of a rotation, from `ROTATE_REFRESH_TOKENS` and `BLACKLIST_AFTER_ROTATION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationMode {
    /// Issue a successor and spend the old token.
    RotateAndBlacklist,
    /// Issue a successor; the old token stays valid.
    Rotate,
    /// Issue no successor; the token stays valid.
    Keep,
}

/// The state of a session.
#[derive(Clone, Copy, Debug)]
pub struct SessionFacts {
    /// *c*: the generation of the current refresh token.
    pub generation: u32,
    /// The highest generation of which a token was seen in use.
    pub last_seen_generation: u32,
    /// The latest end of the session.
    pub ends_at: Timestamp,
    /// The reason the session ended, if it has.
    pub ended: Option<EndReason>,
}

/// The presented refresh token.
#[derive(Clone, Copy, Debug)]
pub struct Presented {
    /// *g*: its generation.
    pub generation: u32,
    /// The start of its grace period, if it was spent. In a session that has not ended, only a rotation spends tokens.
    pub spent_at: Option<Timestamp>,
}

/// Whether a user may be signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserStatus {
    /// The user may sign in.
    Active,
    /// The user may not sign in.
    Inactive,
    /// The password changed after the token was issued (`CHECK_REVOKE_TOKEN`).
    PasswordChanged,
    /// The user does not exist.
    Gone,
}

/// The decision about a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Renew the session by this rule.
    Renew(Rule),
    /// Reject the token, without a change of the session.
    Refuse(Refusal),
    /// Revoke the session: a spent token was presented again, or one of a generation that does not exist yet.
    Reuse,
}

/// The rule by which a session is renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Issue the next generation, and spend the presented token if it is to be blacklisted.
    Rotate,
    /// Issue only an access token; the presented token stays valid.
    Keep,
    /// Issue the current refresh token again, with the same claims.
    Reissue,
    /// Issue it again because the first reply was lost. The grace of the presented token restarts, since
    /// other tabs may still present it.
    Recover,
}

/// The reason to reject a refresh before the rules of rotation apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The session has ended.
    Ended(EndReason),
    /// The session is past its maximum lifetime.
    PastEnd,
    /// The user is inactive or does not exist.
    NoActiveAccount,
    /// The password changed after the token was issued.
    PasswordChanged,
}

/// Decides a refresh.
pub fn decide(facts: &Facts) -> Decision {
    let Facts { now, grace, mode, session, presented, user } = *facts;

    // Rule 1, before all others: nothing is issued once the session has ended or expired, or for a user who may not sign
    // in.
    if let Some(reason) = session.ended {
        return Decision::Refuse(Refusal::Ended(reason));
    }
    match user {
        UserStatus::Active => {}
        UserStatus::Inactive | UserStatus::Gone => return Decision::Refuse(Refusal::NoActiveAccount),
        UserStatus::PasswordChanged => return Decision::Refuse(Refusal::PasswordChanged),
    }
    if now >= session.ends_at {
        return Decision::Refuse(Refusal::PastEnd);
    }

    // Rule 2. A token that was not spent rotates. With `BLACKLIST_AFTER_ROTATION = false` it can be an older one.
    let is_older = presented.generation < session.generation;
    let is_current = presented.generation == session.generation;
    let Some(spent_at) = presented.spent_at else {
        return match mode {
            _ if !is_current && !is_older => Decision::Reuse,
            RotationMode::Keep => Decision::Renew(Rule::Keep),
            RotationMode::Rotate | RotationMode::RotateAndBlacklist => Decision::Renew(Rule::Rotate),
        };
    };

    // Rule 3. Two tabs, a retry, a double click: all receive the same successor. Setting the clock back must not extend the
    // grace, hence the absolute distance.
    let has_grace = !grace.is_zero();
    if is_older && has_grace && now.apart(spent_at) <= grace {
        return Decision::Renew(Rule::Reissue);
    }

    // Rule 4. The reply was lost, or a laptop was closed during the refresh: no token of the
    // current generation has been used. There is no time limit.
    let is_parent = presented.generation.checked_add(1) == Some(session.generation);
    if is_parent && has_grace && session.last_seen_generation < session.generation {
        return Decision::Renew(Rule::Recover);
    }

    // Rule 5 (RFC 9700 §4.14.2).
    Decision::Reuse
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hallpass_types::EndReason;

    use super::{Decision, Facts, Presented, Refusal, RotationMode, Rule, SessionFacts, UserStatus, decide};
    use crate::clock::Timestamp;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    const GRACE: Duration = Duration::from_secs(30);

    /// A session at generation 5, all of it seen in use, and its current token.
    fn facts() -> Facts {
        Facts {
            now: NOW,
            grace: GRACE,
            mode: RotationMode::RotateAndBlacklist,
            session: SessionFacts {
                generation: 5,
                last_seen_generation: 5,
                ends_at: NOW + Duration::from_mins(1),
                ended: None,
            },
            presented: Presented { generation: 5, spent_at: None },
            user: UserStatus::Active,
        }
    }

    fn spent(generation: u32, ago: Duration) -> Facts {
        Facts { presented: Presented { generation, spent_at: Some(NOW - ago) }, ..facts() }
    }

    #[test]
    fn the_current_token_rotates() {
        assert_eq!(decide(&facts()), Decision::Renew(Rule::Rotate));
    }

    #[test]
    fn a_token_spent_within_the_grace_gets_the_current_one() {
        assert_eq!(decide(&spent(4, GRACE)), Decision::Renew(Rule::Reissue));
        assert_eq!(decide(&spent(1, GRACE)), Decision::Renew(Rule::Reissue), "however many rotations ago");
        assert_eq!(decide(&spent(4, GRACE + Duration::from_millis(1))), Decision::Reuse);
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_extend_the_grace() {
        let spent_ahead = |by: Duration| {
            let mut facts = facts();
            facts.presented = Presented { generation: 4, spent_at: Some(NOW + by) };
            decide(&facts)
        };
        assert_eq!(spent_ahead(GRACE), Decision::Renew(Rule::Reissue));
        assert_eq!(spent_ahead(GRACE + Duration::from_millis(1)), Decision::Reuse);
        assert_eq!(spent_ahead(Duration::from_hours(24)), Decision::Reuse);
    }

    #[test]
    fn a_lost_reply_is_repeated_however_late() {
        let mut late = spent(4, Duration::from_secs(50_000));
        late.session.last_seen_generation = 4;
        assert_eq!(decide(&late), Decision::Renew(Rule::Recover));
        late.session.last_seen_generation = 5;
        assert_eq!(decide(&late), Decision::Reuse, "the successor was seen in use");
        let mut grandparent = spent(3, Duration::from_secs(50_000));
        grandparent.session.last_seen_generation = 4;
        assert_eq!(decide(&grandparent), Decision::Reuse);
    }

    #[test]
    fn without_grace_every_replay_is_reuse() {
        let mut replay = spent(4, Duration::ZERO);
        replay.grace = Duration::ZERO;
        replay.session.last_seen_generation = 4;
        assert_eq!(decide(&replay), Decision::Reuse);
    }

    #[test]
    fn a_token_stays_valid_where_tokens_do_not_rotate() {
        assert_eq!(decide(&Facts { mode: RotationMode::Keep, ..facts() }), Decision::Renew(Rule::Keep));
    }

    #[test]
    fn an_older_token_that_was_never_spent_still_rotates() {
        let mut older = facts();
        older.presented.generation = 2;
        assert_eq!(decide(&older), Decision::Renew(Rule::Rotate));
    }

    #[test]
    fn a_token_of_a_future_generation_is_reuse() {
        let mut ahead = facts();
        ahead.presented.generation = 6;
        assert_eq!(decide(&ahead), Decision::Reuse);
    }

    #[test]
    fn the_end_of_a_session_precedes_every_other_rule() {
        type End = fn(&mut Facts);
        let ways: [(Refusal, End); 5] = [
            (Refusal::Ended(EndReason::Revoked), |f| f.session.ended = Some(EndReason::Revoked)),
            (Refusal::PastEnd, |f| f.session.ends_at = NOW),
            (Refusal::NoActiveAccount, |f| f.user = UserStatus::Inactive),
            (Refusal::NoActiveAccount, |f| f.user = UserStatus::Gone),
            (Refusal::PasswordChanged, |f| f.user = UserStatus::PasswordChanged),
        ];
        for (refusal, end) in ways {
            for mut over in [facts(), spent(4, Duration::ZERO), spent(1, Duration::from_secs(500))] {
                end(&mut over);
                assert_eq!(decide(&over), Decision::Refuse(refusal));
            }
        }
    }
}
