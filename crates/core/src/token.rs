//! Tokens: compact JWS (RFC 7515 §7.1) with claims (RFC 7519 §4), signed by a key of our ring and verified by it, or by
//! a key of the issuer that the operator trusts. Time is an argument, and nothing here reads the database: the
//! operations decide whether a valid token is revoked.

mod known;
mod payload;
mod subject;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
pub use hallpass_verify::{Audience, Claims};
use hallpass_verify::{InvalidDate, Jws, KeysUnavailable, RemoteKeys};
use known::KnownTokens;
use payload::{Maker, Payload};
use serde::Serialize;
use serde_json::{Value, value::RawValue};
use strum::{EnumString, IntoStaticStr};

use super::{
    clock::Timestamp,
    id::{Jti, SessionId},
    keys::{Key, KeyRing, RingKey},
    session::IssuedToken,
    settings::{AccessTokenProfile, Settings, SettingsError},
    user::{UserIdField, UserKey},
};
pub use subject::Subject;

/// The maximum length of an issued token, in bytes. It leaves a kilobyte of a request's head (16 KiB) to the other
/// headers.
pub const MAX_ISSUED_BYTES: usize = 15 * 1024;

/// An upper bound for the length of an encoded signature of any key.
const MAX_SIGNATURE_CHARS: usize = 4 * 1024;

/// The types of token. The type claim keeps one from being accepted as another (RFC 8725 §3.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum TokenType {
    /// Authenticates requests to protected endpoints.
    Access,
    /// Is exchanged for the next pair.
    Refresh,
    /// Authenticates requests and can be exchanged for a renewed one.
    Sliding,
}

impl TokenType {
    /// The value of the type claim.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The name of Simple JWT's class.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Access => "AccessToken",
            Self::Refresh => "RefreshToken",
            Self::Sliding => "SlidingToken",
        }
    }
}

/// The reason a text is not a valid token, in the order of the checks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Malformed, badly signed, for another audience, or not yet valid.
    #[error("Token is invalid")]
    Invalid,
    /// The token is past its `exp`.
    #[error("Token is expired")]
    Expired,
    /// The `exp` claim is missing.
    #[error("Token has no 'exp' claim")]
    MissingExpiry,
    /// The `jti` claim is missing.
    #[error("Token has no id")]
    MissingId,
    /// The type claim is missing.
    #[error("Token has no type")]
    MissingType,
    /// The token is valid, but of another type.
    #[error("Token has wrong type")]
    WrongType,
    /// A sliding token has no claim of this name, which holds the end of its renewals.
    #[error("Token has no '{0}' claim")]
    MissingEnd(String),
    /// A sliding token is past the end of its renewals, held by the claim of this name.
    #[error("Token '{0}' claim has expired")]
    PastEnd(String),
}

impl From<InvalidDate> for TokenError {
    fn from(InvalidDate: InvalidDate) -> Self {
        Self::Invalid
    }
}

/// The type claim of a token, as read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A known type.
    Known(TokenType),
    /// An unknown value.
    Unknown,
    /// The claim is missing.
    Missing,
}

impl Kind {
    fn check(self, expected: TokenType) -> Result<(), TokenError> {
        match self {
            Self::Known(found) if found == expected => Ok(()),
            Self::Known(_) | Self::Unknown => Err(TokenError::WrongType),
            Self::Missing => Err(TokenError::MissingType),
        }
    }
}

/// A verified token: its signature and claims are valid.
#[derive(Clone, Debug)]
pub struct Token {
    /// The `jti` claim.
    pub jti: Jti,
    /// The type claim.
    pub kind: Kind,
    /// The user claim, if it can identify a user here.
    pub user: Option<UserKey>,
    /// Whether the user claim exists. One that cannot identify a user here belongs to a user who does not exist.
    pub names_user: bool,
    /// The session. `None` for a token of another issuer that signs with the same key.
    pub session: Option<SessionId>,
    /// The generation of the session when the token was issued.
    pub generation: u32,
    /// The time before which the token is invalid: its `nbf`, and for a token of another issuer its `iat`.
    pub begins_at: Option<Timestamp>,
    /// The `exp` claim.
    pub expires_at: Timestamp,
    /// The `iat` claim.
    pub issued_at: Option<Timestamp>,
    /// All claims, as signed.
    pub claims: Arc<Claims>,
}

impl Token {
    /// Checks the type.
    ///
    /// # Errors
    /// `MissingType` or `WrongType`.
    pub fn check_type(&self, expected: TokenType) -> Result<(), TokenError> {
        self.kind.check(expected)
    }

    /// The type, if it is known.
    #[must_use]
    pub const fn token_type(&self) -> Option<TokenType> {
        match self.kind {
            Kind::Known(token_type) => Some(token_type),
            Kind::Unknown | Kind::Missing => None,
        }
    }

    /// Checks the times of a token that was verified earlier, as [`Tokens::verify`] does.
    fn check_times(&self, now: Timestamp, leeway: Duration) -> Result<(), TokenError> {
        payload::check_times(self.begins_at, Some(self.expires_at), now, leeway)
    }
}

/// Signs and verifies tokens. The key ring can be replaced at runtime.
pub struct Tokens {
    ring: RwLock<Arc<KeyRing>>,
    known: KnownTokens,
    remote: Option<RemoteKeys>,
    profile: AccessTokenProfile,
    issuer: Option<String>,
    audience: Option<Audience>,
    leeway: Duration,
    user_id_field: UserIdField,
    names: ClaimNames,
}

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

/// The configurable claim names.
struct ClaimNames {
    token_type: String,
    jti: String,
    user_id: String,
    sliding_end: String,
    fingerprint: String,
}

impl Tokens {
    /// Creates the signer from validated settings.
    ///
    /// # Errors
    /// When the key is invalid.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            ring: RwLock::new(Arc::new(KeyRing::of(settings.key()?))),
            known: KnownTokens::default(),
            remote: None,
            profile: settings.access_token_profile.clone(),
            issuer: settings.issuer.clone(),
            audience: settings.audience.clone(),
            leeway: settings.leeway,
            user_id_field: settings.user_id_field,
            names: ClaimNames {
                token_type: settings.token_type_claim.clone(),
                jti: settings.jti_claim.clone(),
                user_id: settings.user_id_claim.clone(),
                sliding_end: settings.sliding_token_refresh_exp_claim.clone(),
                fingerprint: settings.revoke_token_claim.clone(),
            },
        })
    }

    /// Replaces the key ring.
    pub fn replace_keys(&self, ring: KeyRing) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }

    /// Accepts tokens of another issuer, verified by the keys that it publishes.
    pub fn accept(&mut self, remote: RemoteKeys) {
        self.remote = Some(remote);
    }

    /// The keys of the other issuer, if one is accepted.
    pub fn remote(&self) -> Option<&RemoteKeys> {
        self.remote.as_ref()
    }

    /// The current key ring.
    pub fn ring(&self) -> Arc<KeyRing> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Fetches the key that a token names, if neither our ring nor the other issuer's known keys have it. No I/O
    /// without another issuer, or for a known key.
    ///
    /// # Errors
    /// When the key is unknown and the issuer's keys cannot be fetched.
    pub async fn learn_key(&self, text: &str, now: Timestamp) -> Result<(), KeysUnavailable> {
        let Some(remote) = &self.remote else {
            return Ok(());
        };
        match Jws::parse(text).and_then(|jws| jws.header()) {
            Ok(header) if !header.kid.as_deref().is_some_and(|id| self.ring().has(id)) => {
                remote.learn(&header, now).await
            }
            Ok(_) | Err(_) => Ok(()),
        }
    }

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
            return token.check_times(now, self.leeway).map(|()| token);
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
        self.known.remove_expired(now - self.leeway);
    }

    /// Reads and checks the claims of a payload.
    fn read(&self, signed: Signed, expected: Option<TokenType>, now: Timestamp) -> Result<Token, TokenError> {
        let payload = Payload::parse(&signed.payload)?;
        // The `sid` of another issuer is not one of our sessions.
        let session = payload.session().filter(|_| matches!(signed.by, Signer::Ourselves(_)));
        let maker = if session.is_some() { Maker::Ourselves } else { Maker::SomebodyElse };
        let (begins_at, expires_at) = (payload.begins_at(maker)?, payload.expires_at()?);
        payload::check_times(begins_at, expires_at, now, self.leeway)?;
        payload.check_issuer(self.issuer.as_deref())?;
        payload.check_audience(self.audience.as_ref())?;
        payload.check_texts()?;
        let expires_at = expires_at.ok_or(TokenError::MissingExpiry)?;
        let jti = payload.jti(&self.names.jti)?;
        let kind = payload.kind(&self.names.token_type);
        if let Some(expected) = expected {
            kind.check(expected)?;
        }
        self.check_profile(kind, signed.is_access_token)?;
        Ok(Token {
            jti,
            kind,
            user: payload.user(&self.names.user_id, self.user_id_field),
            names_user: payload.names_user(&self.names.user_id),
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
    ///
    /// # Errors
    /// `MissingEnd`, `PastEnd`, or `Invalid` when the claim is not a date.
    pub fn sliding_end(&self, token: &Token, now: Timestamp) -> Result<Timestamp, TokenError> {
        let claim = &self.names.sliding_end;
        let end = token.claims.date(claim)?.ok_or_else(|| TokenError::MissingEnd(claim.clone()))?;
        if end <= now - self.leeway { Err(TokenError::PastEnd(claim.clone())) } else { Ok(end) }
    }

    /// The password fingerprint in a verified token (`REVOKE_TOKEN_CLAIM`).
    pub fn fingerprint(&self, token: &Token) -> Option<Value> {
        token.claims.value(&self.names.fingerprint)
    }

    /// The subject of a verified token's successor. Custom claims are copied, as in Simple JWT.
    pub fn subject_of(&self, token: &Token, user: UserKey, session: SessionId, generation: u32) -> Subject {
        let names = &self.names;
        let standard = ["exp", "iat", "sid", "gen", &names.token_type, &names.jti, &names.user_id];
        let custom = token.claims.without(&standard);
        Subject { user, session, generation, custom }
    }

    fn claims<'c>(
        &'c self,
        subject: &'c Subject,
        token_type: TokenType,
        token: &'c IssuedToken,
    ) -> BTreeMap<&'c str, Claim<'c>> {
        let mut claims: BTreeMap<_, _> =
            subject.custom.iter().map(|(name, value)| (name, Claim::Written(value))).collect();
        claims.insert(&self.names.token_type, token_type.name().into());
        claims.insert("exp", Claim::Number(token.expires_at.seconds()));
        claims.insert("iat", Claim::Number(token.issued_at.seconds()));
        claims.insert(&self.names.jti, token.jti.as_str().into());
        claims.insert(&self.names.user_id, subject.user.to_string().into());
        claims.insert("sid", subject.session.to_string().into());
        claims.insert("gen", Claim::Number(subject.generation.into()));
        if let Some(issuer) = &self.issuer {
            claims.insert("iss", issuer.as_str().into());
        }
        if let Some(audience) = &self.audience {
            claims.insert("aud", Claim::Value(audience.claim()));
        }
        // RFC 9068 §2.2.
        if let AccessTokenProfile::Rfc9068 { client_id } = &self.profile
            && token_type == TokenType::Access
        {
            claims.insert("sub", subject.user.to_string().into());
            claims.insert("client_id", client_id.as_str().into());
            claims.insert("jti", token.jti.as_str().into());
        }
        claims
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

    fn is_profiled(&self, token_type: TokenType) -> bool {
        match self.profile {
            AccessTokenProfile::Jwt => false,
            AccessTokenProfile::Rfc9068 { .. } => token_type == TokenType::Access,
        }
    }
}

/// Checks the claims of another issuer's token whose signature is valid.
///
/// # Errors
/// `Invalid`, `Expired` or `MissingExpiry`.
pub fn check_claims(payload: &[u8], now: Timestamp) -> Result<(), TokenError> {
    let payload = Payload::parse(payload)?;
    let (begins_at, expires_at) = (payload.begins_at(Maker::SomebodyElse)?, payload.expires_at()?);
    payload::check_times(begins_at, expires_at, now, Duration::ZERO)?;
    payload.check_texts()?;
    expires_at.map(drop).ok_or(TokenError::MissingExpiry)
}

#[cfg(test)]
mod tests;
