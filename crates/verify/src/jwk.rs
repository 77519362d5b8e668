//! JWK sets (RFC 7517). A key that is not meant for signatures, too weak, or of an unknown type is left out, and the
//! others are used.

use jsonwebtoken::DecodingKey;
use serde_json::{Map, Value};

use crate::{
    algorithm::{self, ALGORITHMS, Algorithm, min_secret_bytes, verifies},
    jws::{Header, Jws, JwsError, decode},
    public_material::is_public_material,
};

/// The keys of a set that are read. The rest of a longer set is ignored.
const MAX_KEYS: usize = 256;

/// The fewest bits of an RSA modulus (RFC 7518 §3.3).
const MIN_RSA_BITS: usize = 2048;

/// The reason a JWK, or a JWK set, cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    /// The JSON is neither a JWK set, nor an array of JWKs, nor one JWK.
    #[error("is not a JWK set")]
    Set,
    /// The key is not an object, has a missing or malformed member, or is of an unknown type.
    #[error("is not a key of a supported type (oct, RSA, EC on P-256 or P-384, OKP on Ed25519)")]
    Kind,
    /// `use` is not `sig`, or `key_ops` is without `verify`.
    #[error("is not meant for verifying signatures (use, key_ops)")]
    Use,
    /// `alg` is not supported, or does not fit the type of the key.
    #[error("is for an algorithm that is not supported with its type (alg)")]
    Algorithm,
    /// The secret is short, the modulus is small, or the secret is a public key.
    #[error("is too weak")]
    Weak,
}

/// A key that verifies.
#[derive(Clone)]
struct VerifyingKey {
    id: Option<String>,
    /// Its `alg`, or without one all algorithms of its type.
    algorithms: Vec<Algorithm>,
    key: DecodingKey,
}

/// The usable keys of a JWK set.
#[derive(Clone, Default)]
pub struct KeySet {
    keys: Vec<VerifyingKey>,
    unusable: Vec<JwkError>,
}

impl KeySet {
    /// Reads a JWK set, an array of JWKs, or one JWK.
    ///
    /// # Errors
    /// `Set` when the JSON is none of these. A key that cannot be used is left out; see [`unusable`](Self::unusable).
    pub fn read(json: &Value) -> Result<Self, JwkError> {
        let jwks = match json {
            Value::Array(jwks) => jwks.as_slice(),
            Value::Object(members) => match members.get("keys") {
                Some(Value::Array(jwks)) => jwks.as_slice(),
                None if members.contains_key("kty") => std::slice::from_ref(json),
                Some(_) | None => return Err(JwkError::Set),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Err(JwkError::Set),
        };
        let mut set = Self::default();
        for jwk in jwks.iter().take(MAX_KEYS) {
            match VerifyingKey::read(jwk) {
                Ok(key) => set.keys.push(key),
                Err(fault) => set.unusable.push(fault),
            }
        }
        Ok(set)
    }

    /// One shared secret, for the HMAC algorithms that it is long enough for.
    ///
    /// # Errors
    /// `Weak` when it is shorter than 32 bytes (RFC 7518 §3.2), or a public key.
    pub fn from_secret(secret: &[u8]) -> Result<Self, JwkError> {
        let (key, algorithms) = symmetric(secret)?;
        Ok(Self { keys: vec![VerifyingKey { id: None, algorithms, key }], unusable: Vec::new() })
    }

    /// The keys for these algorithms, such as those that the operator says the issuer uses.
    #[must_use]
    pub fn limited_to(mut self, algorithms: &[Algorithm]) -> Self {
        self.keys.retain_mut(|key| {
            key.algorithms.retain(|known| algorithms.contains(known));
            !key.algorithms.is_empty()
        });
        self
    }

    /// The number of usable keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key is usable.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The reasons why keys were left out, in the order of the set.
    pub fn unusable(&self) -> &[JwkError] {
        &self.unusable
    }

    /// Whether a key has this `kid`.
    pub fn has(&self, id: &str) -> bool {
        self.keys.iter().any(|key| key.id.as_deref() == Some(id))
    }

    /// Verifies a signature with the keys that have the token's `kid`. If no key has it, the keys without a `kid` are
    /// tried. If the token has none, all keys are tried.
    ///
    /// # Errors
    /// `Algorithm`, `NoKey` or `Signature`.
    pub fn verify(&self, jws: &Jws<'_>, header: &Header) -> Result<(), JwsError> {
        let algorithm = header.algorithm()?;
        let id = header.kid.as_deref();
        let wanted = id.filter(|id| self.has(id));
        let mut fault = JwsError::NoKey;
        for key in &self.keys {
            let is_meant = id.is_none() || key.id.as_deref() == wanted;
            if is_meant && key.algorithms.contains(&algorithm) {
                if verifies(algorithm, &key.key, jws.signature, jws.message) {
                    return Ok(());
                }
                fault = JwsError::Signature;
            }
        }
        Err(fault)
    }
}

impl VerifyingKey {
    fn read(jwk: &Value) -> Result<Self, JwkError> {
        let jwk = jwk.as_object().ok_or(JwkError::Kind)?;
        check_use(jwk)?;
        let (key, kind) = match jwk.get("kty").and_then(Value::as_str) {
            Some("oct") => secret(jwk)?,
            Some("RSA") => rsa(jwk)?,
            Some("EC") => curve(jwk)?,
            Some("OKP") => edwards(jwk)?,
            Some(_) | None => return Err(JwkError::Kind),
        };
        let algorithms = match jwk.get("alg") {
            None => kind,
            Some(Value::String(name)) => kind.into_iter().filter(|known| algorithm::name(*known) == name).collect(),
            Some(_) => Vec::new(),
        };
        if algorithms.is_empty() {
            return Err(JwkError::Algorithm);
        }
        let id = match jwk.get("kid") {
            None => None,
            Some(Value::String(id)) => Some(id.clone()),
            Some(_) => return Err(JwkError::Kind),
        };
        Ok(Self { id, algorithms, key })
    }
}

/// Checks `use` and `key_ops` (RFC 7517 §4.2, §4.3). Both are optional.
fn check_use(jwk: &Map<String, Value>) -> Result<(), JwkError> {
    let is_for_signatures = jwk.get("use").is_none_or(|purpose| purpose == "sig");
    let may_verify = match jwk.get("key_ops") {
        None => true,
        Some(operations) => {
            operations.as_array().is_some_and(|operations| operations.iter().any(|operation| operation == "verify"))
        }
    };
    if is_for_signatures && may_verify { Ok(()) } else { Err(JwkError::Use) }
}

type Kind = (DecodingKey, Vec<Algorithm>);

fn secret(jwk: &Map<String, Value>) -> Result<Kind, JwkError> {
    symmetric(&member(jwk, "k")?)
}

fn symmetric(secret: &[u8]) -> Result<Kind, JwkError> {
    if is_public_material(secret) {
        return Err(JwkError::Weak);
    }
    let symmetric = [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512];
    let algorithms: Vec<_> = symmetric.into_iter().filter(|known| secret.len() >= min_secret_bytes(*known)).collect();
    if algorithms.is_empty() { Err(JwkError::Weak) } else { Ok((DecodingKey::from_secret(secret), algorithms)) }
}

fn rsa(jwk: &Map<String, Value>) -> Result<Kind, JwkError> {
    let (modulus, exponent) = (member(jwk, "n")?, member(jwk, "e")?);
    let (modulus, exponent) = (without_leading_zeros(&modulus), without_leading_zeros(&exponent));
    let bits = modulus.first().map_or(0, |first| modulus.len() * 8 - first.leading_zeros() as usize);
    // With an exponent of 1 every message is its own signature.
    let is_odd = |number: &[u8]| number.last().is_some_and(|last| last & 1 == 1);
    if bits < MIN_RSA_BITS || !is_odd(modulus) || !is_odd(exponent) || exponent == [1] {
        return Err(JwkError::Weak);
    }
    let is_rsa = |algorithm: &Algorithm| algorithm.family() == jsonwebtoken::AlgorithmFamily::Rsa;
    let algorithms = ALGORITHMS.into_iter().map(|(_, algorithm)| algorithm).filter(is_rsa).collect();
    Ok((DecodingKey::from_rsa_raw_components(modulus, exponent), algorithms))
}

/// Coordinates have exactly the length of their curve (RFC 7518 §6.2.1.2).
fn curve(jwk: &Map<String, Value>) -> Result<Kind, JwkError> {
    let (algorithm, bytes) = match jwk.get("crv").and_then(Value::as_str) {
        Some("P-256") => (Algorithm::ES256, 32),
        Some("P-384") => (Algorithm::ES384, 48),
        Some(_) | None => return Err(JwkError::Kind),
    };
    let (x, y) = (member(jwk, "x")?, member(jwk, "y")?);
    if x.len() != bytes || y.len() != bytes {
        return Err(JwkError::Kind);
    }
    let point = [&[4], x.as_slice(), &y].concat();
    Ok((DecodingKey::from_ec_der(&point), vec![algorithm]))
}

fn edwards(jwk: &Map<String, Value>) -> Result<Kind, JwkError> {
    let x = member(jwk, "x")?;
    if jwk.get("crv").and_then(Value::as_str) != Some("Ed25519") || x.len() != 32 {
        return Err(JwkError::Kind);
    }
    Ok((DecodingKey::from_ed_der(&x), vec![Algorithm::EdDSA]))
}

fn member(jwk: &Map<String, Value>, name: &str) -> Result<Vec<u8>, JwkError> {
    let text = jwk.get(name).and_then(Value::as_str).ok_or(JwkError::Kind)?;
    decode(text).map_err(|_| JwkError::Kind)
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}
