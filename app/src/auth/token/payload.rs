//! The claims of a token whose signature is good, read without trusting their types.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{Audience, Kind, TokenFault, TokenType};
use crate::auth::{
    clock::Timestamp,
    id::{Jti, SessionId},
    user::{UserIdField, UserKey},
};

/// The last second that has a four-digit year: no honest `NumericDate` lies beyond.
const MAX_SECONDS: f64 = 253_402_300_799.0;

pub(super) struct Payload(Map<String, Value>);

/// By whose clock a token was made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Maker {
    /// By that of a server of ours.
    Ourselves,
    /// By that of another issuer, who may have the same key.
    SomebodyElse,
}

impl Payload {
    /// A JSON object in UTF-8; of a name that stands twice, the last one counts (RFC 7519 §4).
    pub(super) fn parse(json: Vec<u8>) -> Result<Self, TokenFault> {
        serde_json::from_slice(&json).map(Self).map_err(|_| TokenFault::Invalid)
    }

    pub(super) fn into_claims(self) -> Map<String, Value> {
        self.0
    }

    /// Before when it is not to be taken: the later of `iat` and `nbf` (`PyJWT`: `_validate_iat`). The `iat`
    /// of a token of ours counts for nothing, if it is a date: it was made by a clock of ours, and when that
    /// was set back, or another server's is ahead, its holder has done no wrong.
    pub(super) fn begins_at(&self, maker: Maker) -> Result<Option<Timestamp>, TokenFault> {
        let (issued_at, not_before) = (date(&self.0, "iat")?, date(&self.0, "nbf")?);
        Ok(if maker == Maker::SomebodyElse { issued_at.max(not_before) } else { not_before })
    }

    /// `exp`, which may be absent.
    pub(super) fn expires_at(&self) -> Result<Option<Timestamp>, TokenFault> {
        date(&self.0, "exp")
    }

    /// Exactly this issuer, when one is configured (RFC 8725 §3.8).
    pub(super) fn check_issuer(&self, expected: Option<&str>) -> Result<(), TokenFault> {
        match expected {
            Some(expected) if self.0.get("iss").and_then(Value::as_str) != Some(expected) => Err(TokenFault::Invalid),
            Some(_) | None => Ok(()),
        }
    }

    /// Our audience among the token's, when one is configured (RFC 7519 §4.1.3).
    pub(super) fn check_audience(&self, expected: Option<&Audience>) -> Result<(), TokenFault> {
        let is_meant = expected.is_none_or(|audience| audience.is_in(self.0.get("aud")));
        is_meant.then_some(()).ok_or(TokenFault::Invalid)
    }

    /// The registered names that are text by RFC 7519 §4.1 are text, whether or not we use them.
    pub(super) fn check_texts(&self) -> Result<(), TokenFault> {
        let is_text = |claim| self.0.get(claim).is_none_or(Value::is_string);
        (is_text("sub") && is_text("jti")).then_some(()).ok_or(TokenFault::Invalid)
    }

    pub(super) fn jti(&self, claim: &str) -> Result<Jti, TokenFault> {
        match self.0.get(claim) {
            None => Err(TokenFault::MissingId),
            Some(Value::String(jti)) => Jti::claimed(jti).ok_or(TokenFault::Invalid),
            Some(_) => Err(TokenFault::Invalid),
        }
    }

    pub(super) fn kind(&self, claim: &str) -> Kind {
        let Some(value) = self.0.get(claim) else { return Kind::Missing };
        let known = [TokenType::Access, TokenType::Refresh, TokenType::Sliding];
        known.into_iter().find(|kind| value == kind.name()).map_or(Kind::Unknown, Kind::Known)
    }

    pub(super) fn names_user(&self, claim: &str) -> bool {
        self.0.contains_key(claim)
    }

    pub(super) fn user(&self, claim: &str, field: UserIdField) -> Option<UserKey> {
        field.read(self.0.get(claim)?)
    }

    pub(super) fn session(&self) -> Option<SessionId> {
        self.0.get("sid").and_then(Value::as_str).and_then(SessionId::parse)
    }

    pub(super) fn generation(&self) -> u32 {
        let claimed = self.0.get("gen").and_then(Value::as_u64);
        claimed.and_then(|generation| u32::try_from(generation).ok()).unwrap_or(0)
    }

    pub(super) fn issued_at(&self) -> Option<Timestamp> {
        date(&self.0, "iat").ok().flatten()
    }
}

/// Whether a token that is good between these moments is good now.
pub(super) fn check_times(
    begins_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    now: Timestamp,
    leeway: Duration,
) -> Result<(), TokenFault> {
    if begins_at.is_some_and(|begins| begins > now + leeway) {
        return Err(TokenFault::Invalid);
    }
    let has_ended = expires_at.is_some_and(|end| end <= now - leeway);
    if has_ended { Err(TokenFault::Expired) } else { Ok(()) }
}

/// A `NumericDate`: a JSON number, whole or not. A claim of another type is not "absent"
/// (CVE-2026-25537): the token is refused.
pub(super) fn date(claims: &Map<String, Value>, claim: &str) -> Result<Option<Timestamp>, TokenFault> {
    match claims.get(claim) {
        None => Ok(None),
        Some(Value::Number(number)) => number
            .as_f64()
            .filter(|seconds| seconds.abs() <= MAX_SECONDS)
            .map(|seconds| Some(from_seconds(seconds)))
            .ok_or(TokenFault::Invalid),
        Some(_) => Err(TokenFault::Invalid),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "within a four-digit year, milliseconds fit")]
fn from_seconds(seconds: f64) -> Timestamp {
    Timestamp::from_millis((seconds * 1000.0).floor() as i64)
}
