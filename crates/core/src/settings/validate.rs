//! The check that settings work and are safe.

use std::time::Duration;

use super::{AccessTokenProfile, DAY, ForeignIssuer, Settings, SettingsError};
use crate::{
    keys::{is_symmetric, name},
    token_type::TokenType,
};

/// Up to this number, revoking all sessions of a user takes a fraction of a second.
const MAX_SESSIONS_PER_USER: u32 = 10_000;

impl Settings {
    /// Checks that the settings work and are safe.
    ///
    /// # Errors
    /// The first invalid setting.
    pub fn validate(&self) -> Result<(), SettingsError> {
        self.validate_lifetimes()?;
        self.validate_names()?;
        self.key()?;
        self.validate_profile()?;
        self.validate_foreign_issuer()?;
        if !(1..=MAX_SESSIONS_PER_USER).contains(&self.max_sessions_per_user) {
            return refuse("max_sessions_per_user", format!("must be between 1 and {MAX_SESSIONS_PER_USER}"));
        }
        let policy = self.password_policy;
        if policy.min_length < 8 || policy.min_length > policy.max_length {
            return refuse("password_min_length", format!("must be between 8 and {}", policy.max_length));
        }
        Ok(())
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
        refuse("jwk_url", "must be a URL like https://issuer.example/.well-known/jwks.json".into())
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
            return refuse("refresh_reuse_grace", "must be at most 5 minutes: it helps a thief as well".to_owned());
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

    use super::{AccessTokenProfile, ForeignIssuer, Settings};
    use crate::keys::Algorithm;

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
    fn each_invalid_setting_is_reported_by_name() {
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
