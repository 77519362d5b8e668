//! The tokens that a sign-in or a refresh answers.

use serde::{Deserialize, Serialize};

use super::Secret;

/// An access token and the refresh token that renews it (Simple JWT: `TokenObtainPair`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenPair {
    /// Signed by the server, sent in `Authorization: Bearer …`, short-lived.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub access: Secret,
    /// Exchanged once for the next pair. Absent from a refresh when the server does not rotate
    /// (`ROTATE_REFRESH_TOKENS = false`): the one at hand stays good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    pub refresh: Option<Secret>,
}

/// What a sign-in for a sliding token and its renewal answer (Simple JWT: `TokenObtainSliding`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlidingToken {
    /// Signed by the server, sent in `Authorization: Bearer …`, renewed before it ends.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub token: Secret,
}
