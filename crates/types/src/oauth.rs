//! What the OAuth endpoints answer: revocation, introspection, and the server's own description.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An error (RFC 6749 §5.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OAuthError {
    /// Which.
    pub error: OAuthErrorCode,
    /// What is wrong and what would be right.
    pub error_description: String,
}

/// The errors of the OAuth endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum OAuthErrorCode {
    /// The request is not as the standard has it.
    InvalidRequest,
    /// The client is not known, or its secret is wrong.
    InvalidClient,
    /// A token of this kind cannot be taken back (RFC 7009 §2.2.1).
    UnsupportedTokenType,
    /// No client is configured, so there is nobody whom the endpoint could answer.
    NotConfigured,
    /// The database does not answer; nothing was changed.
    TemporarilyUnavailable,
}

/// What a token is worth (RFC 7662 §2.2). Of one that is not active, nothing else is told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Introspection {
    /// Whether the token is good now.
    pub active: bool,
    /// `Bearer` for an access or a sliding token; a refresh token opens nothing and has none (RFC 6749 §7.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
    /// `access`, `refresh` or `sliding`, our own: a refresh token must not pass for an access token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_use: Option<String>,
    /// The user's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// The user's name, as it is now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// When it ends, Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    /// When it was issued, Unix seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    /// Its own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    /// Who issued it, where that is set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iss: Option<Value>,
    /// Whom it is for, where that is set: text or a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<Value>,
    /// The session, unless another issuer with the same key made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
}

/// What this server offers of OAuth 2.0 (RFC 8414 §2). It issues no token by any of its grants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServerMetadata {
    /// The setting `issuer`.
    pub issuer: String,
    /// The public keys, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// None: there is no authorization endpoint. The member is required.
    pub response_types_supported: Vec<String>,
    /// None. Left out, it would claim two (RFC 8414 §2).
    pub grant_types_supported: Vec<String>,
    /// RFC 7009, where clients are configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint: Option<String>,
    /// How a client proves itself there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revocation_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// RFC 7662, where clients are configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint: Option<String>,
    /// How a client proves itself there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub introspection_endpoint_auth_methods_supported: Option<Vec<String>>,
}
