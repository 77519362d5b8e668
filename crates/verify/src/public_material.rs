//! Recognises public keys and certificates that are used as an HMAC secret. They are public, so a token signed with one
//! proves nothing (RFC 8725 §2.1).
//!
//! A secret is rejected when it is a public key or certificate in PEM, DER, SSH or JWK format, also within base64,
//! base64url or hexadecimal. A bare number of a key (`n`, `x`) looks like random bytes and is not recognised.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ParsedPublicKey, VerificationAlgorithm,
};
use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::der::{self, BIT_STRING, INTEGER, OBJECT_IDENTIFIER, SEQUENCE};

/// The nested encodings that are decoded. Base64 of a PEM file has two.
const MAX_DEPTH: usize = 4;

/// Lenient base64: padding is optional, and bits left over at the end are ignored.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Whether a secret is a public key or certificate in any encoding.
pub fn is_public_material(secret: &[u8]) -> bool {
    is_public(secret, MAX_DEPTH)
}

fn is_public(bytes: &[u8], depth: usize) -> bool {
    if is_public_der(bytes) || is_ssh_key(bytes) || is_curve_point(bytes) {
        return true;
    }
    // Without NULs, UTF-16 reads as ASCII.
    let text = String::from_utf8_lossy(bytes).replace('\0', "");
    let text = percent_decode_str(&text).decode_utf8_lossy();
    is_armoured(&text) || is_jwk(&text) || depth > 0 && decodings(&text).iter().any(|bytes| is_public(bytes, depth - 1))
}

/// `SubjectPublicKeyInfo`, a certificate, a certificate request or a revocation list (a sequence that begins with a
/// sequence and ends with a bit string, RFC 5280 §4.1), `RSAPublicKey` (two integers, RFC 8017 §A.1.1), or signed
/// data that carries certificates (PKCS #7).
fn is_public_der(bytes: &[u8]) -> bool {
    let Some(elements) = der::sequence(bytes) else { return false };
    match elements.as_slice() {
        [(SEQUENCE, _), .., (BIT_STRING, _)] | [(INTEGER, _), (INTEGER, _)] => true,
        [(OBJECT_IDENTIFIER, kind), ..] => kind.starts_with(b"\x2a\x86\x48\x86\xf7\x0d\x01\x07"),
        _ => false,
    }
}

/// An SSH public key (RFC 4253 §6.6): the length of the key's type, then the type.
fn is_ssh_key(bytes: &[u8]) -> bool {
    let kind = bytes.strip_prefix(&[0, 0, 0]).and_then(|rest| {
        let (length, rest) = rest.split_first()?;
        rest.get(..usize::from(*length))
    });
    kind.is_some_and(|kind| [b"ssh-".as_slice(), b"ecdsa-sha2-", b"sk-"].iter().any(|prefix| kind.starts_with(prefix)))
}

/// An uncompressed point of a curve that ECDSA uses. Random bytes are one by chance once in 2²⁵⁶ times.
fn is_curve_point(bytes: &[u8]) -> bool {
    let curve: &'static dyn VerificationAlgorithm = match bytes.len() {
        65 => &ECDSA_P256_SHA256_FIXED,
        97 => &ECDSA_P384_SHA384_FIXED,
        133 => &ECDSA_P521_SHA512_FIXED,
        _ => return false,
    };
    bytes.first() == Some(&4) && ParsedPublicKey::new(curve, bytes).is_ok()
}

/// PEM of a public key (RFC 7468) with any white space and without a private key, or the output of `openssl … -text`.
fn is_armoured(text: &str) -> bool {
    let letters: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_uppercase()).collect();
    let is_public_label = |label: &str| {
        let label: String = label.chars().take(24).collect();
        ["PUBLICKEY", "CERTIFICATE"].iter().any(|kind| label.contains(kind))
            || ["X509", "PKCS7", "CMS"].iter().any(|kind| label.starts_with(kind))
    };
    let is_printed = ["PUBLICKEY", "RSAPUBLICKEY", "CERTIFICATEDATA"].iter().any(|head| letters.starts_with(head));
    let has_armour =
        text.contains("--") && ["BEGIN", "END"].iter().any(|mark| letters.split(mark).skip(1).any(is_public_label));
    is_printed || has_armour && !letters.contains("PRIVATEKEY")
}

/// A JWK, a JWK set, or text with one in it, in any quotes.
fn is_jwk(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect();
    let has_member = |name: &str| ["\"", "'"].iter().any(|quote| plain.contains(&format!("{quote}{name}{quote}:")));
    has_member("kty") || serde_json::from_str(text.trim()).is_ok_and(|json| has_key(&json))
}

fn has_key(json: &Value) -> bool {
    match json {
        Value::Object(members) => {
            ["kty", "keys", "x5c"].iter().any(|name| members.contains_key(*name)) || members.values().any(has_key)
        }
        Value::Array(items) => items.iter().any(has_key),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The bytes that the text may encode as a JSON string, hexadecimal or base64, as a whole or word by word.
fn decodings(text: &str) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    if let Ok(inner) = serde_json::from_str::<String>(text.trim()) {
        found.push(inner.into_bytes());
    }
    // Line breaks that an environment file or JSON escapes.
    let text = ["\\r", "\\n", "\\t"].iter().fold(text.to_owned(), |text, escape| text.replace(escape, " "));
    let body = without_armour(&text);
    found.extend(hexadecimal(&body));
    found.extend(base64(&body));
    found.extend(text.split_whitespace().filter_map(base64));
    found
}

/// The text without the lines `-----BEGIN …-----` and `-----END …-----`.
fn without_armour(text: &str) -> String {
    text.split("-----").step_by(2).collect()
}

/// Digits with or without `0x`, colons, commas and braces between them, as `xxd` and `openssl` print them.
fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let text = text.to_ascii_lowercase().replace("0x", "").replace("\\x", "");
    let is_digit = |c: &char| !c.is_whitespace() && !matches!(c, ':' | ',' | '{' | '}' | ';' | '"' | '\'');
    let digits: Vec<u8> =
        text.chars().filter(is_digit).map(|c| c.to_digit(16)?.try_into().ok()).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    let is_whole = rest.is_empty() && !pairs.is_empty();
    is_whole.then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let plain = |c: char| match c {
        '-' => Some('+'),
        '_' => Some('/'),
        '"' | '\'' | '\\' | ',' | '\u{feff}' | '\u{fffd}' => None,
        c => (!c.is_whitespace()).then_some(c),
    };
    let text: String = text.chars().filter_map(plain).collect();
    BASE64.decode(text).ok().filter(|bytes| !bytes.is_empty())
}
