//! [`Verifier`]: the checks that a service makes of an access token.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{
    algorithm::{self, ALGORITHMS, Algorithm},
    audience::Audience,
    claims::{Claims, InvalidDate},
    jwk::{JwkError, KeySet},
    jws::{Header, Jws, JwsError},
    remote::{FetchKeys, KeysUnavailable, RemoteKeys},
    timestamp::Timestamp,
};

/// The reason a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The token is malformed, or no key verifies its signature.
    #[error("the token is invalid: {0}")]
    Jws(#[from] JwsError),
    /// The payload is not a JSON object, or a date or name in it has the wrong type.
    #[error("the token's claims are malformed")]
    Claims,
    /// `exp` is in the past.
    #[error("the token has expired")]
    Expired,
    /// `exp` is missing.
    #[error("the token has no exp claim")]
    MissingExpiry,
    /// `nbf` or `iat` is in the future.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// `iss` is not the expected issuer.
    #[error("the token is from another issuer")]
    Issuer,
    /// `aud` does not contain the expected audience.
    #[error("the token is for another audience")]
    Audience,
    /// The token is not an access token.
    #[error("the token is not an access token")]
    TokenType,
    /// The issuer's keys cannot be fetched. The token may be valid.
    #[error(transparent)]
    KeysUnavailable(#[from] KeysUnavailable),
}

impl From<InvalidDate> for VerifyError {
    fn from(InvalidDate: InvalidDate) -> Self {
        Self::Claims
    }
}

/// Verifies access tokens: signature, `exp`, `nbf`, `iat`, `iss`, `aud` and the token's type.
pub struct Verifier {
    keys: Keys,
    issuer: Option<String>,
    audience: Option<Audience>,
    leeway: Duration,
    token_type_claim: String,
}

enum Keys {
    Fixed(KeySet),
    Remote(RemoteKeys),
}

impl Verifier {
    /// Verifies by the keys of a set that does not change.
    pub fn from_keys(keys: KeySet) -> Self {
        Self::new(Keys::Fixed(keys))
    }

    /// Verifies by a secret that is shared with the issuer (`HS256`, `HS384`, `HS512`).
    ///
    /// # Errors
    /// [`JwkError::Weak`] when the secret is shorter than 32 bytes (RFC 7518 §3.2), or a public key.
    pub fn from_secret(secret: &[u8]) -> Result<Self, JwkError> {
        KeySet::from_secret(secret).map(Self::from_keys)
    }

    /// Verifies by the JWK set at a URL, such as `https://auth.example/.well-known/jwks.json`. It is fetched when a
    /// token names an unknown key, at most every five seconds, and when it is older than 15 minutes. A set older than an hour is
    /// not used.
    ///
    /// # Errors
    /// When the system's certificates cannot be loaded.
    #[cfg(feature = "http")]
    pub fn from_jwks_url(url: impl Into<String>) -> reqwest::Result<Self> {
        let source = crate::JwkUrl::new(url.into(), crate::TIMEOUT)?;
        Ok(Self::from_source(Arc::new(source)))
    }

    /// Verifies by the JWK set of a source. Shared secrets in it are ignored.
    pub fn from_source(source: Arc<dyn FetchKeys>) -> Self {
        let asymmetric: Vec<Algorithm> = ALGORITHMS
            .into_iter()
            .map(|(_, algorithm)| algorithm)
            .filter(|algorithm| !algorithm::is_symmetric(*algorithm))
            .collect();
        Self::new(Keys::Remote(RemoteKeys::new(source, &asymmetric)))
    }

    fn new(keys: Keys) -> Self {
        let token_type_claim = "token_type".to_owned();
        Self { keys, issuer: None, audience: None, leeway: Duration::ZERO, token_type_claim }
    }

    /// Accepts only tokens with this `iss`.
    #[must_use]
    pub fn issuer(self, issuer: impl Into<String>) -> Self {
        Self { issuer: Some(issuer.into()), ..self }
    }

    /// Accepts only tokens with this audience among their `aud`.
    #[must_use]
    pub fn audience(self, audience: impl Into<Audience>) -> Self {
        Self { audience: Some(audience.into()), ..self }
    }

    /// Tolerates this difference between the clocks of the issuer and of this machine (Simple JWT's `LEEWAY`).
    #[must_use]
    pub fn leeway(self, leeway: Duration) -> Self {
        Self { leeway, ..self }
    }

    /// The claim that says `access` (Simple JWT's `TOKEN_TYPE_CLAIM`, `token_type` by default). It is not needed in
    /// access tokens of RFC 9068, which say so in their header.
    #[must_use]
    pub fn token_type_claim(self, name: impl Into<String>) -> Self {
        Self { token_type_claim: name.into(), ..self }
    }

    /// Verifies an access token and returns its claims.
    ///
    /// # Errors
    /// [`VerifyError`], for the first check that fails.
    #[expect(clippy::disallowed_methods, reason = "`verify_at` takes the time")]
    pub async fn verify(&self, token: &str) -> Result<Claims, VerifyError> {
        self.verify_at(token, Timestamp::from_system(SystemTime::now())).await
    }

    /// Verifies an access token as of a given time.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub async fn verify_at(&self, token: &str, now: Timestamp) -> Result<Claims, VerifyError> {
        let jws = Jws::parse(token)?;
        let header = jws.header()?;
        self.check_signature(&jws, &header, now).await?;
        let claims = Claims::parse(&jws.payload).ok_or(VerifyError::Claims)?;
        self.check_times(&claims, now)?;
        self.check_recipient(&claims)?;
        let is_access = header.is_access_token() || claims.text(&self.token_type_claim).as_deref() == Some("access");
        if is_access { Ok(claims) } else { Err(VerifyError::TokenType) }
    }

    async fn check_signature(&self, jws: &Jws<'_>, header: &Header, now: Timestamp) -> Result<(), VerifyError> {
        match &self.keys {
            Keys::Fixed(keys) => keys.verify(jws, header)?,
            Keys::Remote(keys) => {
                keys.keep_fresh(now).await?;
                keys.learn(header, now).await?;
                keys.verify(jws, header)?;
            }
        }
        Ok(())
    }

    fn check_times(&self, claims: &Claims, now: Timestamp) -> Result<(), VerifyError> {
        let begins_at = claims.date("nbf")?.max(claims.date("iat")?);
        let expires_at = claims.date("exp")?.ok_or(VerifyError::MissingExpiry)?;
        if begins_at.is_some_and(|begins_at| begins_at > now + self.leeway) {
            return Err(VerifyError::NotYetValid);
        }
        if expires_at <= now - self.leeway { Err(VerifyError::Expired) } else { Ok(()) }
    }

    fn check_recipient(&self, claims: &Claims) -> Result<(), VerifyError> {
        if self.issuer.is_some() && self.issuer != claims.text("iss") {
            return Err(VerifyError::Issuer);
        }
        let is_meant = self.audience.as_ref().is_none_or(|audience| audience.is_in(claims.value("aud").as_ref()));
        if is_meant { Ok(()) } else { Err(VerifyError::Audience) }
    }
}
