//! Parses a compact JWS (RFC 7515 §7.1): three parts in strict base64url, and a header of which every member that
//! changes the meaning is understood. Parsing trusts nothing: a signature is verified by [`KeySet`](crate::KeySet).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::Value;

use crate::algorithm::{self, Algorithm};

/// The longest text that is parsed, bytes. Tokens of Hallpass are shorter than 15 kB.
const MAX_BYTES: usize = 16 * 1024;

/// The reason a text is not a JWS that a key verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// The text is longer than 16 kB.
    #[error("it is longer than 16 kB")]
    TooLong,
    /// The text does not have three parts: a JWS in JSON serialisation (RFC 7515 §7.2), or a JWE of five parts.
    #[error("it does not have the three parts of a compact JWS")]
    Parts,
    /// A part has padding, white space, other characters, or bits left over at its end.
    #[error("a part of it is not base64url without padding")]
    Encoding,
    /// The header is not a JSON object, or has a duplicate member or one of the wrong type.
    #[error("its header is not a JSON object with a string as alg")]
    Header,
    /// The header has `crit` or `b64`. No extension is implemented, so none may be critical (RFC 7515 §4.1.11).
    #[error("its header requires an extension that is not implemented")]
    Extension,
    /// The algorithm is `none`, or not one of [`ALGORITHMS`](crate::ALGORITHMS).
    #[error("its algorithm is not accepted")]
    Algorithm,
    /// No key has this `kid` and algorithm.
    #[error("there is no key for it")]
    NoKey,
    /// The signature is missing, or was made with another key or over another message.
    #[error("its signature does not match the key")]
    Signature,
}

/// The parts of a compact JWS.
#[derive(Clone, Debug)]
pub struct Jws<'t> {
    /// The first part, encoded.
    pub encoded_header: &'t str,
    /// The signed text: the first two parts with the dot between them.
    pub message: &'t str,
    /// The second part, decoded.
    pub payload: Vec<u8>,
    /// The third part, encoded in base64url.
    pub signature: &'t str,
}

/// The members of a JOSE header that are used. `jwk`, `jku`, `x5u` and `x5c` are ignored: a token never brings its own key
/// (RFC 8725 §3.10).
#[derive(Clone, Debug, Deserialize)]
pub struct Header {
    /// The algorithm that the token claims. It is only compared with the key's.
    pub alg: String,
    /// The id of the key.
    #[serde(default, deserialize_with = "text")]
    pub kid: Option<String>,
    /// The media type of the token.
    #[serde(default)]
    pub typ: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
    /// An unencoded payload (RFC 7797) is not supported.
    #[serde(default, deserialize_with = "present")]
    b64: bool,
}

impl<'t> Jws<'t> {
    /// Splits a text into its parts.
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
        // Serde would read an array as the members in their order.
        if json.trim_ascii_start().first() != Some(&b'{') {
            return Err(JwsError::Header);
        }
        let header: Header = serde_json::from_slice(&json).map_err(|_| JwsError::Header)?;
        if header.crit || header.b64 { Err(JwsError::Extension) } else { Ok(header) }
    }
}

impl Header {
    /// The algorithm.
    ///
    /// # Errors
    /// `Algorithm` for every other name, `none` in any spelling included.
    pub fn algorithm(&self) -> Result<Algorithm, JwsError> {
        algorithm::find(&self.alg).ok_or(JwsError::Algorithm)
    }

    /// Whether `typ` says that this is an access token of RFC 9068 (§4): `at+jwt`, with or without `application/`.
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

/// Reads a string. `null` is rejected.
fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
}
