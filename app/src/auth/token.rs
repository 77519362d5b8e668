//! What a token is: compact JWS text (RFC 7515 §7.1) around claims (RFC 7519 §4), signed and
//! verified with one key. Time comes in as an argument, and nothing here knows the database: whether
//! a good token is still welcome is decided by the verbs.

mod payload;
mod subject;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    keys::{self, Key},
    settings::{Settings, SettingsError},
};
use payload::Payload;
pub use subject::{Stamp, Subject};

/// No token of ours comes near this; longer text is refused before any work is done on it.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// The kinds of token, told apart by the type claim so that one never passes for another
/// (RFC 8725 §3.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// Opens protected endpoints.
    Access,
    /// Buys the next pair.
    Refresh,
}

impl TokenType {
    /// The claim's value.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// Why text is not a token to be believed, in the order in which it is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// Malformed, badly signed, for somebody else, or not yet valid.
    #[error("Token is invalid")]
    Invalid,
    /// Past its `exp`.
    #[error("Token is expired")]
    Expired,
    /// Without an `exp`.
    #[error("Token has no 'exp' claim")]
    MissingExpiry,
    /// Without a `jti`.
    #[error("Token has no id")]
    MissingId,
    /// Without a type claim.
    #[error("Token has no type")]
    MissingType,
    /// A good token of another kind.
    #[error("Token has wrong type")]
    WrongType,
}

/// A token whose signature and claims are good.
#[derive(Clone, Debug)]
pub struct Token {
    /// Its own name.
    pub jti: Jti,
    /// The user it speaks for, if it names one that can be ours.
    pub user: Option<UserId>,
    /// Whether it names a user at all: a name that cannot be ours is a user who does not exist.
    pub names_user: bool,
    /// The session it belongs to; `None` when another issuer with the same key made it.
    pub session: Option<SessionId>,
    /// How many rotations the session had seen when it was made.
    pub generation: u32,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was made, where it says so.
    pub issued_at: Option<Timestamp>,
    /// Every claim, as signed.
    pub claims: Map<String, Value>,
}

/// Signs and verifies tokens. The parsed key and the names of the claims live as long as the server.
pub struct Tokens {
    key: Key,
    /// The header of every token we sign, encoded.
    header: String,
    issuer: Option<String>,
    audience: Option<String>,
    leeway: std::time::Duration,
    names: ClaimNames,
}

/// How the settings spell the claims whose names are free.
struct ClaimNames {
    token_type: String,
    jti: String,
    user_id: String,
}

/// The members of a JOSE header that mean something here. `jwk`, `jku`, `x5u` and `x5c` are not among
/// them: a token does not bring its own key (RFC 8725 §3.10).
#[derive(Deserialize)]
struct Header {
    alg: String,
    /// There is one key, so what the issuer called it is not looked at; but a name is text.
    #[serde(default, rename = "kid")]
    _kid: String,
    #[serde(default)]
    crit: Option<Value>,
    /// An unencoded payload (RFC 7797) is not what we would verify.
    #[serde(default)]
    b64: Option<Value>,
}

impl Tokens {
    /// With the key and the names of `settings`, which were validated.
    ///
    /// # Errors
    /// When the key cannot be used.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let key = settings.key()?;
        let alg = keys::name(key.algorithm());
        let header = match key.id() {
            Some(id) => format!(r#"{{"alg":"{alg}","typ":"JWT","kid":"{id}"}}"#),
            None => format!(r#"{{"alg":"{alg}","typ":"JWT"}}"#),
        };
        Ok(Self {
            header: URL_SAFE_NO_PAD.encode(header),
            key,
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            leeway: settings.leeway,
            names: ClaimNames {
                token_type: settings.token_type_claim.clone(),
                jti: settings.jti_claim.clone(),
                user_id: settings.user_id_claim.clone(),
            },
        })
    }

    /// The public halves of the keys that verify our tokens (RFC 7517 §5).
    pub fn public_keys(&self) -> JwkSet {
        self.key.public_set()
    }

    /// Signs a token about `subject`. The same arguments give the same claims, and with a deterministic
    /// signature the same text, byte for byte: this is how a token that was never stored can be issued
    /// again.
    pub fn sign(&self, subject: &Subject, stamp: &Stamp) -> String {
        let claims = self.claims(subject, stamp);
        let json = serde_json::to_vec(&claims).expect("a map of JSON values is JSON");
        let message = format!("{}.{}", self.header, URL_SAFE_NO_PAD.encode(json));
        let signature = self.key.sign(&message);
        format!("{message}.{signature}")
    }

    /// Verifies `text`: structure, algorithm, signature, `exp`, `aud` and `iss`, `jti`, then the type,
    /// if one is `expected`.
    ///
    /// # Errors
    /// The first fault, in that order.
    pub fn verify(&self, text: &str, expected: Option<TokenType>, now: Timestamp) -> Result<Token, TokenFault> {
        let payload = Payload::parse(self.verified_payload(text)?)?;
        let expires_at = payload.check_times(now, self.leeway)?;
        payload.check_issuer(self.issuer.as_deref())?;
        payload.check_audience(self.audience.as_deref())?;
        payload.check_texts()?;
        let expires_at = expires_at.ok_or(TokenFault::MissingExpiry)?;
        let jti = payload.jti(&self.names.jti)?;
        if let Some(expected) = expected {
            payload.check_type(&self.names.token_type, expected)?;
        }
        Ok(Token {
            jti,
            user: payload.user(&self.names.user_id),
            names_user: payload.names_user(&self.names.user_id),
            session: payload.session(),
            generation: payload.generation(),
            issued_at: payload.issued_at(),
            expires_at,
            claims: payload.into_claims(),
        })
    }

    /// The subject of a verified token: what its successor will be about. The claims that an issuer
    /// added of its own travel along, as they do in Simple JWT.
    pub fn subject_of(&self, token: &Token, user: UserId, session: SessionId, generation: u32) -> Subject {
        let mut custom = token.claims.clone();
        for name in ["exp", "iat", "sid", "gen"] {
            custom.remove(name);
        }
        for name in [&self.names.token_type, &self.names.jti, &self.names.user_id] {
            custom.remove(name);
        }
        Subject { user, session, generation, custom }
    }

    fn claims(&self, subject: &Subject, stamp: &Stamp) -> Map<String, Value> {
        let mut claims = subject.custom.clone();
        claims.insert(self.names.token_type.clone(), stamp.token_type.name().into());
        claims.insert("exp".into(), stamp.expires_at.seconds().into());
        claims.insert("iat".into(), stamp.issued_at.seconds().into());
        claims.insert(self.names.jti.clone(), stamp.jti.as_str().into());
        claims.insert(self.names.user_id.clone(), subject.user.to_string().into());
        claims.insert("sid".into(), subject.session.to_string().into());
        claims.insert("gen".into(), subject.generation.into());
        if let Some(issuer) = &self.issuer {
            claims.insert("iss".into(), issuer.as_str().into());
        }
        if let Some(audience) = &self.audience {
            claims.insert("aud".into(), audience.as_str().into());
        }
        claims
    }

    /// The payload's bytes, once structure, algorithm and signature are good.
    fn verified_payload(&self, text: &str) -> Result<Vec<u8>, TokenFault> {
        if text.len() > MAX_TOKEN_BYTES {
            return Err(TokenFault::Invalid);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(TokenFault::Invalid)?;
        let (header, payload) = message.split_once('.').ok_or(TokenFault::Invalid)?;
        if header != self.header {
            self.check_header(header)?;
        }
        // A JWE in five parts leaves dots in here, which are outside the alphabet.
        let payload = decode(payload)?;
        decode(signature)?;
        if !self.key.verifies(signature, message) {
            return Err(TokenFault::Invalid);
        }
        Ok(payload)
    }

    fn check_header(&self, encoded: &str) -> Result<(), TokenFault> {
        let json = decode(encoded)?;
        // A list would be read as the members in their order.
        if json.trim_ascii_start().first() != Some(&b'{') {
            return Err(TokenFault::Invalid);
        }
        let header: Header = serde_json::from_slice(&json).map_err(|_| TokenFault::Invalid)?;
        // We implement no extension, so none may be critical (RFC 7515 §4.1.11).
        let is_understood =
            header.crit.is_none() && header.b64.is_none() && header.alg == keys::name(self.key.algorithm());
        is_understood.then_some(()).ok_or(TokenFault::Invalid)
    }
}

/// Strict base64url: no padding, no white space, no stray bits at the end (RFC 7515 §2).
fn decode(part: &str) -> Result<Vec<u8>, TokenFault> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenFault::Invalid)
}

#[cfg(test)]
mod tests;
