//! The key ring: which key signs, which ones still verify, and which one is published and waits. A key signs tokens by
//! their `iat`, so a token that is issued again is signed by its original key, whatever was rotated since.

mod key;

use std::{sync::Arc, time::Duration};

use hallpass_verify::{Jws, jws::Header};
use jsonwebtoken::jwk::JwkSet;
pub use key::{KidMatch, RingKey};

use super::{Algorithm, Key, name};
use crate::clock::Timestamp;

/// The id of the configured key, if its own id is taken.
const CONFIGURED: &str = "configured";

/// The stage of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Published, not signing yet.
    Published,
    /// Signs from this time on, which is in the future.
    Scheduled(Timestamp),
    /// Signs.
    Signing,
    /// Verifies tokens that it signed, until this time.
    Verifying(Option<Timestamp>),
    /// Its last token has expired.
    Expired,
}

/// Our keys.
#[derive(Clone)]
pub struct KeyRing {
    keys: Vec<RingKey>,
}

/// A key ring or a change of it is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RingError {
    /// No key signs.
    #[error("has no key that signs")]
    NoSigningKey,
    /// Two keys have the same id.
    #[error("has two keys with the id {0}")]
    Twice(String),
    /// Another rotation is already scheduled.
    #[error("has a scheduled rotation already; wait for it, or retire its key: hallpass keys list")]
    Scheduled,
    /// No published key is available.
    #[error("has no published key to rotate to; create one with: hallpass keys generate")]
    NothingPublished,
    /// No key, or more than one, has an id with this prefix.
    #[error("has no key, or more than one, whose id begins with {0:?}; see: hallpass keys list")]
    Unknown(String),
    /// The system has no randomness.
    #[error("cannot get a new key: the system has no randomness")]
    NoRandomness,
}

/// The result of a rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// The id of the key that signs from `at` on.
    pub to: String,
    /// Time when it starts to sign.
    pub at: Timestamp,
    /// Time when the key was created; verifiers may know it since then.
    pub published_at: Option<Timestamp>,
    /// The id of the key that signed until then.
    pub from: String,
    /// Time when the last token of that key has expired.
    pub from_verifies_until: Timestamp,
}

/// The result of retiring a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retired {
    /// The id of the removed key.
    pub id: String,
    /// The id of the key that signs instead, if the removed one was signing.
    pub successor: Option<String>,
}

impl KeyRing {
    /// Creates a ring from stored keys.
    ///
    /// # Errors
    /// `NoSigningKey` or `Twice`.
    pub fn new(keys: Vec<RingKey>) -> Result<Self, RingError> {
        for (position, key) in keys.iter().enumerate() {
            if keys[..position].iter().any(|other| other.id == key.id) {
                return Err(RingError::Twice(key.id.clone()));
            }
        }
        let one_signs = keys.iter().any(|key| key.signs_from.is_some());
        if one_signs { Ok(Self { keys }) } else { Err(RingError::NoSigningKey) }
    }

    /// A ring with one key, which signs.
    pub fn of(key: RingKey) -> Self {
        Self { keys: vec![RingKey { signs_from: Some(Timestamp::DISTANT_PAST), ..key }] }
    }

    /// A ring that starts with an existing key, which keeps signing.
    pub fn begun(key: RingKey, now: Timestamp) -> Self {
        Self { keys: vec![RingKey { created_at: Some(now), signs_from: Some(now), ..key }] }
    }

    /// Adds a key from the configuration, which signs everything; the others verify and are published.
    #[must_use]
    pub fn led_by(self, mut leader: RingKey) -> Self {
        let others = self.keys.into_iter().filter(|key| !key.is_the_same_as(&leader));
        let others: Vec<_> = others.map(|key| RingKey { signs_from: None, ..key }).collect();
        if others.iter().any(|key| key.id == leader.id) {
            CONFIGURED.clone_into(&mut leader.id);
        }
        Self { keys: Self::of(leader).keys.into_iter().chain(others).collect() }
    }

    /// The keys, oldest first.
    pub fn keys(&self) -> &[RingKey] {
        &self.keys
    }

    /// The key that signs tokens issued at this time.
    pub fn signing(&self, issued_at: Timestamp) -> &RingKey {
        let signing = |key: &&RingKey| key.signs_from.is_some();
        let begun = self.keys.iter().filter(|key| key.signs_from.is_some_and(|from| from <= issued_at));
        // A token older than every signing key was signed by a removed key: the oldest signs it again.
        let eldest = || self.keys.iter().filter(signing).min_by_key(|key| key.signs_from);
        begun.max_by_key(|key| key.signs_from).or_else(eldest).expect("a ring has a key that signs")
    }

    /// Finds the key whose tokens have exactly this header, and whether they are access tokens of RFC 9068.
    pub(crate) fn find_by_header(&self, header: &str, now: Timestamp) -> Option<(&RingKey, bool)> {
        self.keys.iter().filter(|key| key.is_alive(now)).find_map(|key| {
            let is_access_token =
                [false, true].into_iter().find(|is_access_token| key.header(*is_access_token) == header);
            is_access_token.map(|is_access_token| (key, is_access_token))
        })
    }

    /// Whether this key is in the ring and still verifies.
    pub(crate) fn trusts(&self, key: &Arc<Key>, now: Timestamp) -> bool {
        self.keys.iter().any(|ours| Arc::ptr_eq(&ours.key, key) && ours.is_alive(now))
    }

    /// Finds the key that signed a token, if it still verifies: the key with its `kid`; if no key has that `kid`, one
    /// that is shared with other issuers; without a `kid`, any of that algorithm.
    pub fn find_signer(&self, jws: &Jws<'_>, header: &Header, now: Timestamp) -> Option<&RingKey> {
        let named = header.kid.as_deref().and_then(|id| self.keys.iter().find(|key| key.id == id));
        let is_meant = |key: &&RingKey| match (named, &header.kid) {
            (Some(named), _) => key.id == named.id,
            (None, Some(_)) => key.kid_match == KidMatch::Any,
            (None, None) => true,
        };
        let mut meant = self.keys.iter().filter(|key| key.is_alive(now) && name(key.algorithm()) == header.alg);
        meant.find(|key| is_meant(key) && key.key.verifies(jws.signature, jws.message))
    }

    /// Whether a key has this id.
    pub fn has(&self, id: &str) -> bool {
        self.keys.iter().any(|key| key.id == id)
    }

    /// The public keys that verify now or in the future (RFC 7517 §5), the signing one first.
    pub fn published(&self, now: Timestamp) -> JwkSet {
        let signing = self.signing(now);
        let others = self.keys.iter().filter(|key| key.id != signing.id && key.is_alive(now));
        let keys = std::iter::once(signing).chain(others);
        JwkSet { keys: keys.filter_map(|key| key.key.public_jwk().cloned()).collect() }
    }

    /// The stage of a key of this ring.
    pub fn state(&self, key: &RingKey, now: Timestamp) -> KeyState {
        match key.signs_from {
            _ if !key.is_alive(now) => KeyState::Expired,
            _ if self.signing(now).id == key.id => KeyState::Signing,
            None if key.verifies_until.is_none() => KeyState::Published,
            Some(from) if from > now => KeyState::Scheduled(from),
            None | Some(_) => KeyState::Verifying(key.verifies_until),
        }
    }

    /// Publishes a new key, which does not sign yet. Returns its id.
    ///
    /// # Errors
    /// `NoRandomness`.
    pub fn generate(&mut self, algorithm: Algorithm, now: Timestamp) -> Result<String, RingError> {
        let key = RingKey::generate(algorithm, now)?;
        let id = key.id.clone();
        self.keys.push(key);
        Ok(id)
    }

    /// Makes the newest published key sign from `at` on. The key that signs until then verifies for `lifetime` more,
    /// the longest that any of its tokens is valid.
    ///
    /// # Errors
    /// `NothingPublished`, or `Scheduled` when a later rotation is scheduled already.
    pub fn rotate(&mut self, at: Timestamp, lifetime: Duration) -> Result<Rotated, RingError> {
        if self.keys.iter().any(|key| key.signs_from.is_some_and(|from| from > at)) {
            return Err(RingError::Scheduled);
        }
        let until = at + lifetime;
        let from = self.signing(at).id.clone();
        let next = self.newest_published().ok_or(RingError::NothingPublished)?;
        next.signs_from = Some(at);
        let (to, published_at) = (next.id.clone(), next.created_at);
        for key in self.keys.iter_mut().filter(|key| key.id == from) {
            key.verifies_until = Some(until);
        }
        Ok(Rotated { to, at, published_at, from, from_verifies_until: until })
    }

    /// Removes the key whose id has this prefix; its tokens are invalid at once. If it was signing, the newest
    /// published key signs from now on, or a new one of its algorithm.
    ///
    /// # Errors
    /// `Unknown` or `NoRandomness`.
    pub fn retire(&mut self, beginning: &str, now: Timestamp) -> Result<Retired, RingError> {
        let key = self.find(beginning)?;
        let (id, algorithm) = (key.id.clone(), key.algorithm());
        let was_signing = self.signing(now).id == id;
        self.keys.retain(|key| key.id != id);
        let successor = if was_signing { Some(self.succeed(algorithm, now)?) } else { None };
        Ok(Retired { id, successor })
    }

    /// Finds the key whose id has this prefix.
    ///
    /// # Errors
    /// `Unknown`.
    pub fn find(&self, beginning: &str) -> Result<&RingKey, RingError> {
        let found: Vec<_> = self.keys.iter().filter(|key| key.id.starts_with(beginning)).collect();
        let exact = found.iter().find(|key| key.id == beginning);
        match (exact, found.as_slice()) {
            (Some(key), _) | (None, [key]) => Ok(key),
            (None, _) => Err(RingError::Unknown(beginning.to_owned())),
        }
    }

    /// Removes the keys whose last token has expired. Returns their ids.
    pub fn remove_expired(&mut self, now: Timestamp) -> Vec<String> {
        let expired: Vec<_> = self.keys.iter().filter(|key| !key.is_alive(now)).map(|key| key.id.clone()).collect();
        self.keys.retain(|key| !expired.contains(&key.id));
        expired
    }

    fn succeed(&mut self, algorithm: Algorithm, now: Timestamp) -> Result<String, RingError> {
        // The scheduled key signs from now on.
        if let Some(next) = self.keys.iter_mut().find(|key| key.signs_from.is_some_and(|from| from > now)) {
            next.signs_from = Some(now);
            return Ok(next.id.clone());
        }
        if self.newest_published().is_none() {
            self.generate(algorithm, now)?;
        }
        let next = self.newest_published().ok_or(RingError::NothingPublished)?;
        next.signs_from = Some(now);
        Ok(next.id.clone())
    }

    fn newest_published(&mut self) -> Option<&mut RingKey> {
        self.keys.iter_mut().rev().find(|key| key.signs_from.is_none() && key.verifies_until.is_none())
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| &key.id)).finish()
    }
}

#[cfg(test)]
mod tests;
