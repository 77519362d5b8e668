//! What an operator can set about tokens and accounts, under the names Simple JWT gives them.
//! Where the values come from (file, environment) is the process's business; whether they make
//! sense together is decided here.

use std::time::Duration;

use http::{HeaderName, header};
use secrecy::SecretSlice;

use super::keys::{Algorithm, Key, KeyFault};
use crate::wire::PasswordPolicy;

const DAY: Duration = Duration::from_hours(24);

/// Simple JWT's settings and a few of our own. Each field names the setting it stands for.
#[derive(Clone, Debug)]
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
    /// `AUDIENCE`: written as `aud`, and required of every token, when set.
    pub audience: Option<String>,
    /// `ISSUER`: written as `iss`, and required of every token, when set.
    pub issuer: Option<String>,
    /// `LEEWAY`: how far clocks of issuers may be off; 60 seconds at most.
    pub leeway: Duration,
    /// `AUTH_HEADER_TYPES`: the words that may stand before the token, in any case.
    pub auth_header_types: Vec<String>,
    /// `AUTH_HEADER_NAME`: the header field that holds an access token. Simple JWT writes it as WSGI
    /// does: `HTTP_X_ACCESS_TOKEN` for `X-Access-Token`. Our own client always sends `Authorization`.
    pub auth_header_name: HeaderName,
    /// `USER_ID_CLAIM`.
    pub user_id_claim: String,
    /// `TOKEN_TYPE_CLAIM`.
    pub token_type_claim: String,
    /// `JTI_CLAIM`.
    pub jti_claim: String,
    /// How long a spent refresh token is answered with its successor. Zero is Simple JWT's way:
    /// every replay is refused.
    pub refresh_reuse_grace: Duration,
    /// A session ends this long after its sign-in, however often it was renewed.
    pub session_max_lifetime: Duration,
    /// What is looked at besides an access token itself.
    pub session_check: SessionCheck,
    /// Whether strangers may make themselves an account.
    pub registration: RegistrationMode,
    /// What is asked of a new password (`PASSWORD_MIN_LENGTH`).
    pub password_policy: PasswordPolicy,
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
            audience: None,
            issuer: None,
            leeway: Duration::ZERO,
            auth_header_types: vec!["Bearer".to_owned()],
            auth_header_name: header::AUTHORIZATION,
            user_id_claim: "user_id".to_owned(),
            token_type_claim: "token_type".to_owned(),
            jti_claim: "jti".to_owned(),
            refresh_reuse_grace: Duration::from_secs(30),
            session_max_lifetime: 90 * DAY,
            session_check: SessionCheck::RevocationSet,
            registration: RegistrationMode::Open,
            password_policy: PasswordPolicy::default(),
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
        let policy = self.password_policy;
        if policy.min_length < 8 || policy.min_length > policy.max_length {
            return refuse("password_min_length", format!("must lie between 8 and {}", policy.max_length));
        }
        Ok(())
    }

    /// The key, parsed.
    ///
    /// # Errors
    /// When it is none for the algorithm, too weak for it, or not the one of `VERIFYING_KEY`.
    pub fn key(&self) -> Result<Key, SettingsError> {
        Key::new(self.algorithm, &self.signing_key, self.verifying_key.as_deref()).map_err(|fault| match fault {
            KeyFault::Signing(problem) => SettingsError { setting: "signing_key", problem },
            KeyFault::Verifying(problem) => SettingsError { setting: "verifying_key", problem },
        })
    }

    fn validate_lifetimes(&self) -> Result<(), SettingsError> {
        let positive = [
            ("access_token_lifetime", self.access_token_lifetime),
            ("refresh_token_lifetime", self.refresh_token_lifetime),
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

    use super::Settings;

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
        let cases: [(&str, Change); 8] = [
            ("signing_key", |s| s.signing_key = vec![7; 31].into()),
            ("access_token_lifetime", |s| s.access_token_lifetime = Duration::ZERO),
            ("session_max_lifetime", |s| s.session_max_lifetime = Duration::MAX),
            ("leeway", |s| s.leeway = Duration::from_secs(61)),
            ("refresh_reuse_grace", |s| s.refresh_reuse_grace = Duration::from_secs(301)),
            ("jti_claim", |s| s.jti_claim = "user_id".into()),
            ("auth_header_types", |s| s.auth_header_types = vec!["Two words".into()]),
            ("password_min_length", |s| s.password_policy.min_length = 7),
        ];
        for (name, change) in cases {
            let mut changed = settings();
            change(&mut changed);
            assert_eq!(changed.validate().map_err(|error| error.setting), Err(name));
        }
    }
}
