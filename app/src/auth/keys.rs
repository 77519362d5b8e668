//! The key that signs and verifies, with the one algorithm it may be used for (RFC 8725 §3.1). A
//! token's own `alg` is compared with it and never chooses anything.

use std::fmt;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};
use secrecy::{ExposeSecret, SecretSlice};

/// An HMAC algorithm of RFC 7518 §3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HmacAlgorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// HMAC with SHA-384.
    Hs384,
    /// HMAC with SHA-512.
    Hs512,
}

impl HmacAlgorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hs256, Self::Hs384, Self::Hs512];

    /// The name in a token's `alg` header.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    /// The fewest bytes of a key: those of the hash (RFC 7518 §3.2).
    pub const fn min_key_bytes(self) -> usize {
        match self {
            Self::Hs256 => 32,
            Self::Hs384 => 48,
            Self::Hs512 => 64,
        }
    }

    const fn library(self) -> Algorithm {
        match self {
            Self::Hs256 => Algorithm::HS256,
            Self::Hs384 => Algorithm::HS384,
            Self::Hs512 => Algorithm::HS512,
        }
    }
}

impl fmt::Display for HmacAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A secret and what it may be used for. Its length was checked by
/// [`Settings::validate`](super::Settings::validate).
pub struct Key {
    algorithm: HmacAlgorithm,
    signing: EncodingKey,
    verifying: DecodingKey,
}

impl Key {
    /// Takes the secret over.
    pub fn new(algorithm: HmacAlgorithm, secret: &SecretSlice<u8>) -> Self {
        let secret = secret.expose_secret();
        Self { algorithm, signing: EncodingKey::from_secret(secret), verifying: DecodingKey::from_secret(secret) }
    }

    /// The only algorithm this key is used with.
    pub const fn algorithm(&self) -> HmacAlgorithm {
        self.algorithm
    }

    /// Signs `message`: the signature in base64url, the third part of a compact JWS.
    pub fn sign(&self, message: &str) -> String {
        crypto::sign(message.as_bytes(), &self.signing, self.algorithm.library())
            .expect("an HMAC over bytes in memory cannot fail")
    }

    /// Whether `signature` (base64url) is this key's over `message`; compared in constant time.
    pub fn verifies(&self, signature: &str, message: &str) -> bool {
        crypto::verify(signature, message.as_bytes(), &self.verifying, self.algorithm.library()).unwrap_or(false)
    }
}
