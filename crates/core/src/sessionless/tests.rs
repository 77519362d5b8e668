use std::{sync::Arc, time::Duration};

use hallpass_types::EndReason;

use super::{Check, Facts, Owner, Record, Rejection, Verdict};
use crate::{
    clock::Timestamp,
    id::{Jti, UserId},
    policy::{AccountRule, DefaultPolicy},
    session::SessionEnd,
    settings::Settings,
    user::{StoredCredentials, UserKey},
};

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const SECOND: Duration = Duration::from_secs(1);

fn rule() -> AccountRule {
    let settings = Arc::new(Settings::with_signing_key(vec![7; 32].into()));
    AccountRule { policy: Arc::new(DefaultPolicy), settings, fingerprint: None }
}

fn check(issued_at: Option<Timestamp>, rule: Option<AccountRule>) -> Check {
    Check { user: Some(UserKey::Id(UserId(1))), jti: Some(Jti::from_text("x")), issued_at, now: NOW, rule }
}

fn owner(is_active: bool, accepts_from: Timestamp) -> Owner {
    Owner::Known { account: StoredCredentials::example(is_active), accepts_from }
}

fn session(user: i64, is_blacklisted: bool, end: Option<SessionEnd>, ends_at: Timestamp) -> Record {
    Record::Session { user: UserId(user), is_blacklisted, end, ends_at }
}

fn rejection(check: &Check, owner: Owner, record: Record) -> Option<Rejection> {
    match check.decide(Facts { owner, record }) {
        Verdict::Good(_) => None,
        Verdict::Rejected(rejection) => Some(rejection),
    }
}

#[test]
fn each_fact_against_a_token_rejects_it() {
    let never = Timestamp::EPOCH;
    let end = SessionEnd { reason: EndReason::Revoked, at: NOW, by: None };
    let blacklisted = Some(Rejection::Blacklisted(None));
    let ended = Some(Rejection::Blacklisted(Some(end.clone())));
    let table = [
        ("good", owner(true, never), Record::None, None),
        ("not imported", Owner::NotImported, Record::None, Some(Rejection::NotImported)),
        ("not imported, blacklisted", Owner::NotImported, Record::Blacklisted, Some(Rejection::NotImported)),
        ("blacklisted", owner(true, never), Record::Blacklisted, blacklisted.clone()),
        ("of no account", Owner::Unknown, Record::None, Some(Rejection::NoAccount)),
        ("of an inactive user", owner(false, never), Record::None, Some(Rejection::Inactive)),
        ("issued before the end", owner(true, NOW), Record::None, blacklisted.clone()),
        ("refreshed here", owner(true, NOW), session(1, false, None, NOW + SECOND), None),
        ("spent here", owner(true, never), session(1, true, None, NOW), blacklisted),
        ("of a session that ended", owner(true, never), session(1, false, Some(end), NOW), ended),
        ("past its session's end", owner(true, never), session(1, false, None, NOW), Some(Rejection::PastEnd)),
        ("of another's session", owner(true, never), session(2, true, None, NOW), Some(Rejection::OtherUser)),
    ];
    let check = check(Some(NOW - SECOND), Some(rule()));
    for (name, owner, record, expected) in table {
        assert_eq!(rejection(&check, owner, record), expected, "{name}");
    }
}

#[test]
fn a_token_without_iat_is_older_than_every_revocation() {
    let table = [("revoked long ago", 1, true), ("never revoked", 0, false)];
    for (name, accepts_from, is_refused) in table {
        let owner = owner(true, Timestamp::from_millis(accepts_from));
        let refused = rejection(&check(None, Some(rule())), owner, Record::None);
        assert_eq!(refused.is_some(), is_refused, "{name}");
    }
}

#[test]
fn without_a_rule_only_an_import_and_a_revocation_reject_a_token() {
    let asked = check(Some(NOW), None);
    let never = Timestamp::EPOCH;
    assert_eq!(rejection(&asked, Owner::Unknown, Record::None), None);
    assert_eq!(rejection(&asked, owner(false, never), Record::None), None);
    assert_eq!(rejection(&asked, Owner::NotImported, Record::None), Some(Rejection::NotImported));
    let ended = owner(false, NOW + SECOND);
    assert_eq!(rejection(&asked, ended, Record::None), Some(Rejection::Blacklisted(None)));
}
