//! Tokens with Hallpass's claims, signed and verified by `jsonwebtoken`.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, crypto, errors};
use serde::{Deserialize, Serialize};

/// Hallpass's default lifetimes, seconds.
const REFRESH_LIFETIME: u64 = 7 * 24 * 3600;
const ACCESS_LIFETIME: u64 = 3600;

/// The claims of a token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    token_type: String,
    pub(crate) exp: u64,
    pub(crate) iat: u64,
    pub(crate) jti: String,
    #[serde(rename = "user_id")]
    pub(crate) user: String,
    #[serde(rename = "sid")]
    pub(crate) session: String,
    #[serde(rename = "gen")]
    pub(crate) generation: u32,
    username: String,
}

impl Claims {
    /// The claims of a session's first refresh token.
    pub(crate) fn refresh(user: String, session: String) -> Self {
        let iat = now();
        Self {
            token_type: "refresh".to_owned(),
            exp: iat + REFRESH_LIFETIME,
            iat,
            jti: random_id(),
            user,
            session,
            generation: 0,
            username: "ada".to_owned(),
        }
    }

    /// The claims of this refresh token's successor.
    pub(crate) fn successor(self) -> Self {
        Self { generation: self.generation + 1, ..Self::refresh(self.user, self.session) }
    }
}

pub(crate) struct Tokens {
    algorithm: Algorithm,
    verifying: DecodingKey,
    signing: EncodingKey,
}

impl Tokens {
    /// Signs with HS256 only, where the verifying key is the signing key.
    pub(crate) fn new(algorithm: &str, key: &str) -> errors::Result<Self> {
        let algorithm = algorithm.parse()?;
        let verifying = match algorithm {
            Algorithm::ES256 => DecodingKey::from_ec_pem(key.as_bytes())?,
            Algorithm::EdDSA => DecodingKey::from_ed_pem(key.as_bytes())?,
            _ => DecodingKey::from_secret(key.as_bytes()),
        };
        Ok(Self { algorithm, verifying, signing: EncodingKey::from_secret(key.as_bytes()) })
    }

    pub(crate) fn verifies(&self, token: &str) -> bool {
        let Some((message, signature)) = token.rsplit_once('.') else { return false };
        crypto::verify(signature, message.as_bytes(), &self.verifying, self.algorithm).unwrap_or(false)
    }

    pub(crate) fn claims(&self, token: &str) -> Option<Claims> {
        let payload = token.split('.').nth(1).filter(|_| self.verifies(token))?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }

    pub(crate) fn pair(&self, refresh: &Claims) -> super::Pair {
        let access = Claims {
            token_type: "access".to_owned(),
            exp: refresh.iat + ACCESS_LIFETIME,
            jti: random_id(),
            ..refresh.clone()
        };
        super::Pair { access: self.sign(&access), refresh: self.sign(refresh) }
    }

    fn sign(&self, claims: &Claims) -> String {
        let header = Header::new(Algorithm::HS256);
        jsonwebtoken::encode(&header, claims, &self.signing).expect("claims in memory are signed by a secret")
    }
}

/// 128 random bits in hexadecimal.
pub(crate) fn random_id() -> String {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).expect("the system has randomness");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[expect(clippy::disallowed_methods, reason = "nothing here is tested for when it expires")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
