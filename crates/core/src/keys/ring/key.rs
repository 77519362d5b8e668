//! A key of the ring, with the times at which it signs and verifies.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretSlice};

use super::RingError;
use crate::{
    clock::Timestamp,
    keys::{Algorithm, Key, KeyError, generate, name},
};

/// The id of a secret whose tokens have no `kid`.
const UNNAMED: &str = "unnamed";

/// A key of the ring.
#[derive(Clone)]
pub struct RingKey {
    /// The id; of an asymmetric key the RFC 7638 thumbprint.
    pub id: String,
    /// Whether a token must have this `kid`.
    pub kid_match: KidMatch,
    /// Time when the key was created, if known.
    pub created_at: Option<Timestamp>,
    /// It signs tokens issued from this time on; `None` while it is only published.
    pub signs_from: Option<Timestamp>,
    /// It verifies until this time, when its last token has expired; `None` is unlimited.
    pub verifies_until: Option<Timestamp>,
    /// The secret, or the private key in PEM.
    pub material: SecretSlice<u8>,
    pub(super) key: Arc<Key>,
    pub(super) headers: Headers,
}

/// The tokens that a key verifies, by their `kid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KidMatch {
    /// The key is shared with another issuer, such as Django, which uses any `kid` or none.
    Any,
    /// A token with a `kid` has exactly this one, or belongs to another key.
    Exact,
}

/// The encoded headers of tokens that the key signs.
#[derive(Clone)]
pub(super) struct Headers {
    jwt: String,
    access_token: String,
}

impl RingKey {
    /// The configured key, as the signing one. Its tokens stay as they were: those of a secret have no `kid`.
    ///
    /// # Errors
    /// As [`Key::new`].
    pub fn first(algorithm: Algorithm, material: &SecretSlice<u8>, verifying: Option<&str>) -> Result<Self, KeyError> {
        let key = Key::new(algorithm, material, verifying)?;
        let id = key.id().unwrap_or(UNNAMED).to_owned();
        let headers = Headers::new(algorithm, key.id());
        Ok(Self {
            id,
            kid_match: KidMatch::Any,
            created_at: None,
            signs_from: Some(Timestamp::DISTANT_PAST),
            verifies_until: None,
            material: material.clone(),
            key: Arc::new(key),
            headers,
        })
    }

    /// A key created for the ring, published and not signing yet. `id` is for a secret; the id of an asymmetric key
    /// follows from its public key.
    ///
    /// # Errors
    /// As [`Key::new`].
    pub fn named(id: &str, algorithm: Algorithm, material: &SecretSlice<u8>) -> Result<Self, KeyError> {
        let first = Self::first(algorithm, material, None)?;
        let id = first.key.id().unwrap_or(id).to_owned();
        let headers = Headers::new(algorithm, Some(&id));
        Ok(Self { id, kid_match: KidMatch::Exact, signs_from: None, headers, ..first })
    }

    /// Generates a key, published and not signing yet.
    ///
    /// # Errors
    /// `NoRandomness`.
    pub fn generate(algorithm: Algorithm, now: Timestamp) -> Result<Self, RingError> {
        let material = generate(algorithm).map_err(|_| RingError::NoRandomness)?;
        // A thumbprint of a secret would allow guessing it (RFC 7638 §7), so its id is random.
        let random = generate(Algorithm::HS256).map_err(|_| RingError::NoRandomness)?;
        let id = String::from_utf8_lossy(&random.expose_secret()[..32]).into_owned();
        let key = Self::named(&id, algorithm, &material).map_err(|_| RingError::NoRandomness)?;
        Ok(Self { created_at: Some(now), ..key })
    }

    /// The algorithm of the key.
    pub fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    /// The key material.
    pub const fn key(&self) -> &Arc<Key> {
        &self.key
    }

    /// The encoded header of tokens that it signs, for access tokens of RFC 9068 or for all others.
    pub(crate) fn header(&self, is_access_token: bool) -> &str {
        if is_access_token { &self.headers.access_token } else { &self.headers.jwt }
    }

    /// Whether it verifies at this time.
    pub(super) fn is_alive(&self, now: Timestamp) -> bool {
        self.verifies_until.is_none_or(|end| now < end)
    }

    /// Whether it is the same key, whatever its id.
    pub fn is_the_same_as(&self, other: &Self) -> bool {
        // One key can be encoded in more than one way; its thumbprint follows from its value.
        let is_the_same = match (self.key.id(), other.key.id()) {
            (Some(id), Some(other)) => id == other,
            (None, None) => self.material.expose_secret() == other.material.expose_secret(),
            (Some(_), None) | (None, Some(_)) => false,
        };
        is_the_same && self.algorithm() == other.algorithm()
    }
}

impl Headers {
    fn new(algorithm: Algorithm, id: Option<&str>) -> Self {
        let alg = name(algorithm);
        // The id is encoded as JSON, because a configured one may contain any character.
        let kid = id.map(|id| format!(",\"kid\":{}", serde_json::Value::from(id))).unwrap_or_default();
        let header = |typ: &str| URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{alg}","typ":"{typ}"{kid}}}"#));
        Self { jwt: header("JWT"), access_token: header("at+jwt") }
    }
}
