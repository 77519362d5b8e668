//! The keys of another issuer (`JWK_URL`): fetched, kept, and asked for once more when a token names one
//! that is not among them. Where they come from is the operator's word alone, never a token's
//! (RFC 8725 §3.10). A fetch that fails keeps the old keys.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{Algorithm, KeySet};
use crate::{
    clock::Timestamp,
    jws::{Header, Jws},
};

/// How soon after a fetch an unknown name is worth another: a flood of them is no flood of fetches.
const FETCH_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Where the keys come from. Time and size of an answer are bounded there.
#[async_trait]
pub trait FetchKeys: Send + Sync {
    /// The JWK set, in JSON.
    ///
    /// # Errors
    /// Why there is none, for the operator.
    async fn fetch(&self) -> Result<serde_json::Value, String>;
}

/// The keys at `JWK_URL` could not be fetched, so a token that names an unknown key cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the keys of the other issuer cannot be fetched")]
pub struct KeysUnavailable;

impl KeysUnavailable {
    /// When the keys are fetched again at the earliest.
    pub const RETRY_AFTER: Duration = FETCH_AGAIN_AFTER;
}

/// The other issuer's keys, as of the last successful fetch.
pub struct RemoteKeys {
    source: Arc<dyn FetchKeys>,
    algorithm: Algorithm,
    keys: Arc<RwLock<Arc<KeySet>>>,
    /// A fetch holds the lock, so the tasks that need its keys wait for it.
    last_fetch: Arc<Mutex<Option<Fetch>>>,
}

/// A fetch that has ended.
#[derive(Clone, Copy)]
struct Fetch {
    begun_at: Timestamp,
    has_failed: bool,
}

impl RemoteKeys {
    /// Keys for one algorithm, none of which is known yet.
    pub fn new(source: Arc<dyn FetchKeys>, algorithm: Algorithm) -> Self {
        Self { source, algorithm, keys: Arc::default(), last_fetch: Arc::default() }
    }

    /// Whether the signature is by a key of the name that the token gives. A token without a name is
    /// nobody's (Simple JWT: `get_signing_key_from_jwt`).
    pub fn verifies(&self, jws: &Jws<'_>, header: &Header) -> bool {
        let keys = self.keys();
        header.kid.as_deref().is_some_and(|id| keys.has(id)) && keys.verify(jws, header).is_ok()
    }

    /// Fetches the keys if the header names an unknown one, unless they were fetched less than five seconds ago. Waits
    /// for a fetch in progress.
    ///
    /// # Errors
    /// When the key is still unknown and the last fetch failed.
    pub async fn learn(&self, header: &Header, now: Timestamp) -> Result<(), KeysUnavailable> {
        let Some(id) = header.kid.as_deref().filter(|_| header.algorithm() == Ok(self.algorithm)) else {
            return Ok(());
        };
        if self.keys().has(id) {
            return Ok(());
        }
        let last = self.last_fetch.clone().lock_owned().await;
        if self.keys().has(id) {
            return Ok(());
        }
        let has_failed = match *last {
            Some(last) if now.apart(last.begun_at) < FETCH_AGAIN_AFTER => last.has_failed,
            Some(_) | None => self.fetch(last, now).await,
        };
        if has_failed && !self.keys().has(id) { Err(KeysUnavailable) } else { Ok(()) }
    }

    /// Fetches the keys, so that a key that the issuer removed is not accepted for ever.
    pub async fn renew(&self, now: Timestamp) {
        let last = self.last_fetch.clone().lock_owned().await;
        self.fetch(last, now).await;
    }

    /// Returns whether the fetch failed. It runs to its end, with the lock, even when its request is cancelled.
    async fn fetch(&self, mut last: OwnedMutexGuard<Option<Fetch>>, now: Timestamp) -> bool {
        let fetching = fetch(self.source.clone(), self.algorithm, self.keys.clone());
        let fetched = tokio::spawn(async move {
            *last = Some(Fetch { begun_at: now, has_failed: true });
            let has_failed = !fetching.await;
            *last = Some(Fetch { begun_at: now, has_failed });
            has_failed
        });
        fetched.await.unwrap_or(true)
    }

    fn keys(&self) -> Arc<KeySet> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Replaces the known keys. Returns whether there were any to replace them by.
async fn fetch(source: Arc<dyn FetchKeys>, algorithm: Algorithm, known: Arc<RwLock<Arc<KeySet>>>) -> bool {
    let fetched = source.fetch().await.and_then(|json| KeySet::read(&json).map_err(|fault| fault.to_string()));
    match fetched.map(|keys| keys.limited_to(algorithm)) {
        Ok(keys) if keys.is_empty() => {
            tracing::warn!("the issuer at jwk_url has no key that can be used: the old ones are kept");
            false
        }
        Ok(keys) => {
            *known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys);
            true
        }
        Err(problem) => {
            tracing::warn!(problem, "the keys at jwk_url were not fetched: the old ones are kept");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        time::Duration,
    };

    use async_trait::async_trait;
    use futures::{FutureExt, future::join_all};
    use serde_json::{Value, json};
    use tokio::sync::Semaphore;

    use super::{FetchKeys, KeysUnavailable, RemoteKeys};
    use crate::{
        clock::Timestamp,
        jws::{Header, Jws},
        keys::{Algorithm, Key, generate},
    };

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
        (issuer.clone(), RemoteKeys::new(issuer, Algorithm::ES256))
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
    async fn a_flood_of_unknown_names_is_no_flood_of_fetches() {
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
    async fn a_known_name_another_algorithm_and_no_name_are_no_reason_to_fetch() {
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
    async fn a_failing_fetch_keeps_the_old_keys_and_a_good_one_replaces_them() {
        let (old, new) = (key(), key());
        let (issuer, remote) = issuer(Some(set(&[&old])));
        remote.renew(NOW).await;
        let verifies = |key: &Key| {
            let signature = key.sign("e30.e30");
            let token = format!("e30.e30.{signature}");
            remote.verifies(&Jws::parse(&token).expect("three parts"), &named(key.id().expect("an id")))
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
        assert!(remote.keys().has(key.id().expect("an id")));
    }

    #[tokio::test]
    async fn tokens_cannot_be_judged_after_a_fetch_that_failed() {
        let (issuer, remote) = issuer_with(None, 0);
        let learned = learn_during_a_fetch(&issuer, &remote, "unknown").await;
        assert_eq!(learned, [Err(KeysUnavailable); 20]);
        assert_eq!(issuer.asked.load(Ordering::SeqCst), 1);
    }
}
