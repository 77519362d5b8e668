//! A compact JWS (RFC 7515 §7.1), taken apart: three parts in strict base64url and a header of which
//! every member that changes the meaning is understood. Nothing in it is believed here, and it never
//! brings a key of its own along.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::Value;

use crate::algorithm::{self, Algorithm};

/// No token of ours comes near this; longer text is refused before any work is done on it.
const MAX_BYTES: usize = 16 * 1024;

/// Why text is no JWS that a key vouches for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Longer than any token.
    #[error("it is longer than 16 kB")]
    TooLong,
    /// Another number of parts: one of JSON serialisation (RFC 7515 §7.2), or a JWE in five.
    #[error("it does not have the three parts of a compact JWS")]
    Parts,
    /// Padding, white space, other characters, or stray bits at the end of a part.
    #[error("a part of it is not base64url without padding")]
    Encoding,
    /// No JSON object, a member that stands twice, or one of the wrong type.
    #[error("its header is no JSON object with a text as alg")]
    Header,
    /// `crit` or `b64`: we implement no extension, so none may be critical (RFC 7515 §4.1.11).
    #[error("its header asks for an extension that is not implemented")]
    Extension,
    /// `none`, or an algorithm that is none of ours.
    #[error("its algorithm is none that is accepted")]
    Algorithm,
    /// No key of that name for that algorithm.
    #[error("there is no key for it")]
    NoKey,
    /// Another key's, another message's, or none.
    #[error("its signature is not by that key")]
    Signature,
}

/// The parts of a compact JWS, decoded as far as that needs no trust.
#[derive(Clone, Debug)]
pub struct Jws<'t> {
    /// The first part, as it stands.
    pub encoded_header: &'t str,
    /// What is signed: the first two parts with the dot between.
    pub message: &'t str,
    /// The second part's bytes.
    pub payload: Vec<u8>,
    /// The third part, as it stands; it is base64url.
    pub signature: &'t str,
}

/// The members of a JOSE header that mean something here. `jwk`, `jku`, `x5u` and `x5c` are not among
/// them: a token does not bring its own key (RFC 8725 §3.10).
#[derive(Clone, Debug, Deserialize)]
pub struct Header {
    /// The algorithm that the token claims. It is compared with the key's and chooses nothing.
    pub alg: String,
    /// What the issuer calls the key.
    #[serde(default, deserialize_with = "text")]
    pub kid: Option<String>,
    /// What the token says it is.
    #[serde(default)]
    pub typ: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
    /// An unencoded payload (RFC 7797) is not what we would verify.
    #[serde(default, deserialize_with = "present")]
    b64: bool,
}

impl<'t> Jws<'t> {
    /// Takes text apart.
    ///
    /// # Errors
    /// `TooLong`, `Parts` or `Encoding`.
    pub fn parse(text: &'t str) -> Result<Self, JwsError> {
        if text.len() > MAX_BYTES {
            return Err(JwsError::TooLong);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(JwsError::Parts)?;
        let (encoded_header, payload) = message.split_once('.').ok_or(JwsError::Parts)?;
        if payload.contains('.') {
            return Err(JwsError::Parts);
        }
        let payload = decode(payload)?;
        decode(signature)?;
        Ok(Self { encoded_header, message, payload, signature })
    }

    /// Reads the header.
    ///
    /// # Errors
    /// `Encoding`, `Header` or `Extension`.
    pub fn header(&self) -> Result<Header, JwsError> {
        let json = decode(self.encoded_header)?;
        // A list would be read as the members in their order.
        if json.trim_ascii_start().first() != Some(&b'{') {
            return Err(JwsError::Header);
        }
        let header: Header = serde_json::from_slice(&json).map_err(|_| JwsError::Header)?;
        if header.crit || header.b64 { Err(JwsError::Extension) } else { Ok(header) }
    }
}

impl Header {
    /// The algorithm, if it is one of ours.
    ///
    /// # Errors
    /// `Algorithm`: also for `none`, in whatever spelling.
    pub fn algorithm(&self) -> Result<Algorithm, JwsError> {
        algorithm::find(&self.alg).ok_or(JwsError::Algorithm)
    }

    /// Whether the token says that it is an access token of RFC 9068 (§4: `at+jwt`, also with the
    /// prefix that a media type may leave out).
    pub fn is_access_token(&self) -> bool {
        let typ = self.typ.as_ref().and_then(Value::as_str).unwrap_or_default();
        ["at+jwt", "application/at+jwt"].iter().any(|ours| typ.eq_ignore_ascii_case(ours))
    }
}

/// Decodes strict base64url: no padding, no white space, no stray bits at the end (RFC 7515 §2).
///
/// # Errors
/// `Encoding`.
pub fn decode(part: &str) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Encoding)
}

/// A text; `null` is none.
fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
}
