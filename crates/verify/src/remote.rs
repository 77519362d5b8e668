//! The keys of an issuer, fetched from its JWK set (Simple JWT: `JWK_URL`). They are fetched again when a token names an
//! unknown key. A failed fetch keeps the old keys.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    task::JoinHandle,
};

use crate::{
    algorithm::Algorithm,
    jwk::KeySet,
    jws::{Header, Jws, JwsError},
    timestamp::Timestamp,
};

/// The least time between two fetches, however many tokens name unknown keys.
const FETCH_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// The age from which [`RemoteKeys::keep_fresh`] fetches the keys again in the background.
const OLD_AFTER: Duration = Duration::from_mins(15);

/// The age from which it waits for that fetch: a key that the issuer removed is not accepted for longer.
const STALE_AFTER: Duration = Duration::from_hours(1);

/// A source of a JWK set. It bounds the time and the size of an answer.
#[async_trait]
pub trait FetchKeys: Send + Sync {
    /// Fetches the JWK set, as JSON.
    ///
    /// # Errors
    /// The cause of the failure, for the log.
    async fn fetch(&self) -> Result<serde_json::Value, String>;
}

/// The issuer's keys cannot be fetched, so a token that names an unknown key can be neither accepted nor rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the keys of the issuer cannot be fetched; try again in a few seconds")]
pub struct KeysUnavailable;

impl KeysUnavailable {
    /// The time after which the keys can be fetched again.
    pub const RETRY_AFTER: Duration = FETCH_AGAIN_AFTER;
}

/// The issuer's keys, as of the last successful fetch.
pub struct RemoteKeys {
    source: Arc<dyn FetchKeys>,
    algorithms: Arc<[Algorithm]>,
    known: Arc<RwLock<Known>>,
    /// Locked during a fetch, so that tasks which need its keys wait for it.
    last_fetch: Arc<Mutex<Option<Fetch>>>,
}

/// The keys of the last successful fetch.
#[derive(Default)]
struct Known {
    keys: Arc<KeySet>,
    fetched_at: Option<Timestamp>,
}

/// A completed fetch.
#[derive(Clone, Copy)]
struct Fetch {
    begun_at: Timestamp,
    has_failed: bool,
}

impl Fetch {
    fn is_recent(self, now: Timestamp) -> bool {
        now.apart(self.begun_at) < FETCH_AGAIN_AFTER
    }
}

impl RemoteKeys {
    /// Keys for these algorithms. None is fetched yet.
    pub fn new(source: Arc<dyn FetchKeys>, algorithms: &[Algorithm]) -> Self {
        Self { source, algorithms: algorithms.into(), known: Arc::default(), last_fetch: Arc::default() }
    }

    /// Verifies a signature by the key that the header names.
    ///
    /// # Errors
    /// `NoKey` when the header names no known key (Simple JWT: `get_signing_key_from_jwt`), `Algorithm`, or `Signature`.
    pub fn verify(&self, jws: &Jws<'_>, header: &Header) -> Result<(), JwsError> {
        let keys = self.keys();
        if header.kid.as_deref().is_some_and(|id| keys.has(id)) {
            keys.verify(jws, header)
        } else {
            Err(JwsError::NoKey)
        }
    }

    /// Fetches the keys if the header names an unknown one, unless they were fetched less than five seconds ago. Waits
    /// for a fetch in progress.
    ///
    /// # Errors
    /// When the key is still unknown and the last fetch failed.
    pub async fn learn(&self, header: &Header, now: Timestamp) -> Result<(), KeysUnavailable> {
        let Some(id) = header
            .kid
            .as_deref()
            .filter(|_| header.algorithm().is_ok_and(|algorithm| self.algorithms.contains(&algorithm)))
        else {
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
            Some(last) if last.is_recent(now) => last.has_failed,
            Some(_) | None => self.fetch(last, now).await,
        };
        if has_failed && !self.keys().has(id) { Err(KeysUnavailable) } else { Ok(()) }
    }

    /// Fetches the keys again when they are old: in the background after 15 minutes, and before it returns after an hour.
    /// Does nothing before the first fetch.
    ///
    /// # Errors
    /// When the keys are older than an hour and the issuer does not answer.
    pub async fn keep_fresh(&self, now: Timestamp) -> Result<(), KeysUnavailable> {
        let age = self.age(now);
        if age >= STALE_AFTER {
            let last = self.last_fetch.clone().lock_owned().await;
            if !last.is_some_and(|last| last.is_recent(now)) {
                self.fetch(last, now).await;
            }
            return if self.age(now) < STALE_AFTER { Ok(()) } else { Err(KeysUnavailable) };
        }
        if age >= OLD_AFTER
            && let Ok(last) = self.last_fetch.clone().try_lock_owned()
            && !last.is_some_and(|last| last.is_recent(now))
        {
            drop(self.begin_fetch(last, now));
        }
        Ok(())
    }

    /// The time since the last successful fetch; zero before the first.
    fn age(&self, now: Timestamp) -> Duration {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.fetched_at.map_or(Duration::ZERO, |fetched_at| now.apart(fetched_at))
    }

    /// Fetches the keys, so that a key that the issuer removed is not accepted for ever.
    pub async fn renew(&self, now: Timestamp) {
        let last = self.last_fetch.clone().lock_owned().await;
        self.fetch(last, now).await;
    }

    /// Fetches the keys and returns whether that failed.
    async fn fetch(&self, last: OwnedMutexGuard<Option<Fetch>>, now: Timestamp) -> bool {
        self.begin_fetch(last, now).await.unwrap_or(true)
    }

    /// Starts a fetch, which completes even if the request is cancelled. Its result is whether it failed.
    fn begin_fetch(&self, mut last: OwnedMutexGuard<Option<Fetch>>, now: Timestamp) -> JoinHandle<bool> {
        let (source, algorithms, known) = (self.source.clone(), self.algorithms.clone(), self.known.clone());
        tokio::spawn(async move {
            *last = Some(Fetch { begun_at: now, has_failed: true });
            let fetched = fetch(source.as_ref(), &algorithms).await;
            let has_failed = fetched.is_none();
            if let Some(keys) = fetched {
                *known.write().unwrap_or_else(PoisonError::into_inner) =
                    Known { keys: Arc::new(keys), fetched_at: Some(now) };
            }
            *last = Some(Fetch { begun_at: now, has_failed });
            has_failed
        })
    }

    fn keys(&self) -> Arc<KeySet> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).keys.clone()
    }
}

/// Fetches the keys. `None` if there are none to replace the known ones with.
async fn fetch(source: &dyn FetchKeys, algorithms: &[Algorithm]) -> Option<KeySet> {
    let fetched = source.fetch().await.and_then(|json| KeySet::read(&json).map_err(|error| error.to_string()));
    match fetched.map(|keys| keys.limited_to(algorithms)) {
        Ok(keys) if keys.is_empty() => {
            tracing::warn!("the JWK set has no usable key; the old keys are kept");
            None
        }
        Ok(keys) => Some(keys),
        Err(problem) => {
            tracing::warn!(problem, "the JWK set cannot be fetched; the old keys are kept");
            None
        }
    }
}
