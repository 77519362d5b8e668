//! What of the configuration needs more than one setting: the profile of access tokens, and the other
//! issuer.

use hallpass_core::{
    keys::Algorithm,
    settings::{AccessTokenProfile, ForeignIssuer},
};

use super::{ConfigError, source::Source};

/// Whom tokens are issued to when nothing is said: the login API of the first party is its only client.
const DEFAULT_CLIENT_ID: &str = "hallpass";

/// `access_token_profile` with `access_token_client_id`.
pub(super) fn take_profile(source: &mut Source) -> Result<AccessTokenProfile, ConfigError> {
    let profile = source.take::<String>("access_token_profile")?;
    let client_id = source.take("access_token_client_id")?.unwrap_or_else(|| DEFAULT_CLIENT_ID.to_owned());
    match profile.as_deref() {
        None | Some("jwt") => Ok(AccessTokenProfile::Jwt),
        Some("at+jwt") => Ok(AccessTokenProfile::Rfc9068 { client_id }),
        Some(_) => Err(ConfigError::Value {
            place: source.place("access_token_profile").unwrap_or_default(),
            problem: "must be jwt or at+jwt".to_owned(),
        }),
    }
}

/// `jwk_url` with `algorithm`.
pub(super) fn take_issuer(source: &mut Source, algorithm: Algorithm) -> Result<Option<ForeignIssuer>, ConfigError> {
    Ok(source.take_optional("jwk_url")?.map(|url| ForeignIssuer { url, algorithm }))
}
