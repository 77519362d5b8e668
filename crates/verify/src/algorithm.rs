//! The algorithms of signatures (RFC 7518 §3.1, RFC 8037 §3.1), and the verification of one signature.

pub use jsonwebtoken::Algorithm;
use jsonwebtoken::{AlgorithmFamily, DecodingKey, crypto};

/// The algorithms, as `ALGORITHM` spells them (RFC 7518 §3.1, RFC 8037 §3.1).
pub const ALGORITHMS: [(&str, Algorithm); 12] = [
    ("HS256", Algorithm::HS256),
    ("HS384", Algorithm::HS384),
    ("HS512", Algorithm::HS512),
    ("RS256", Algorithm::RS256),
    ("RS384", Algorithm::RS384),
    ("RS512", Algorithm::RS512),
    ("PS256", Algorithm::PS256),
    ("PS384", Algorithm::PS384),
    ("PS512", Algorithm::PS512),
    ("ES256", Algorithm::ES256),
    ("ES384", Algorithm::ES384),
    ("EdDSA", Algorithm::EdDSA),
];

/// The name of an algorithm in a token's `alg` header.
pub fn name(algorithm: Algorithm) -> &'static str {
    ALGORITHMS.iter().find(|(_, known)| *known == algorithm).map_or("", |(name, _)| name)
}

/// Finds the algorithm with this name, in exactly this spelling.
pub fn find(name: &str) -> Option<Algorithm> {
    ALGORITHMS.iter().find(|(known, _)| *known == name).map(|(_, algorithm)| *algorithm)
}

/// Whether one secret both signs and verifies. Other algorithms have key pairs.
pub fn is_symmetric(algorithm: Algorithm) -> bool {
    algorithm.family() == AlgorithmFamily::Hmac
}

/// Whether `signature` (base64url) is the signature of `message` by `key`. Secrets are compared in constant time.
pub fn verifies(algorithm: Algorithm, key: &DecodingKey, signature: &str, message: &str) -> bool {
    crypto::verify(signature, message.as_bytes(), key, algorithm).unwrap_or(false)
}

/// The least length of a secret, bytes: that of the hash (RFC 7518 §3.2).
pub const fn min_secret_bytes(algorithm: Algorithm) -> usize {
    match algorithm {
        Algorithm::HS384 => 48,
        Algorithm::HS512 => 64,
        _ => 32,
    }
}
