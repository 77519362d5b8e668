//! Verification of tokens.

use std::{sync::Arc, time::Duration};

use hallpass_verify::Jws;
use serde_json::Value;

use super::{
    Kind, Subject, Token, TokenError, TokenType, Tokens,
    payload::{self, Issuer, Payload},
};
use crate::{clock::Timestamp, id::SessionId, keys::Key, settings::Settings, user::UserKey};

/// A payload with a verified signature.
struct Signed {
    payload: Vec<u8>,
    /// Whether the header marks an access token of RFC 9068.
    is_access_token: bool,
    by: Signer,
}

/// The owner of the key that signed a token.
#[derive(Clone)]
enum Signer {
    /// A key of our ring, which other issuers may share.
    Ourselves(Arc<Key>),
    /// A key from `JWK_URL`.
    ForeignIssuer,
}

impl Tokens {
    /// Verifies a token: structure, algorithm, signature, `exp`, `aud` and `iss`, `jti`, then the type if one is
    /// `expected`.
    ///
    /// # Errors
    /// The first error, in that order.
    pub fn verify(&self, text: &str, expected: Option<TokenType>, now: Timestamp) -> Result<Token, TokenError> {
        self.read(self.verified_payload(text, now)?, expected, now)
    }

    /// Verifies a token of any type, from the cache if it was verified before: then only its times and its key are
    /// checked. Only tokens signed by our ring are cached.
    ///
    /// # Errors
    /// As `verify`.
    pub fn recognize(&self, text: &str, now: Timestamp) -> Result<Arc<Token>, TokenError> {
        if let Some(token) = self.known.find(text, |key| self.ring().trusts(key, now)) {
            return token.check_times(now, self.settings.leeway).map(|()| token);
        }
        let signed = self.verified_payload(text, now)?;
        let by = signed.by.clone();
        let token = Arc::new(self.read(signed, None, now)?);
        if let Signer::Ourselves(key) = by {
            self.known.insert(text, token.clone(), key);
        }
        Ok(token)
    }

    /// Removes a revoked token from the cache.
    pub fn evict(&self, text: &str) {
        self.known.remove(text);
    }

    /// Removes expired tokens from the cache.
    pub fn remove_expired(&self, now: Timestamp) {
        self.known.remove_expired(now - self.settings.leeway);
    }

    /// Reads and checks the claims of a payload.
    fn read(&self, signed: Signed, expected: Option<TokenType>, now: Timestamp) -> Result<Token, TokenError> {
        let payload = Payload::parse(&signed.payload)?;
        // The `sid` of another issuer is not one of our sessions.
        let session = payload.session().filter(|_| matches!(signed.by, Signer::Ourselves(_)));
        let issuer = if session.is_some() { Issuer::Hallpass } else { Issuer::Other };
        let (begins_at, expires_at) = (payload.begins_at(issuer)?, payload.expires_at()?);
        payload::check_times(begins_at, expires_at, now, self.settings.leeway)?;
        payload.check_issuer(self.settings.issuer.as_deref())?;
        payload.check_audience(self.settings.audience.as_ref())?;
        payload.check_texts()?;
        let expires_at = expires_at.ok_or(TokenError::MissingExpiry)?;
        let jti = payload.jti(&self.settings.jti_claim)?;
        let kind = payload.kind(&self.settings.token_type_claim);
        if let Some(expected) = expected {
            kind.check(expected)?;
        }
        self.check_profile(kind, signed.is_access_token)?;
        Ok(Token {
            jti,
            kind,
            user: payload.user(&self.settings.user_id_claim, self.settings.user_id_field),
            has_user: payload.has_user(&self.settings.user_id_claim),
            session,
            generation: payload.generation(),
            issued_at: payload.issued_at(),
            begins_at,
            expires_at,
            claims: Arc::new(payload.into_claims()),
        })
    }

    /// Verifies only the signature of a token.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn verify_signature(&self, text: &str, now: Timestamp) -> Result<(), TokenError> {
        self.verified_payload(text, now).map(drop)
    }

    /// The end of the renewals of a verified sliding token (Simple JWT: `check_exp`).
    pub(crate) fn sliding_end(&self, token: &Token, now: Timestamp) -> Result<Timestamp, TokenError> {
        let claim = &self.settings.sliding_token_refresh_exp_claim;
        let end = token.claims.date(claim)?.ok_or_else(|| TokenError::MissingEnd(claim.clone()))?;
        if end <= now - self.settings.leeway { Err(TokenError::PastEnd(claim.clone())) } else { Ok(end) }
    }

    /// The password fingerprint in a verified token (`REVOKE_TOKEN_CLAIM`).
    pub fn fingerprint(&self, token: &Token) -> Option<Value> {
        token.claims.value(&self.settings.revoke_token_claim)
    }

    /// The subject of a verified token's successor. Custom claims are copied, as in Simple JWT.
    pub fn subject_of(&self, token: &Token, user: UserKey, session: SessionId, generation: u32) -> Subject {
        let Settings { token_type_claim, jti_claim, user_id_claim, .. } = self.settings.as_ref();
        let standard = ["exp", "iat", "sid", "gen", token_type_claim, jti_claim, user_id_claim];
        let custom = token.claims.without(&standard);
        Subject { user, session, generation, custom }
    }

    /// Verifies structure, algorithm and signature, and decodes the payload.
    fn verified_payload(&self, text: &str, now: Timestamp) -> Result<Signed, TokenError> {
        let jws = Jws::parse(text).map_err(|_| TokenError::Invalid)?;
        let ring = self.ring();
        // Headers of our own keys are compared as text and not parsed.
        if let Some((key, is_access_token)) = ring.find_by_header(jws.encoded_header, now)
            && key.key().verifies(jws.signature, jws.message)
        {
            return Ok(Signed { payload: jws.payload, is_access_token, by: Signer::Ourselves(key.key().clone()) });
        }
        let header = jws.header().map_err(|_| TokenError::Invalid)?;
        let by = if let Some(key) = ring.find_signer(&jws, &header, now) {
            Signer::Ourselves(key.key().clone())
        } else if self.remote.as_ref().is_some_and(|remote| remote.verify(&jws, &header).is_ok()) {
            Signer::ForeignIssuer
        } else {
            return Err(TokenError::Invalid);
        };
        Ok(Signed { is_access_token: header.is_access_token(), payload: jws.payload, by })
    }

    /// With the profile of RFC 9068, access tokens have their own `typ`, and no other tokens have it (§4).
    fn check_profile(&self, kind: Kind, is_access_token: bool) -> Result<(), TokenError> {
        let is_access = kind == Kind::Known(TokenType::Access);
        if is_access == is_access_token || !self.is_profiled(TokenType::Access) {
            return Ok(());
        }
        Err(TokenError::Invalid)
    }
}

/// Checks the claims of another issuer's token whose signature is valid.
///
/// # Errors
/// `Invalid`, `Expired` or `MissingExpiry`.
pub fn check_claims(payload: &[u8], now: Timestamp) -> Result<(), TokenError> {
    let payload = Payload::parse(payload)?;
    let (begins_at, expires_at) = (payload.begins_at(Issuer::Other)?, payload.expires_at()?);
    payload::check_times(begins_at, expires_at, now, Duration::ZERO)?;
    payload.check_texts()?;
    expires_at.map(drop).ok_or(TokenError::MissingExpiry)
}
