//! Keys that sign and verify, each with the one algorithm it may be used for (RFC 8725 §3.1). A token's `alg` is
//! compared with it and never selects an algorithm. Our own keys form a ring; those of other issuers are JWK sets.

mod generate;
mod private;
mod ring;

use jsonwebtoken::{
    AlgorithmFamily, DecodingKey, EncodingKey, crypto,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use secrecy::{ExposeSecret, SecretSlice};

pub use generate::generate;
pub use hallpass_verify::algorithm::{ALGORITHMS, Algorithm, find, is_symmetric, name};
use hallpass_verify::{
    algorithm::{min_secret_bytes, verifies},
    is_public_material,
};
pub use jsonwebtoken::jwk::JwkSet;
pub use ring::{KeyRing, KeyState, KidMatch, Retired, RingError, RingKey, Rotated};

/// The text that a new key signs and verifies before it is used.
const PROBE: &str = "a.b";

/// Key material is invalid. The text names the problem and its solution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// The signing key is invalid.
    Signing(String),
    /// The verifying key is invalid.
    Verifying(String),
}

/// A key and its algorithm.
pub struct Key {
    algorithm: Algorithm,
    signing: EncodingKey,
    verifying: DecodingKey,
    public: Option<PublicKey>,
}

/// The public key.
struct PublicKey {
    /// The RFC 7638 thumbprint, the key's `kid`.
    id: String,
    jwk: Jwk,
}

impl Key {
    /// Reads a secret, or a private key in PEM (PKCS #8; RSA also PKCS #1, EC also SEC 1). `verifying` is the public
    /// key in PEM, if configured; it is only compared.
    ///
    /// # Errors
    /// When it is not a key for the algorithm, or too weak.
    pub fn new(algorithm: Algorithm, signing: &SecretSlice<u8>, verifying: Option<&str>) -> Result<Self, KeyError> {
        let material = signing.expose_secret();
        let key = if is_symmetric(algorithm) {
            Self::symmetric(algorithm, material)?
        } else {
            Self::private(algorithm, material)?
        };
        let signature = key.sign(PROBE);
        match verifying {
            Some(_) if is_symmetric(algorithm) => {
                let name = name(algorithm);
                Err(KeyError::Verifying(format!("is not used with {name}: its one secret is signing_key")))
            }
            Some(pem) if !verifies(algorithm, &public_pem(algorithm, pem)?, &signature, PROBE) => {
                Err(KeyError::Verifying("does not belong to signing_key: it is the public half of another key".into()))
            }
            _ => Ok(key),
        }
    }

    fn symmetric(algorithm: Algorithm, secret: &[u8]) -> Result<Self, KeyError> {
        let (bytes, needed) = (secret.len(), min_secret_bytes(algorithm));
        let name = name(algorithm);
        if bytes < needed {
            let problem = format!("is too short: {bytes} bytes, and {name} needs at least {needed} (RFC 7518 §3.2)");
            return Err(KeyError::Signing(problem));
        }
        if is_public_material(secret) {
            let problem = format!("is a public key, which everybody may know: {name} needs a secret");
            return Err(KeyError::Signing(problem));
        }
        let (signing, verifying) = (EncodingKey::from_secret(secret), DecodingKey::from_secret(secret));
        Ok(Self { algorithm, signing, verifying, public: None })
    }

    fn private(algorithm: Algorithm, material: &[u8]) -> Result<Self, KeyError> {
        let signing = private::read(algorithm, material).map_err(KeyError::Signing)?;
        let refused = || KeyError::Signing(private::damaged(algorithm));
        let mut jwk = Jwk::from_encoding_key(&signing, algorithm).map_err(|_| refused())?;
        let id = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| refused())?;
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        jwk.common.key_id = Some(id.clone());
        let verifying = DecodingKey::from_jwk(&jwk).map_err(|_| refused())?;
        // A key may parse and still not sign.
        let signature = crypto::sign(PROBE.as_bytes(), &signing, algorithm).map_err(|_| refused())?;
        if !verifies(algorithm, &verifying, &signature, PROBE) {
            return Err(refused());
        }
        Ok(Self { algorithm, signing, verifying, public: Some(PublicKey { id, jwk }) })
    }

    /// The algorithm of this key.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The `kid`. A shared secret has none.
    pub fn id(&self) -> Option<&str> {
        self.public.as_ref().map(|public| public.id.as_str())
    }

    /// The public key (RFC 7517 §4). A shared secret has none.
    pub fn public_jwk(&self) -> Option<&Jwk> {
        self.public.as_ref().map(|public| &public.jwk)
    }

    /// Signs `message`. Returns the signature in base64url, the third part of a compact JWS.
    pub fn sign(&self, message: &str) -> String {
        crypto::sign(message.as_bytes(), &self.signing, self.algorithm)
            .expect("a key that has signed before signs bytes in memory")
    }

    /// Whether `signature` (base64url) is this key's over `message`. MACs are compared in constant time.
    pub fn verifies(&self, signature: &str, message: &str) -> bool {
        verifies(self.algorithm, &self.verifying, signature, message)
    }
}

fn public_pem(algorithm: Algorithm, pem: &str) -> Result<DecodingKey, KeyError> {
    let pem = private::with_line_breaks(pem);
    let key = match algorithm.family() {
        AlgorithmFamily::Rsa | AlgorithmFamily::Hmac => DecodingKey::from_rsa_pem(pem.as_bytes()),
        AlgorithmFamily::Ec => DecodingKey::from_ec_pem(pem.as_bytes()),
        AlgorithmFamily::Ed => DecodingKey::from_ed_pem(pem.as_bytes()),
    };
    key.map_err(|_| KeyError::Verifying(private::describe_bad_public_key(algorithm, &pem)))
}

#[cfg(test)]
mod tests {
    use super::{ALGORITHMS, Algorithm, Key, KeyError, generate, is_symmetric};

    fn fresh(algorithm: Algorithm) -> Key {
        Key::new(algorithm, &generate(algorithm).expect("a key"), None).expect("a good key")
    }

    #[test]
    fn every_algorithm_verifies_only_what_it_signed() {
        for (name, algorithm) in ALGORITHMS {
            let (key, other) = (fresh(algorithm), fresh(algorithm));
            let signature = key.sign("header.payload");
            assert!(key.verifies(&signature, "header.payload"), "{name}");
            assert!(!key.verifies(&signature, "header.payloae"), "{name}");
            assert!(!other.verifies(&signature, "header.payload"), "{name}");
            assert_eq!(key.id().is_none(), is_symmetric(algorithm), "{name}");
        }
    }

    #[test]
    fn a_key_of_another_kind_or_curve_is_rejected() {
        for (_, given) in ALGORITHMS {
            let key = generate(given).expect("a key");
            for (_, wanted) in ALGORITHMS {
                let fits = Key::new(wanted, &key, None).is_ok();
                let is_rsa = |algorithm: Algorithm| algorithm.family() == jsonwebtoken::AlgorithmFamily::Rsa;
                // Any long enough text is a secret, even a private key.
                let expected = given == wanted || is_symmetric(wanted) || (is_rsa(given) && is_rsa(wanted));
                assert_eq!(fits, expected, "{given:?} for {wanted:?}");
            }
        }
    }

    #[test]
    fn short_keys_are_rejected() {
        for (algorithm, bytes) in [(Algorithm::HS256, 31), (Algorithm::HS384, 47), (Algorithm::HS512, 63)] {
            let fault = Key::new(algorithm, &vec![7; bytes].into(), None).err();
            assert!(matches!(fault, Some(KeyError::Signing(problem)) if problem.contains("too short")));
        }
        let short = include_bytes!("keys/rsa-1024.pem").to_vec();
        let fault = Key::new(Algorithm::RS256, &short.into(), None).err();
        assert!(matches!(&fault, Some(KeyError::Signing(problem)) if problem.contains("2048 bits")), "{fault:?}");
    }

    #[test]
    fn only_the_public_key_is_published() {
        let key = serde_json::to_value(fresh(Algorithm::ES256).public_jwk()).expect("JSON");
        assert_eq!((&key["kty"], &key["crv"], &key["use"]), (&"EC".into(), &"P-256".into(), &"sig".into()));
        assert_eq!((&key["alg"], key.get("d")), (&"ES256".into(), None));
        assert_eq!(fresh(Algorithm::HS256).public_jwk(), None);
    }

    /// RFC 8037 §A.1 and §A.3.
    #[test]
    fn the_id_of_a_key_is_its_thumbprint() {
        let header = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        let seed = hallpass_verify::jws::decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").expect("base64url");
        let pem = pem::encode(&pem::Pem::new("PRIVATE KEY", [header.as_slice(), &seed].concat()));
        let key = Key::new(Algorithm::EdDSA, &pem.into_bytes().into(), None).expect("a good key");
        assert_eq!(key.id(), Some("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
    }

    #[test]
    fn a_public_key_is_rejected_as_a_secret() {
        let public = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
        let fault = Key::new(Algorithm::HS256, &public.as_bytes().to_vec().into(), None).err();
        assert!(matches!(&fault, Some(KeyError::Signing(problem)) if problem.contains("public key")), "{fault:?}");
    }
}
