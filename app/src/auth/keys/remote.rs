//! The keys of another issuer (`JWK_URL`): fetched, kept, and asked for once more when a token names one
//! that is not among them. Where they come from is the operator's word alone, never a token's
//! (RFC 8725 §3.10). A fetch that fails keeps the old keys.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::Mutex;

use super::{Algorithm, KeySet};
use crate::auth::{
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

/// The other issuer's keys, as they were at the last fetch.
pub struct RemoteKeys {
    source: Arc<dyn FetchKeys>,
    algorithm: Algorithm,
    keys: Arc<RwLock<Arc<KeySet>>>,
    /// When the last fetch began. Who holds it is fetching; the others wait for that one.
    fetched_at: Mutex<Option<Timestamp>>,
}

impl RemoteKeys {
    /// Keys for one algorithm, none of which is known yet.
    pub fn new(source: Arc<dyn FetchKeys>, algorithm: Algorithm) -> Self {
        Self { source, algorithm, keys: Arc::default(), fetched_at: Mutex::new(None) }
    }

    /// Whether the signature is by a key of the name that the token gives. A token without a name is
    /// nobody's (Simple JWT: `get_signing_key_from_jwt`).
    pub fn verifies(&self, jws: &Jws<'_>, header: &Header) -> bool {
        let keys = self.keys();
        header.kid.as_deref().is_some_and(|id| keys.has(id)) && keys.verify(jws, header).is_ok()
    }

    /// Fetches the keys if none has the name that this header gives, unless that was done just now.
    pub async fn learn(&self, header: &Header, now: Timestamp) {
        let Some(id) = header.kid.as_deref().filter(|_| header.algorithm() == Ok(self.algorithm)) else {
            return;
        };
        if self.keys().has(id) {
            return;
        }
        let mut fetched_at = self.fetched_at.lock().await;
        let is_recent = fetched_at.is_some_and(|fetched_at| now.apart(fetched_at) < FETCH_AGAIN_AFTER);
        if !is_recent {
            *fetched_at = Some(now);
            self.fetch().await;
        }
    }

    /// Fetches the keys, so that one that the issuer took back is not believed for ever.
    pub async fn renew(&self, now: Timestamp) {
        *self.fetched_at.lock().await = Some(now);
        self.fetch().await;
    }

    /// Fetches to the end, even when the request is gone that asked for it.
    async fn fetch(&self) {
        let fetching = fetch(self.source.clone(), self.algorithm, self.keys.clone());
        drop(tokio::spawn(fetching).await);
    }

    fn keys(&self) -> Arc<KeySet> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn fetch(source: Arc<dyn FetchKeys>, algorithm: Algorithm, known: Arc<RwLock<Arc<KeySet>>>) {
    let fetched = source.fetch().await.and_then(|json| KeySet::read(&json).map_err(|fault| fault.to_string()));
    match fetched.map(|keys| keys.limited_to(algorithm)) {
        Ok(keys) if keys.is_empty() => {
            tracing::warn!("the issuer at jwk_url has no key that can be used: the old ones are kept");
        }
        Ok(keys) => *known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys),
        Err(problem) => tracing::warn!(problem, "the keys at jwk_url were not fetched: the old ones are kept"),
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
    use serde_json::{Value, json};

    use super::{FetchKeys, RemoteKeys};
    use crate::auth::{
        clock::Timestamp,
        jws::{Header, Jws},
        keys::{Algorithm, Key, generate},
    };

    const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

    /// An issuer that counts how often it is asked; `None` is out of reach.
    struct Issuer {
        answers: std::sync::Mutex<Option<Value>>,
        asked: AtomicUsize,
    }

    #[async_trait]
    impl FetchKeys for Issuer {
        async fn fetch(&self) -> Result<Value, String> {
            self.asked.fetch_add(1, Ordering::SeqCst);
            self.answers.lock().expect("the answer").clone().ok_or_else(|| "out of reach".to_owned())
        }
    }

    fn issuer(answer: Option<Value>) -> (Arc<Issuer>, RemoteKeys) {
        let issuer = Arc::new(Issuer { answers: answer.into(), asked: AtomicUsize::new(0) });
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
            remote.learn(&named(&name.to_string()), NOW).await;
        }
        assert_eq!(issuer.asked.load(Ordering::SeqCst), 1);
        remote.learn(&named("another"), NOW + Duration::from_secs(5)).await;
        assert_eq!(issuer.asked.load(Ordering::SeqCst), 2);
        remote.learn(&named("one more"), NOW - Duration::from_hours(1)).await;
        assert_eq!(issuer.asked.load(Ordering::SeqCst), 3, "a clock that was set back is waited for by nobody");
    }

    #[tokio::test]
    async fn a_known_name_another_algorithm_and_no_name_are_no_reason_to_fetch() {
        let key = key();
        let (issuer, remote) = issuer(Some(set(&[&key])));
        remote.renew(NOW).await;
        let later = NOW + Duration::from_hours(1);
        remote.learn(&named(key.id().expect("an id")), later).await;
        remote.learn(&header(r#"{"alg":"ES384","kid":"x"}"#), later).await;
        remote.learn(&header(r#"{"alg":"ES256"}"#), later).await;
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
}
