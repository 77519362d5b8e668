//! A token taken apart, without verifying it: the browser has no key, and says so.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// The parts of a compact JWS (RFC 7515 §3.1) that holds claims (RFC 7519).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Anatomy {
    /// The three parts as they stand in the token.
    pub(super) parts: [String; 3],
    /// The header.
    pub(super) header: Map<String, Value>,
    /// The claims.
    pub(super) claims: Map<String, Value>,
}

/// Why text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoToken {
    /// There are not three parts with dots between them.
    Parts,
    /// There are five: it is encrypted (RFC 7516).
    Encrypted,
    /// The first part is no JSON object in base64url.
    Header,
    /// The second part is none.
    Claims,
}

impl Anatomy {
    /// Takes `token` apart.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
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

    /// A claim that is a moment, Unix seconds.
    pub(super) fn moment(&self, claim: &str) -> Option<i64> {
        self.claims.get(claim)?.as_i64()
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// A value as it is shown: text without its quotes.
pub(super) fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{Anatomy, NoToken};

    #[test]
    fn a_token_is_taken_apart_and_text_that_is_none_says_where_it_stops_being_one() {
        let anatomy = Anatomy::of("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjIwLCJuYW1lIjoi7ZWcIn0.c2ln").expect("a token");
        assert_eq!(anatomy.header["alg"], "HS256");
        assert_eq!((anatomy.moment("exp"), anatomy.moment("iat")), (Some(20), None));
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
}
