//! The replies to a sign-in or a refresh.

use serde::{Deserialize, Serialize};

use super::Secret;

/// An access token and the refresh token that renews it (Simple JWT: `TokenObtainPair`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenPair {
    /// The access token: short-lived, sent in `Authorization: Bearer …`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub access: Secret,
    /// The refresh token, exchanged once for the next pair. Missing in the reply to a refresh when the server does not
    /// rotate (`ROTATE_REFRESH_TOKENS = false`): the current one stays valid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required = false))]
    pub refresh: Option<Secret>,
}

/// The reply to a sign-in for a sliding token or to its renewal (Simple JWT: `TokenObtainSliding`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SlidingToken {
    /// The sliding token: sent in `Authorization: Bearer …`, renewed before it expires.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub token: Secret,
}
