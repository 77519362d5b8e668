use std::{
    hash::BuildHasher,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::FutureExt;

use super::{Attempt, Limiter, Limits, Network, Rate};
use crate::{
    Error,
    clock::{Clock, Timestamp},
};

/// A clock that the test advances, in milliseconds.
#[derive(Default)]
struct Watch(AtomicU64);

impl Clock for Watch {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(0)
    }

    fn elapsed(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
}

fn limiter(limits: &Limits) -> (Limiter, Arc<Watch>) {
    let watch = Arc::new(Watch::default());
    let clock: Arc<dyn Clock> = watch.clone();
    (Limiter::new(limits, &clock), watch)
}

const HOME: Option<Network> = Some(Network::V4(1));

const ELSEWHERE: Option<Network> = Some(Network::V4(1000));

fn wait(outcome: Result<(), Error>) -> Option<Duration> {
    match outcome {
        Ok(()) => None,
        Err(Error::TooMany { retry_after }) => Some(retry_after),
        Err(other) => panic!("{other:?}"),
    }
}

/// Begins an attempt that has no other to wait for.
fn begin<'l>(limiter: &'l Limiter, username: &str, from: Option<Network>) -> Result<Attempt<'l>, Error> {
    limiter.begin_attempt(username, from).now_or_never().expect("no attempt is in progress")
}

/// Fails to sign in.
fn fail(limiter: &Limiter, from: Option<Network>) -> Option<Duration> {
    wait(begin(limiter, "ada", from).map(drop))
}

/// Signs in, if that is not too often.
fn succeed(limiter: &Limiter, from: Option<Network>) -> Option<Duration> {
    wait(begin(limiter, "ada", from).map(|attempt| attempt.settle(&Ok(()))))
}

#[test]
fn a_rate_allows_a_burst_and_then_one_at_a_time() {
    let (limiter, watch) = limiter(&Limits { register_per_address: Some(Rate::per_minute(6)), ..Limits::OFF });
    let waits: Vec<_> = (0..7).map(|_| wait(limiter.register(HOME)).map(|wait| wait.as_secs())).collect();
    assert_eq!(waits, [None, None, None, None, None, None, Some(10)]);
    assert_eq!(wait(limiter.register(ELSEWHERE)), None, "another address has its own");
    watch.0.fetch_add(10_000, Ordering::SeqCst);
    assert_eq!(wait(limiter.register(HOME)), None);
    assert!(wait(limiter.register(HOME)).is_some());
}

#[test]
fn repeated_failures_delay_one_network_and_not_the_owner_elsewhere() {
    let (limiter, _) = limiter(&Limits::default());
    let waits = (0..100).filter_map(|_| fail(&limiter, ELSEWHERE)).count();
    assert_eq!(waits, 94, "five failures are free, and the sixth makes the others wait");
    assert_eq!(succeed(&limiter, HOME), None);
    assert!(succeed(&limiter, ELSEWHERE).is_some(), "a good password does not get past the wait");
}

#[test]
fn attempts_from_unknown_networks_do_not_lock_out_a_known_one() {
    let (limiter, _) = limiter(&Limits::default());
    assert_eq!(succeed(&limiter, HOME), None);
    let admitted = (0..1000).filter(|number| fail(&limiter, Some(Network::V4(2000 + number))).is_none()).count();
    assert_eq!(admitted, 59, "all of them together have what is left of the account's rate");
    assert_eq!(succeed(&limiter, HOME), None);
}

/// More networks than any table has keys, all of one IPv6 /48.
fn flood() -> impl Iterator<Item = Option<Network>> {
    (0..65_600).map(|subnet| Some(Network::V6(0x2001_0db8_0001_0000 + subnet)))
}

#[test]
fn a_flood_for_one_username_does_not_lock_out_a_known_network() {
    let (limiter, _) = limiter(&Limits::default());
    assert_eq!(succeed(&limiter, HOME), None);
    flood().for_each(|network| drop(begin(&limiter, "ada", network)));
    for _ in 0..8 {
        assert_eq!(succeed(&limiter, HOME), None);
    }
}

#[test]
fn a_flood_over_many_usernames_does_not_lock_out_a_known_network() {
    let (limiter, _) = limiter(&Limits::default());
    assert_eq!(succeed(&limiter, HOME), None);
    let admitted = flood().enumerate().filter(|(number, network)| {
        let attempt = begin(&limiter, &format!("name {number}"), *network);
        attempt.map(|attempt| attempt.settle::<()>(&Err(Error::NoActiveAccount))).is_ok()
    });
    assert!(admitted.count() > 65_000, "they are verified, and fail");
    for _ in 0..8 {
        assert_eq!(succeed(&limiter, HOME), None);
    }
}

#[test]
fn a_flood_from_many_networks_does_not_lock_out_a_known_network() {
    let (limiter, _) = limiter(&Limits { sign_in_per_address: Some(Rate::per_minute(2)), ..Limits::OFF });
    assert_eq!(succeed(&limiter, HOME), None);
    let strangers = (0..200_000).map(|number| Some(Network::V4(2000 + number)));
    let refused = strangers.filter(|network| begin(&limiter, "ada", *network).is_err()).count();
    assert!(refused > 100_000, "{refused} of those who share were refused");
    assert_eq!(succeed(&limiter, HOME), None);
}

#[test]
fn a_flood_over_many_usernames_does_not_end_the_wait_of_another_pair() {
    let (limiter, _) = limiter(&Limits::default());
    while fail(&limiter, ELSEWHERE).is_none() {}
    for (number, network) in flood().enumerate() {
        drop(begin(&limiter, &format!("name {number}"), network));
    }
    assert!(fail(&limiter, ELSEWHERE).is_some());
}

#[test]
fn successes_from_everywhere_to_one_account_evict_no_known_network_of_another() {
    let (limiter, _) = limiter(&Limits { free_failures: Some(5), ..Limits::OFF });
    assert_eq!(succeed(&limiter, HOME), None);
    for network in flood() {
        begin(&limiter, "mallory", network).expect("no limit").settle(&Ok(()));
    }
    let account = limiter.hasher.hash_one("ada");
    assert!(limiter.known.contains(account, HOME.expect("a network")));
}

#[test]
fn a_network_that_becomes_known_has_no_higher_rate_for_it() {
    let (limiter, _) = limiter(&Limits { sign_in_per_account: Some(Rate::per_minute(3)), ..Limits::OFF });
    let waits: Vec<_> = (0..4).map(|_| succeed(&limiter, HOME).is_some()).collect();
    assert_eq!(waits, [false, false, false, true]);
}

#[test]
fn a_success_clears_earlier_failures() {
    let limits = Limits { free_failures: Some(2), ..Limits::OFF };
    let (limiter, _) = limiter(&limits);
    for _ in 0..3 {
        assert_eq!((fail(&limiter, HOME), fail(&limiter, HOME)), (None, None));
        assert_eq!(succeed(&limiter, HOME), None);
    }
}

#[test]
fn an_attempt_without_a_password_check_is_not_counted_as_failed() {
    let (limiter, _) = limiter(&Limits { free_failures: Some(0), ..Limits::OFF });
    for _ in 0..3 {
        let attempt = begin(&limiter, "ada", HOME).expect("it is time");
        attempt.settle(&Err::<(), _>(Error::Unavailable { retry_after: Duration::ZERO, cause: None }));
    }
    assert_eq!(fail(&limiter, HOME), None);
    assert_eq!(fail(&limiter, HOME), Some(Duration::from_secs(1)));
}

#[test]
fn rejections_beyond_the_rate_become_too_many_requests() {
    let (limiter, _) = limiter(&Limits { refused_refresh_per_address: Some(Rate::per_minute(1)), ..Limits::OFF });
    assert!(matches!(limiter.reject_refresh(Error::Blacklisted(None), HOME), Error::Blacklisted(None)));
    assert!(matches!(limiter.reject_refresh(Error::Blacklisted(None), HOME), Error::TooMany { .. }));
    assert!(matches!(limiter.reject_refresh(Error::Blacklisted(None), ELSEWHERE), Error::Blacklisted(None)));
    let broken = Error::Unavailable { retry_after: Duration::ZERO, cause: None };
    assert!(matches!(limiter.reject_refresh(broken, HOME), Error::Unavailable { .. }), "that is no refusal");
}

#[test]
fn nothing_is_limited_when_limits_are_off() {
    let (limiter, _) = limiter(&Limits::OFF);
    assert!((0..1000).all(|_| fail(&limiter, HOME).is_none() && wait(limiter.register(HOME)).is_none()));
}
