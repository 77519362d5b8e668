//! The claims that the browser reads in its own tokens.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

/// The claims that the token engine needs. They are not verified: the browser has no key, and only decides by them when
/// to refresh.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct SessionClaims {
    /// Expiry, Unix seconds on the server's clock (RFC 7519 §4.1.4).
    pub exp: i64,
    /// Time of issue, Unix seconds on the server's clock (RFC 7519 §4.1.6).
    pub iat: i64,
    /// The session: one sign-in on one device. `None` in tokens of Simple JWT.
    #[serde(default)]
    pub sid: Option<String>,
    /// The generation of the session when the token was issued. `None` in tokens of Simple JWT.
    #[serde(default, rename = "gen")]
    pub generation: Option<u32>,
    /// The id of the token (RFC 7519 §4.1.7).
    #[serde(default)]
    pub jti: Option<String>,
    /// The username at the sign-in, a custom claim.
    #[serde(default)]
    pub username: Option<String>,
}

impl SessionClaims {
    /// Reads the payload of a compact JWS. `None` when the text is not a token with times.
    pub fn read(token: &str) -> Option<Self> {
        let payload = token.split('.').nth(1)?;
        let json = URL_SAFE_NO_PAD.decode(payload).ok()?;
        serde_json::from_slice(&json).ok()
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::SessionClaims;

    #[test]
    fn claims_are_read_from_the_payload() {
        let payload = URL_SAFE_NO_PAD.encode(br#"{"exp":20,"iat":10,"sid":"ab","gen":3,"x":null}"#);
        let claims = SessionClaims::read(&format!("e30.{payload}.c2ln"));
        let expected =
            SessionClaims { exp: 20, iat: 10, sid: Some("ab".into()), generation: Some(3), ..SessionClaims::default() };
        assert_eq!(claims, Some(expected));
    }

    #[test]
    fn text_that_is_not_our_token_has_no_claims() {
        for text in ["", "a.b.c", "e30.e30.e30", "no dots at all"] {
            assert_eq!(SessionClaims::read(text), None, "{text:?}");
        }
    }
}
