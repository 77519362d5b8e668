//! Reads the claims of a token with a valid signature, without trusting their types.

use std::time::Duration;

use super::{Audience, Claims, Kind, TokenError};
use crate::{
    clock::Timestamp,
    id::{Jti, SessionId},
    user::{UserIdField, UserKey},
};

pub(super) struct Payload(Claims);

/// The issuer whose clock set the times of a token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Issuer {
    /// A server of this deployment.
    Hallpass,
    /// Another issuer, possibly with the same key.
    Other,
}

impl Payload {
    pub(super) fn parse(json: &[u8]) -> Result<Self, TokenError> {
        Claims::parse(json).map(Self).ok_or(TokenError::Invalid)
    }

    pub(super) fn into_claims(self) -> Claims {
        self.0
    }

    /// The time before which the token is invalid: the later of `iat` and `nbf` (`PyJWT`: `_validate_iat`). The `iat`
    /// of our own tokens is ignored, if it is a date: when our clock was set back, or another server's is ahead, the
    /// client must not suffer.
    pub(super) fn begins_at(&self, issuer: Issuer) -> Result<Option<Timestamp>, TokenError> {
        let (issued_at, not_before) = (self.0.date("iat")?, self.0.date("nbf")?);
        Ok(if issuer == Issuer::Other { issued_at.max(not_before) } else { not_before })
    }

    /// The `exp` claim, which may be missing.
    pub(super) fn expires_at(&self) -> Result<Option<Timestamp>, TokenError> {
        Ok(self.0.date("exp")?)
    }

    /// Requires exactly this `iss`, when one is configured (RFC 8725 §3.8).
    pub(super) fn check_issuer(&self, expected: Option<&str>) -> Result<(), TokenError> {
        match expected {
            Some(expected) if self.0.text("iss").as_deref() != Some(expected) => Err(TokenError::Invalid),
            Some(_) | None => Ok(()),
        }
    }

    /// Requires one of our audiences, when configured (RFC 7519 §4.1.3).
    pub(super) fn check_audience(&self, expected: Option<&Audience>) -> Result<(), TokenError> {
        let is_meant = expected.is_none_or(|audience| audience.is_in(self.0.value("aud").as_ref()));
        is_meant.then_some(()).ok_or(TokenError::Invalid)
    }

    /// Requires that registered claims which are text by RFC 7519 §4.1 are text, used or not.
    pub(super) fn check_texts(&self) -> Result<(), TokenError> {
        let is_text = |claim| !self.0.has(claim) || self.0.text(claim).is_some();
        (is_text("sub") && is_text("jti")).then_some(()).ok_or(TokenError::Invalid)
    }

    pub(super) fn jti(&self, claim: &str) -> Result<Jti, TokenError> {
        match self.0.text(claim) {
            Some(jti) => Jti::claimed(&jti).ok_or(TokenError::Invalid),
            None if self.0.has(claim) => Err(TokenError::Invalid),
            None => Err(TokenError::MissingId),
        }
    }

    pub(super) fn kind(&self, claim: &str) -> Kind {
        if !self.0.has(claim) {
            return Kind::Missing;
        }
        let known = self.0.text(claim).and_then(|value| value.parse().ok());
        known.map_or(Kind::Unknown, Kind::Known)
    }

    pub(super) fn has_user(&self, claim: &str) -> bool {
        self.0.has(claim)
    }

    pub(super) fn user(&self, claim: &str, field: UserIdField) -> Option<UserKey> {
        let written = self.0.written(claim)?.get();
        let is_number = written.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        // Numbers are read as text, so that no digit is lost.
        let value = if is_number { Some(written.into()) } else { self.0.value(claim) };
        field.read(&value?)
    }

    pub(super) fn session(&self) -> Option<SessionId> {
        self.0.text("sid").and_then(|sid| SessionId::parse(&sid))
    }

    pub(super) fn generation(&self) -> u32 {
        self.0.written("gen").and_then(|generation| generation.get().parse().ok()).unwrap_or(0)
    }

    pub(super) fn issued_at(&self) -> Option<Timestamp> {
        self.0.date("iat").ok().flatten()
    }
}

/// Checks that `now` is within the validity of a token.
pub(super) fn check_times(
    begins_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    now: Timestamp,
    leeway: Duration,
) -> Result<(), TokenError> {
    if begins_at.is_some_and(|begins| begins > now + leeway) {
        return Err(TokenError::Invalid);
    }
    let has_ended = expires_at.is_some_and(|end| end <= now - leeway);
    if has_ended { Err(TokenError::Expired) } else { Ok(()) }
}
