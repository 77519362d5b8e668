//! Signing of tokens.

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Value, value::RawValue};

use super::{MAX_ISSUED_BYTES, Subject, TokenType, Tokens};
use crate::{clock::Timestamp, id::Jti, keys::RingKey, session::IssuedToken, settings::AccessTokenProfile};

/// An upper bound for the length of an encoded signature of any key.
const MAX_SIGNATURE_CHARS: usize = 4 * 1024;

/// A claim of a token to be signed.
#[derive(Serialize)]
#[serde(untagged)]
enum Claim<'c> {
    /// A claim copied from another token.
    Written(&'c RawValue),
    Text(Cow<'c, str>),
    Number(i64),
    Value(Value),
}

impl<'c> From<&'c str> for Claim<'c> {
    fn from(text: &'c str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Claim<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl Tokens {
    /// Signs a token with the key that was signing at its `iat`. Equal arguments give the same claims and header, and
    /// with a deterministic signature the same text, whatever keys were rotated since. So a token that was never stored
    /// can be issued again.
    pub fn sign(&self, subject: &Subject, token_type: TokenType, token: &IssuedToken) -> String {
        let ring = self.ring();
        let key = ring.signing(token.issued_at);
        let message = self.message(key, subject, token_type, token);
        let signature = key.key().sign(&message);
        format!("{message}.{signature}")
    }

    /// The signed part of a token: the encoded header and claims.
    fn message(&self, key: &RingKey, subject: &Subject, token_type: TokenType, token: &IssuedToken) -> String {
        let claims = self.claims(subject, token_type, token);
        let json = serde_json::to_vec(&claims).expect("a map of JSON values is JSON");
        let header = key.header(self.is_profiled(token_type));
        format!("{header}.{}", URL_SAFE_NO_PAD.encode(json))
    }

    /// Whether every token with this subject stays within [`MAX_ISSUED_BYTES`], however often it is rotated.
    pub fn fits(&self, subject: &Subject, now: Timestamp) -> bool {
        let ring = self.ring();
        let key = ring.signing(now);
        let widest = Subject { generation: u32::MAX, ..subject.clone() };
        let token = IssuedToken { jti: Jti::from_text("0".repeat(32)), issued_at: now, expires_at: now };
        [TokenType::Access, TokenType::Refresh, TokenType::Sliding].into_iter().all(|token_type| {
            let message = self.message(key, &widest, token_type, &token);
            // Signing only to learn the length of the signature is worth it only near the bound.
            message.len() + MAX_SIGNATURE_CHARS < MAX_ISSUED_BYTES
                || message.len() + 1 + key.key().sign(&message).len() <= MAX_ISSUED_BYTES
        })
    }

    fn claims<'c>(
        &'c self,
        subject: &'c Subject,
        token_type: TokenType,
        token: &'c IssuedToken,
    ) -> BTreeMap<&'c str, Claim<'c>> {
        let mut claims: BTreeMap<_, _> =
            subject.custom.iter().map(|(name, value)| (name, Claim::Written(value))).collect();
        claims.insert(&self.settings.token_type_claim, token_type.name().into());
        claims.insert("exp", Claim::Number(token.expires_at.seconds()));
        claims.insert("iat", Claim::Number(token.issued_at.seconds()));
        claims.insert(&self.settings.jti_claim, token.jti.as_str().into());
        claims.insert(&self.settings.user_id_claim, subject.user.to_string().into());
        claims.insert("sid", subject.session.to_string().into());
        claims.insert("gen", Claim::Number(subject.generation.into()));
        if let Some(issuer) = &self.settings.issuer {
            claims.insert("iss", issuer.as_str().into());
        }
        if let Some(audience) = &self.settings.audience {
            claims.insert("aud", Claim::Value(audience.claim()));
        }
        // RFC 9068 §2.2.
        if let AccessTokenProfile::Rfc9068 { client_id } = &self.settings.access_token_profile
            && token_type == TokenType::Access
        {
            claims.insert("sub", subject.user.to_string().into());
            claims.insert("client_id", client_id.as_str().into());
            claims.insert("jti", token.jti.as_str().into());
        }
        claims
    }
}
