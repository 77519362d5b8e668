//! Keys that are fetched from an issuer: when they are fetched, and what a failed fetch changes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use futures::{FutureExt, future::join_all};
use hallpass_core::keys::{Key, generate};
use hallpass_verify::{Algorithm, FetchKeys, Jws, KeysUnavailable, RemoteKeys, Timestamp, jws::Header};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

/// An issuer that counts how often it is asked; `None` is out of reach. It answers one request for each permit.
struct Issuer {
    answers: std::sync::Mutex<Option<Value>>,
    asked: AtomicUsize,
    permits: Semaphore,
}

#[async_trait]
impl FetchKeys for Issuer {
    async fn fetch(&self) -> Result<Value, String> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        self.permits.acquire().await.expect("an open semaphore").forget();
        self.answers.lock().expect("the answer").clone().ok_or_else(|| "out of reach".to_owned())
    }
}

fn issuer(answer: Option<Value>) -> (Arc<Issuer>, RemoteKeys) {
    issuer_with(answer, Semaphore::MAX_PERMITS)
}

fn issuer_with(answer: Option<Value>, permits: usize) -> (Arc<Issuer>, RemoteKeys) {
    let permits = Semaphore::new(permits);
    let issuer = Arc::new(Issuer { answers: answer.into(), asked: AtomicUsize::new(0), permits });
    (issuer.clone(), RemoteKeys::new(issuer, &[Algorithm::ES256]))
}

fn key() -> Key {
    Key::new(Algorithm::ES256, &generate(Algorithm::ES256).expect("a key"), None).expect("a good key")
}

fn set(keys: &[&Key]) -> Value {
    json!({ "keys": keys.iter().map(|key| key.public_jwk().expect("a public half")).collect::<Vec<_>>() })
}

fn header(json: &str) -> Header {
    serde_json::from_str(json).expect("a header")
}

fn named(id: &str) -> Header {
    header(&json!({ "alg": "ES256", "kid": id }).to_string())
}

#[tokio::test]
async fn many_unknown_kids_cause_one_fetch() {
    let (issuer, remote) = issuer(Some(set(&[&key()])));
    for name in 0..1000 {
        assert_eq!(remote.learn(&named(&name.to_string()), NOW).await, Ok(()));
    }
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 1);
    let learn = async |name: &str, at| remote.learn(&named(name), at).await.expect("a healthy issuer");
    learn("another", NOW + Duration::from_secs(5)).await;
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 2);
    learn("one more", NOW - Duration::from_hours(1)).await;
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 3, "a clock that was set back is waited for by nobody");
}

#[tokio::test]
async fn a_known_kid_another_algorithm_or_no_kid_causes_no_fetch() {
    let key = key();
    let (issuer, remote) = issuer(Some(set(&[&key])));
    remote.renew(NOW).await;
    let later = NOW + Duration::from_hours(1);
    for header in
        [named(key.id().expect("an id")), header(r#"{"alg":"ES384","kid":"x"}"#), header(r#"{"alg":"ES256"}"#)]
    {
        assert_eq!(remote.learn(&header, later).await, Ok(()));
    }
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_failed_fetch_keeps_the_old_keys_and_a_successful_one_replaces_them() {
    let (old, new) = (key(), key());
    let (issuer, remote) = issuer(Some(set(&[&old])));
    remote.renew(NOW).await;
    let verifies = |key: &Key| {
        let signature = key.sign("e30.e30");
        let token = format!("e30.e30.{signature}");
        remote.verify(&Jws::parse(&token).expect("three parts"), &named(key.id().expect("an id"))).is_ok()
    };
    assert!(verifies(&old) && !verifies(&new));
    for bad in [None, Some(json!("nonsense")), Some(json!({ "keys": [] }))] {
        *issuer.answers.lock().expect("the answer") = bad;
        remote.renew(NOW).await;
        assert!(verifies(&old));
    }
    *issuer.answers.lock().expect("the answer") = Some(set(&[&new]));
    remote.renew(NOW).await;
    assert!(!verifies(&old) && verifies(&new));
}

/// Twenty tokens that name `id`, while a fetch is in progress that then ends.
async fn learn_during_a_fetch(issuer: &Issuer, remote: &RemoteKeys, id: &str) -> Vec<Result<(), KeysUnavailable>> {
    let header = named(id);
    let mut renewal = Box::pin(remote.renew(NOW));
    assert_eq!((&mut renewal).now_or_never(), None, "the issuer has not answered");
    // The request that began the fetch is gone.
    drop(renewal);
    let mut waiting = join_all((0..20).map(|_| remote.learn(&header, NOW)));
    for _ in 0..10 {
        assert_eq!((&mut waiting).now_or_never(), None);
        tokio::task::yield_now().await;
    }
    issuer.permits.add_permits(1);
    waiting.await
}

#[tokio::test]
async fn tokens_wait_for_the_fetch_in_progress() {
    let key = key();
    let (issuer, remote) = issuer_with(Some(set(&[&key])), 0);
    let learned = learn_during_a_fetch(&issuer, &remote, key.id().expect("an id")).await;
    assert_eq!(learned, [Ok(()); 20]);
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn tokens_cannot_be_judged_after_a_fetch_that_failed() {
    let (issuer, remote) = issuer_with(None, 0);
    let learned = learn_during_a_fetch(&issuer, &remote, "unknown").await;
    assert_eq!(learned, [Err(KeysUnavailable); 20]);
    assert_eq!(issuer.asked.load(Ordering::SeqCst), 1);
}
