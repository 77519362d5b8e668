//! Decodes a token without verifying it: the browser has no key, and the page says so.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// The parts of a compact JWS (RFC 7515 §3.1) that holds claims (RFC 7519).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Anatomy {
    /// The three parts of the token.
    pub(super) parts: [String; 3],
    /// The header.
    pub(super) header: Map<String, Value>,
    /// The claims.
    pub(super) claims: Map<String, Value>,
}

/// The reason a text is not a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoToken {
    /// There are not three parts.
    Parts,
    /// There are five parts: the token is encrypted (RFC 7516).
    Encrypted,
    /// The first part is not a JSON object in base64url.
    Header,
    /// The second part is not a JSON object in base64url.
    Claims,
}

impl Anatomy {
    /// Decodes `token`.
    ///
    /// # Errors
    /// The first defect.
    pub(super) fn of(token: &str) -> Result<Self, NoToken> {
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts[..] else {
            return Err(if parts.len() == 5 { NoToken::Encrypted } else { NoToken::Parts });
        };
        Ok(Self {
            parts: [header, claims, signature].map(str::to_owned),
            header: object(header).ok_or(NoToken::Header)?,
            claims: object(claims).ok_or(NoToken::Claims)?,
        })
    }

    /// A claim that is a timestamp, Unix seconds.
    pub(super) fn timestamp(&self, claim: &str) -> Option<i64> {
        numeric_date(self.claims.get(claim)?)
    }
}

/// A `NumericDate` (RFC 7519 §2) in whole seconds. May have a fraction, and may exceed the range of a timestamp.
pub(super) fn numeric_date(value: &Value) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "what is too large becomes the largest")]
    let rounded = || value.as_f64().map(|seconds| seconds.floor() as i64);
    value.as_i64().or_else(rounded)
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// A value as displayed: strings without quotes.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Anatomy, NoToken, numeric_date};

    #[test]
    fn a_token_is_decoded_and_other_text_is_rejected_with_its_first_defect() {
        let anatomy = Anatomy::of("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjIwLCJuYW1lIjoi7ZWcIn0.c2ln").expect("a token");
        assert_eq!(anatomy.header["alg"], "HS256");
        assert_eq!((anatomy.timestamp("exp"), anatomy.timestamp("iat")), (Some(20), None));
        assert_eq!(anatomy.claims["name"], "한");
        for (text, fault) in [
            ("", NoToken::Parts),
            ("a.b", NoToken::Parts),
            ("a.b.c.d.e", NoToken::Encrypted),
            ("!.e30.x", NoToken::Header),
            ("e30.W10.x", NoToken::Claims),
        ] {
            assert_eq!(Anatomy::of(text), Err(fault), "{text:?}");
        }
    }

    #[test]
    fn a_numeric_date_may_have_a_fraction_and_saturates() {
        for (value, seconds) in [
            (json!(20), Some(20)),
            (json!(1_764_361_168.75), Some(1_764_361_168)),
            (json!(-1.5), Some(-2)),
            (json!(0.0), Some(0)),
            (json!(i64::MAX), Some(i64::MAX)),
            (json!(u64::MAX), Some(i64::MAX)),
            (json!(1e300), Some(i64::MAX)),
            (json!(-1e300), Some(i64::MIN)),
            (json!("20"), None),
            (json!(null), None),
        ] {
            assert_eq!(numeric_date(&value), seconds, "{value}");
        }
    }
}
