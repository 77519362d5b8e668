use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{Limiter, Limits, Network, Rate};
use crate::auth::{
    Error,
    clock::{Clock, Timestamp},
};

/// Milliseconds that pass when they are told to.
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

/// Fails to sign in.
fn fail(limiter: &Limiter, from: Option<Network>) -> Option<Duration> {
    wait(limiter.begin_attempt("ada", from).map(drop))
}

/// Signs in, if that is not too often.
fn succeed(limiter: &Limiter, from: Option<Network>) -> Option<Duration> {
    wait(limiter.begin_attempt("ada", from).map(|attempt| attempt.settle(&Ok(()))))
}

#[test]
fn as_many_as_a_rate_says_come_at_once_and_then_one_at_a_time() {
    let (limiter, watch) = limiter(&Limits { register_per_address: Some(Rate::per_minute(6)), ..Limits::OFF });
    let waits: Vec<_> = (0..7).map(|_| wait(limiter.register(HOME)).map(|wait| wait.as_secs())).collect();
    assert_eq!(waits, [None, None, None, None, None, None, Some(10)]);
    assert_eq!(wait(limiter.register(ELSEWHERE)), None, "another address has its own");
    watch.0.fetch_add(10_000, Ordering::SeqCst);
    assert_eq!(wait(limiter.register(HOME)), None);
    assert!(wait(limiter.register(HOME)).is_some());
}

#[test]
fn who_fails_too_often_waits_and_the_owner_gets_in_from_elsewhere() {
    let (limiter, _) = limiter(&Limits::default());
    let waits = (0..100).filter_map(|_| fail(&limiter, ELSEWHERE)).count();
    assert_eq!(waits, 94, "five failures are free, and the sixth makes the others wait");
    assert_eq!(succeed(&limiter, HOME), None);
    assert!(succeed(&limiter, ELSEWHERE).is_some(), "a good password does not get past the wait");
}

#[test]
fn a_crowd_of_strangers_cannot_keep_out_an_owner_who_was_here_before() {
    let (limiter, _) = limiter(&Limits::default());
    assert_eq!(succeed(&limiter, HOME), None);
    let admitted = (0..1000).filter(|number| fail(&limiter, Some(Network::V4(2000 + number))).is_none()).count();
    assert_eq!(admitted, 59, "all of them together have what is left of the account's rate");
    assert_eq!(succeed(&limiter, HOME), None);
}

#[test]
fn a_success_clears_what_failed_before_it() {
    let limits = Limits { free_failures: Some(2), ..Limits::OFF };
    let (limiter, _) = limiter(&limits);
    for _ in 0..3 {
        assert_eq!((fail(&limiter, HOME), fail(&limiter, HOME)), (None, None));
        assert_eq!(succeed(&limiter, HOME), None);
    }
}

#[test]
fn a_sign_in_that_was_not_looked_at_does_not_count_as_failed() {
    let (limiter, _) = limiter(&Limits { free_failures: Some(0), ..Limits::OFF });
    for _ in 0..3 {
        let attempt = limiter.begin_attempt("ada", HOME).expect("it is time");
        attempt.settle(&Err::<(), _>(Error::Unavailable { retry_after: Duration::ZERO, cause: None }));
    }
    assert_eq!(fail(&limiter, HOME), None);
    assert_eq!(fail(&limiter, HOME), Some(Duration::from_secs(1)));
}

#[test]
fn refusals_beyond_the_rate_are_told_to_wait_and_nothing_else() {
    let (limiter, _) = limiter(&Limits { refused_refresh_per_address: Some(Rate::per_minute(1)), ..Limits::OFF });
    assert!(matches!(limiter.refuse(Error::Blacklisted(None), HOME), Error::Blacklisted(None)));
    assert!(matches!(limiter.refuse(Error::Blacklisted(None), HOME), Error::TooMany { .. }));
    assert!(matches!(limiter.refuse(Error::Blacklisted(None), ELSEWHERE), Error::Blacklisted(None)));
    let broken = Error::Unavailable { retry_after: Duration::ZERO, cause: None };
    assert!(matches!(limiter.refuse(broken, HOME), Error::Unavailable { .. }), "that is no refusal");
}

#[test]
fn nothing_is_limited_when_limits_are_off() {
    let (limiter, _) = limiter(&Limits::OFF);
    assert!((0..1000).all(|_| fail(&limiter, HOME).is_none() && wait(limiter.register(HOME)).is_none()));
}
