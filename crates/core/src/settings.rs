//! Settings for tokens and accounts, under Simple JWT's names. The process reads their values from files and the
//! environment; this module checks that they are consistent.

mod validate;

use std::time::Duration;

use hallpass_types::PasswordPolicy;
use hallpass_verify::Audience;
use http::{HeaderName, header};
use secrecy::SecretSlice;

use super::{
    clients::Clients,
    keys::{Algorithm, KeyError, RingKey},
    limits::Limits,
    password::HashCost,
    token_type::TokenType,
    user::UserIdField,
};

const DAY: Duration = Duration::from_hours(24);

/// Simple JWT's settings and a few more. Each field names its setting.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of Simple JWT's, under its name")]
pub struct Settings {
    /// `ACCESS_TOKEN_LIFETIME`: the lifetime of an access token.
    pub access_token_lifetime: Duration,
    /// `REFRESH_TOKEN_LIFETIME`: the lifetime of a refresh token, from its own issue.
    pub refresh_token_lifetime: Duration,
    /// `ROTATE_REFRESH_TOKENS`: whether a refresh issues a new refresh token.
    pub rotate_refresh_tokens: bool,
    /// `BLACKLIST_AFTER_ROTATION`: whether a rotation blacklists the old refresh token.
    pub blacklist_after_rotation: bool,
    /// `UPDATE_LAST_LOGIN`: whether a sign-in updates the user's `last_login`.
    pub update_last_login: bool,
    /// `ALGORITHM`.
    pub algorithm: Algorithm,
    /// `SIGNING_KEY`: the shared secret, or the private key in PEM.
    pub signing_key: SecretSlice<u8>,
    /// `VERIFYING_KEY`: the public key in PEM. It follows from the private key; a configured one must match it.
    pub verifying_key: Option<String>,
    /// `JWK_URL`: another issuer whose tokens are accepted.
    pub foreign_issuer: Option<ForeignIssuer>,
    /// `ACCESS_TOKEN_PROFILE`: the format of access tokens.
    pub access_token_profile: AccessTokenProfile,
    /// `AUDIENCE`: written to `aud`, and required in every token, when set.
    pub audience: Option<Audience>,
    /// `ISSUER`: written to `iss`, and required in every token, when set.
    pub issuer: Option<String>,
    /// `LEEWAY`: the tolerated difference between clocks, at most 60 seconds.
    pub leeway: Duration,
    /// `AUTH_HEADER_TYPES`: the accepted schemes before the token, in any case.
    pub auth_header_types: Vec<String>,
    /// `AUTH_HEADER_NAME`: the header that carries an access token. Simple JWT writes it in WSGI's form:
    /// `HTTP_X_ACCESS_TOKEN` for `X-Access-Token`. Our own client always sends `Authorization`.
    pub auth_header_name: HeaderName,
    /// `USER_ID_FIELD`: the user field that tokens carry.
    pub user_id_field: UserIdField,
    /// `USER_ID_CLAIM`.
    pub user_id_claim: String,
    /// `TOKEN_TYPE_CLAIM`.
    pub token_type_claim: String,
    /// `JTI_CLAIM`.
    pub jti_claim: String,
    /// `AUTH_TOKEN_CLASSES`: the token types that protected endpoints accept, in the order in which they are tried. Our
    /// own pages always use access tokens.
    pub auth_token_classes: Vec<TokenType>,
    /// `SLIDING_TOKEN_LIFETIME`: the lifetime of a sliding token, from its last renewal.
    pub sliding_token_lifetime: Duration,
    /// `SLIDING_TOKEN_REFRESH_LIFETIME`: how long it can be renewed, from the sign-in.
    pub sliding_token_refresh_lifetime: Duration,
    /// `SLIDING_TOKEN_REFRESH_EXP_CLAIM`: the claim that holds the end of the renewals.
    pub sliding_token_refresh_exp_claim: String,
    /// `CHECK_REVOKE_TOKEN`: whether a change of the password revokes earlier tokens. Costs a query for the user on
    /// every request.
    pub check_revoke_token: bool,
    /// `REVOKE_TOKEN_CLAIM`: the claim that holds the fingerprint of the password hash.
    pub revoke_token_claim: String,
    /// `CHECK_USER_IS_ACTIVE`: whether tokens of inactive users are rejected.
    pub check_user_is_active: bool,
    /// `REFRESH_REUSE_GRACE`: how long a spent refresh token gets its successor. With zero, as in Simple JWT, every
    /// replay is rejected.
    pub refresh_reuse_grace: Duration,
    /// `SESSION_MAX_LIFETIME`: the maximum lifetime of a session, from the sign-in.
    pub session_max_lifetime: Duration,
    /// `MAX_SESSIONS_PER_USER`: the maximum number of sessions. One more revokes the one unused for longest.
    pub max_sessions_per_user: u32,
    /// `SESSION_CHECK`: the checks of a session in addition to those of the access token.
    pub session_check: SessionCheck,
    /// `REGISTRATION`: whether people can create their own accounts.
    pub registration: RegistrationMode,
    /// `[clients.NAME]`: the OAuth clients that may introspect and revoke tokens.
    pub clients: Clients,
    /// `SECURITY_EVENT_RETENTION`: how long security events are kept.
    pub security_event_retention: Duration,
    /// `PASSWORD_MIN_LENGTH`: the rule for new passwords.
    pub password_policy: PasswordPolicy,
    /// The rate limits.
    pub limits: Limits,
    /// The cost of new password hashes. It is not configurable: operators get OWASP's.
    pub hash_cost: HashCost,
}

/// Another issuer: where it publishes its keys (`JWK_URL`) and its algorithm (`ALGORITHM`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignIssuer {
    /// The URL of a JWK set.
    pub url: String,
    /// The only accepted algorithm.
    pub algorithm: Algorithm,
}

/// The format of access tokens (`ACCESS_TOKEN_PROFILE`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessTokenProfile {
    /// `typ` is `JWT`, as Simple JWT writes it, and is not checked.
    Jwt,
    /// `typ` is `at+jwt`, written and required, with the claims of RFC 9068 §2.2.
    Rfc9068 {
        /// The `client_id` claim.
        client_id: String,
    },
}

/// Whether people can create their own accounts (`REGISTRATION`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum RegistrationMode {
    /// Everyone can register.
    Open,
    /// Administrators and the command line create accounts.
    Closed,
}

/// The checks of a session in addition to those of the access token (`SESSION_CHECK`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString, strum::VariantNames)]
#[strum(serialize_all = "kebab-case")]
pub enum SessionCheck {
    /// The set of revoked sessions, in memory: a revocation takes effect on the next request, without I/O.
    RevocationSet,
    /// Nothing: a token is valid until it expires (Simple JWT: `JWTStatelessUserAuthentication`).
    Stateless,
    /// The session and the user in the database, on every request, as with session authentication.
    Database,
}

/// A setting is invalid.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {problem}")]
pub struct SettingsError {
    /// The setting's name, in lower case.
    pub setting: &'static str,
    /// The problem and its solution.
    pub problem: String,
}

impl Settings {
    /// The defaults, with this key.
    pub fn with_signing_key(signing_key: SecretSlice<u8>) -> Self {
        Self {
            access_token_lifetime: Duration::from_mins(5),
            refresh_token_lifetime: 7 * DAY,
            rotate_refresh_tokens: true,
            blacklist_after_rotation: true,
            update_last_login: true,
            algorithm: Algorithm::HS256,
            signing_key,
            verifying_key: None,
            foreign_issuer: None,
            access_token_profile: AccessTokenProfile::Jwt,
            audience: None,
            issuer: None,
            leeway: Duration::ZERO,
            auth_header_types: vec!["Bearer".to_owned()],
            auth_header_name: header::AUTHORIZATION,
            user_id_field: UserIdField::Id,
            user_id_claim: "user_id".to_owned(),
            token_type_claim: "token_type".to_owned(),
            jti_claim: "jti".to_owned(),
            auth_token_classes: vec![TokenType::Access],
            sliding_token_lifetime: Duration::from_mins(5),
            sliding_token_refresh_lifetime: DAY,
            sliding_token_refresh_exp_claim: "refresh_exp".to_owned(),
            check_revoke_token: false,
            revoke_token_claim: "hash_password".to_owned(),
            check_user_is_active: true,
            refresh_reuse_grace: Duration::from_secs(30),
            session_max_lifetime: 90 * DAY,
            max_sessions_per_user: 1_000,
            session_check: SessionCheck::RevocationSet,
            registration: RegistrationMode::Open,
            clients: Clients::default(),
            security_event_retention: 180 * DAY,
            password_policy: PasswordPolicy::default(),
            limits: Limits::default(),
            hash_cost: HashCost::OWASP,
        }
    }

    /// The value of `WWW-Authenticate` in a 401 (RFC 9110 §11.6.1).
    pub fn challenge(&self) -> String {
        let scheme = self.auth_header_types.first().map_or("Bearer", String::as_str);
        format!("{scheme} realm=\"api\"")
    }

    /// Parses the signing key.
    ///
    /// # Errors
    /// When it is not a key for the algorithm, too weak, or does not match `VERIFYING_KEY`.
    pub fn key(&self) -> Result<RingKey, SettingsError> {
        RingKey::first(self.algorithm, &self.signing_key, self.verifying_key.as_deref()).map_err(|error| match error {
            KeyError::Signing(problem) => SettingsError { setting: "signing_key", problem },
            KeyError::Verifying(problem) => SettingsError { setting: "verifying_key", problem },
        })
    }

    /// The longest time for which a token can be accepted: how long a key is needed after its last signature.
    pub fn longest_token_lifetime(&self) -> Duration {
        let lifetimes = [self.access_token_lifetime, self.refresh_token_lifetime, self.sliding_token_lifetime];
        lifetimes.into_iter().max().unwrap_or_default() + self.leeway
    }
}
