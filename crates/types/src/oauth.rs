//! The replies of the OAuth endpoints: revocation, introspection, and server metadata.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An error (RFC 6749 §5.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OAuthError {
    /// The code.
    pub error: OAuthErrorCode,
    /// The problem and its solution.
    pub error_description: String,
}

/// The errors of the OAuth endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OAuthErrorCode {
    /// The request does not follow the standard.
    InvalidRequest,
    /// The client is unknown, or its secret is wrong.
    InvalidClient,
    /// A token of this type cannot be revoked (RFC 7009 §2.2.1).
    UnsupportedTokenType,
    /// No client is configured, so the endpoint is unavailable.
    NotConfigured,
    /// The database does not respond; nothing was changed.
    TemporarilyUnavailable,
}

/// The state of a token (RFC 7662 §2.2). An inactive token has no other member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Introspection {
    /// Whether the token is valid now.
    pub active: bool,
    /// `Bearer` for an access or sliding token; a refresh token opens nothing and has none (RFC 6749 §7.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// `access`, `refresh` or `sliding`, an extension: a refresh token must not be accepted as an access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_use: Option<String>,
    /// The user's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The current username.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The expiry, Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// The time of issue, Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// The `jti` claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// The issuer, if configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<Value>,
    /// The audience, if configured: text or a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<Value>,
    /// The session. Missing for a token of another issuer that signs with the same key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// OAuth 2.0 server metadata (RFC 8414 §2). Hallpass issues no token by an OAuth grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerMetadata {
    /// The setting `issuer`.
    pub issuer: String,
    /// The URL of the public keys, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Empty: there is no authorization endpoint. The member is required.
    pub response_types_supported: Vec<String>,
    /// Empty. Without it, two would be implied (RFC 8414 §2).
    pub grant_types_supported: Vec<String>,
    /// The URL for RFC 7009, if clients are configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// The methods by which clients authenticate there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// The URL for RFC 7662, if clients are configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint: Option<String>,
    /// The methods by which clients authenticate there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint_auth_methods_supported: Option<Vec<String>>,
}
