//! What an operator can set about tokens and accounts, under the names Simple JWT gives them.
//! Where the values come from (file, environment) is the process's business; whether they make
//! sense together is decided here.

use std::time::Duration;

use hallpass_types::PasswordPolicy;
use http::{HeaderName, header};
use secrecy::SecretSlice;

use super::{
    clients::Clients,
    keys::{Algorithm, KeyFault, RingKey, is_symmetric, name},
    limits::Limits,
    password::HashCost,
    token::{Audience, TokenType},
    user::UserIdField,
};

/// Ending all sessions of a user takes a fraction of a second up to here.
const MAX_SESSIONS_PER_USER: u32 = 10_000;

const DAY: Duration = Duration::from_hours(24);

/// Simple JWT's settings and a few of our own. Each field names the setting it stands for.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of Simple JWT's, under its name")]
pub struct Settings {
    /// `ACCESS_TOKEN_LIFETIME`: how long an access token is good.
    pub access_token_lifetime: Duration,
    /// `REFRESH_TOKEN_LIFETIME`: how long a refresh token is good, counted from its own issue.
    pub refresh_token_lifetime: Duration,
    /// `ROTATE_REFRESH_TOKENS`: whether a refresh answers a new refresh token.
    pub rotate_refresh_tokens: bool,
    /// `BLACKLIST_AFTER_ROTATION`: whether the old one is spent by that.
    pub blacklist_after_rotation: bool,
    /// `UPDATE_LAST_LOGIN`: whether a sign-in is noted at the user.
    pub update_last_login: bool,
    /// `ALGORITHM`.
    pub algorithm: Algorithm,
    /// `SIGNING_KEY`: the secret that signs and verifies, or the private key that signs, in PEM.
    pub signing_key: SecretSlice<u8>,
    /// `VERIFYING_KEY`: the public half in PEM. It follows from the private one; one that is set is checked
    /// to belong to it.
    pub verifying_key: Option<String>,
    /// `JWK_URL`: another issuer whose tokens are accepted.
    pub foreign_issuer: Option<ForeignIssuer>,
    /// What an access token looks like.
    pub access_token_profile: AccessTokenProfile,
    /// `AUDIENCE`: written as `aud`, and required of every token, when set.
    pub audience: Option<Audience>,
    /// `ISSUER`: written as `iss`, and required of every token, when set.
    pub issuer: Option<String>,
    /// `LEEWAY`: how far clocks of issuers may be off; 60 seconds at most.
    pub leeway: Duration,
    /// `AUTH_HEADER_TYPES`: the words that may stand before the token, in any case.
    pub auth_header_types: Vec<String>,
    /// `AUTH_HEADER_NAME`: the header field that holds an access token. Simple JWT writes it as WSGI
    /// does: `HTTP_X_ACCESS_TOKEN` for `X-Access-Token`. Our own client always sends `Authorization`.
    pub auth_header_name: HeaderName,
    /// `USER_ID_FIELD`: what of a user stands in a token for it.
    pub user_id_field: UserIdField,
    /// `USER_ID_CLAIM`.
    pub user_id_claim: String,
    /// `TOKEN_TYPE_CLAIM`.
    pub token_type_claim: String,
    /// `JTI_CLAIM`.
    pub jti_claim: String,
    /// `AUTH_TOKEN_CLASSES`: the kinds of token that open protected endpoints, in the order in which they
    /// are tried. Our own pages always use access tokens.
    pub auth_token_classes: Vec<TokenType>,
    /// `SLIDING_TOKEN_LIFETIME`: how long a sliding token is good, from its last renewal.
    pub sliding_token_lifetime: Duration,
    /// `SLIDING_TOKEN_REFRESH_LIFETIME`: how long it can be renewed, from the sign-in.
    pub sliding_token_refresh_lifetime: Duration,
    /// `SLIDING_TOKEN_REFRESH_EXP_CLAIM`: the claim that holds the end of that.
    pub sliding_token_refresh_exp_claim: String,
    /// `CHECK_REVOKE_TOKEN`: whether a token ends with the password it was obtained with. Costs a read of
    /// the user on every request.
    pub check_revoke_token: bool,
    /// `REVOKE_TOKEN_CLAIM`: the claim that holds the fingerprint of that password's hash.
    pub revoke_token_claim: String,
    /// `CHECK_USER_IS_ACTIVE`: whether tokens of an inactive user are refused.
    pub check_user_is_active: bool,
    /// How long a spent refresh token is answered with its successor. Zero is Simple JWT's way:
    /// every replay is refused.
    pub refresh_reuse_grace: Duration,
    /// A session ends this long after its sign-in, however often it was renewed.
    pub session_max_lifetime: Duration,
    /// How many sessions a user may have at a time; one more ends the one that was not used for the longest time.
    pub max_sessions_per_user: u32,
    /// What is looked at besides an access token itself.
    pub session_check: SessionCheck,
    /// Whether strangers may make themselves an account.
    pub registration: RegistrationMode,
    /// The programs that may ask about tokens and take them back (`[clients.NAME]`).
    pub clients: Clients,
    /// How long security events are kept.
    pub security_event_retention: Duration,
    /// What is asked of a new password (`PASSWORD_MIN_LENGTH`).
    pub password_policy: PasswordPolicy,
    /// How much may be asked in how long a time.
    pub limits: Limits,
    /// The cost of new password hashes. Not configurable: an operator gets OWASP's.
    pub hash_cost: HashCost,
}

/// Where another issuer publishes its keys (`JWK_URL`), and what it signs with (`ALGORITHM`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignIssuer {
    /// An address of a JWK set.
    pub url: String,
    /// The only algorithm that is accepted of it.
    pub algorithm: Algorithm,
}

/// What an access token looks like (`ACCESS_TOKEN_PROFILE`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccessTokenProfile {
    /// `typ` is `JWT`, as Simple JWT writes it, and is not looked at.
    Jwt,
    /// `typ` is `at+jwt`, written and required, with the claims of RFC 9068 §2.2.
    Rfc9068 {
        /// `client_id`: whom tokens are issued to.
        client_id: String,
    },
}

/// Whether strangers may make themselves an account (`REGISTRATION`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistrationMode {
    /// Anybody may.
    Open,
    /// Accounts come from the command line and the administration.
    Closed,
}

/// What is looked at besides an access token itself (`SESSION_CHECK`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionCheck {
    /// The set of revoked sessions, in memory: an end takes effect on the next request, without I/O.
    RevocationSet,
    /// Nothing: a token is good until it expires (Simple JWT: `JWTStatelessUserAuthentication`).
    Stateless,
    /// The session and the user in the database, on every request, as session authentication does.
    Database,
}

/// Why settings were refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{setting} {problem}")]
pub struct SettingsError {
    /// The setting's name, in lower case.
    pub setting: &'static str,
    /// What is wrong and what would be right.
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

    /// What a 401 says in `WWW-Authenticate` (RFC 9110 §11.6.1).
    pub fn challenge(&self) -> String {
        let scheme = self.auth_header_types.first().map_or("Bearer", String::as_str);
        format!("{scheme} realm=\"api\"")
    }

    /// Refuses what cannot work or would not be safe.
    ///
    /// # Errors
    /// The first setting that is wrong, and why.
    pub fn validate(&self) -> Result<(), SettingsError> {
        self.validate_lifetimes()?;
        self.validate_names()?;
        self.key()?;
        self.validate_profile()?;
        self.validate_foreign_issuer()?;
        if !(1..=MAX_SESSIONS_PER_USER).contains(&self.max_sessions_per_user) {
            return refuse("max_sessions_per_user", format!("must lie between 1 and {MAX_SESSIONS_PER_USER}"));
        }
        let policy = self.password_policy;
        if policy.min_length < 8 || policy.min_length > policy.max_length {
            return refuse("password_min_length", format!("must lie between 8 and {}", policy.max_length));
        }
        Ok(())
    }

    /// The signing key, parsed.
    ///
    /// # Errors
    /// When it is none for the algorithm, too weak for it, or not the one of `VERIFYING_KEY`.
    pub fn key(&self) -> Result<RingKey, SettingsError> {
        RingKey::first(self.algorithm, &self.signing_key, self.verifying_key.as_deref()).map_err(|fault| match fault {
            KeyFault::Signing(problem) => SettingsError { setting: "signing_key", problem },
            KeyFault::Verifying(problem) => SettingsError { setting: "verifying_key", problem },
        })
    }

    /// How long after its last signature a key is still needed: the longest that a token can be accepted.
    pub fn longest_token_lifetime(&self) -> Duration {
        let lifetimes = [self.access_token_lifetime, self.refresh_token_lifetime, self.sliding_token_lifetime];
        lifetimes.into_iter().max().unwrap_or_default() + self.leeway
    }

    fn validate_profile(&self) -> Result<(), SettingsError> {
        let AccessTokenProfile::Rfc9068 { client_id } = &self.access_token_profile else {
            return Ok(());
        };
        if self.issuer.is_none() || self.audience.is_none() {
            return refuse("access_token_profile", "at+jwt needs issuer and audience to be set (RFC 9068 §2.2)".into());
        }
        if client_id.is_empty() {
            return refuse("access_token_client_id", "must not be empty (RFC 9068 §2.2)".into());
        }
        Ok(())
    }

    fn validate_foreign_issuer(&self) -> Result<(), SettingsError> {
        let Some(ForeignIssuer { url, algorithm }) = &self.foreign_issuer else {
            return Ok(());
        };
        if is_symmetric(*algorithm) {
            let problem =
                format!("is not used with {}: set algorithm to what the other issuer signs with", name(*algorithm));
            return refuse("jwk_url", problem);
        }
        let is_address = |uri: &http::Uri| matches!(uri.scheme_str(), Some("https" | "http")) && uri.host().is_some();
        if url.parse().is_ok_and(|uri| is_address(&uri)) {
            return Ok(());
        }
        refuse("jwk_url", "must be an address like https://issuer.example/.well-known/jwks.json".into())
    }

    fn validate_lifetimes(&self) -> Result<(), SettingsError> {
        let positive = [
            ("access_token_lifetime", self.access_token_lifetime),
            ("refresh_token_lifetime", self.refresh_token_lifetime),
            ("sliding_token_lifetime", self.sliding_token_lifetime),
            ("sliding_token_refresh_lifetime", self.sliding_token_refresh_lifetime),
            ("session_max_lifetime", self.session_max_lifetime),
        ];
        for (setting, lifetime) in positive {
            if lifetime < Duration::from_secs(1) {
                return refuse(setting, "must be at least one second".to_owned());
            }
            if lifetime > 36_500 * DAY {
                return refuse(setting, "must be less than a hundred years".to_owned());
            }
        }
        if self.security_event_retention < DAY || self.security_event_retention > 36_500 * DAY {
            return refuse(
                "security_event_retention",
                "must be at least one day and less than a hundred years".to_owned(),
            );
        }
        if self.leeway > Duration::from_mins(1) {
            return refuse("leeway", "must be at most 60 seconds".to_owned());
        }
        if self.refresh_reuse_grace > Duration::from_mins(5) {
            return refuse("refresh_reuse_grace", "must be at most 5 minutes: a thief has as long".to_owned());
        }
        Ok(())
    }

    fn validate_names(&self) -> Result<(), SettingsError> {
        let claims = [
            ("user_id_claim", &self.user_id_claim),
            ("token_type_claim", &self.token_type_claim),
            ("jti_claim", &self.jti_claim),
            ("sliding_token_refresh_exp_claim", &self.sliding_token_refresh_exp_claim),
            ("revoke_token_claim", &self.revoke_token_claim),
        ];
        for (position, (setting, claim)) in claims.iter().enumerate() {
            let is_taken = claims[..position].iter().any(|(_, earlier)| earlier == claim);
            if claim.is_empty() || is_taken || ["exp", "iat", "sid", "gen"].contains(&claim.as_str()) {
                return refuse(setting, format!("cannot be {claim:?}: it is empty or another claim's name"));
            }
        }
        if self.auth_header_types.is_empty() || self.auth_header_types.iter().any(|word| !is_word(word)) {
            return refuse("auth_header_types", "must be one or more single words, like Bearer".to_owned());
        }
        if self.auth_token_classes.is_empty() || self.auth_token_classes.contains(&TokenType::Refresh) {
            return refuse("auth_token_classes", "must be AccessToken, SlidingToken or both".to_owned());
        }
        Ok(())
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && b != b',')
}

fn refuse<T>(setting: &'static str, problem: String) -> Result<T, SettingsError> {
    Err(SettingsError { setting, problem })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{AccessTokenProfile, Algorithm, ForeignIssuer, Settings};

    fn profile(client_id: &str) -> AccessTokenProfile {
        AccessTokenProfile::Rfc9068 { client_id: client_id.into() }
    }

    fn issuer(url: &str, algorithm: Algorithm) -> ForeignIssuer {
        ForeignIssuer { url: url.into(), algorithm }
    }

    fn settings() -> Settings {
        Settings::with_signing_key(vec![7; 32].into())
    }

    #[test]
    fn the_defaults_are_valid() {
        assert_eq!(settings().validate(), Ok(()));
    }

    #[test]
    fn each_bad_setting_is_refused_by_name() {
        type Change = fn(&mut Settings);
        let cases: [(&str, Change); 17] = [
            ("security_event_retention", |s| s.security_event_retention = Duration::from_hours(23)),
            ("signing_key", |s| s.signing_key = vec![7; 31].into()),
            ("access_token_lifetime", |s| s.access_token_lifetime = Duration::ZERO),
            ("session_max_lifetime", |s| s.session_max_lifetime = Duration::MAX),
            ("leeway", |s| s.leeway = Duration::from_secs(61)),
            ("refresh_reuse_grace", |s| s.refresh_reuse_grace = Duration::from_secs(301)),
            ("jti_claim", |s| s.jti_claim = "user_id".into()),
            ("sliding_token_lifetime", |s| s.sliding_token_lifetime = Duration::ZERO),
            ("revoke_token_claim", |s| s.revoke_token_claim = "sid".into()),
            ("sliding_token_refresh_exp_claim", |s| s.sliding_token_refresh_exp_claim = "exp".into()),
            ("auth_token_classes", |s| s.auth_token_classes = Vec::new()),
            ("auth_header_types", |s| s.auth_header_types = vec!["Two words".into()]),
            ("password_min_length", |s| s.password_policy.min_length = 7),
            ("access_token_profile", |s| s.access_token_profile = profile("web")),
            ("access_token_client_id", |s| {
                (s.issuer, s.audience) = (Some("i".into()), Some("a".into()));
                s.access_token_profile = profile("");
            }),
            ("jwk_url", |s| s.foreign_issuer = Some(issuer("https://issuer.example/keys", Algorithm::HS256))),
            ("jwk_url", |s| s.foreign_issuer = Some(issuer("file:///etc/passwd", Algorithm::RS256))),
        ];
        for (name, change) in cases {
            let mut changed = settings();
            change(&mut changed);
            assert_eq!(changed.validate().map_err(|error| error.setting), Err(name));
        }
    }
}
