//! The table of settings. A row names a setting and the field that holds it; the field's documentation and default are
//! the setting's. Reading and `check-config` both go through these rows.

use hallpass_core::{limits::Limits, settings::Settings};

use super::{ConfigError, Observability, source::Source, value::SettingValue};
use crate::http_options::HttpOptions;

/// A struct whose fields are settings.
pub(super) trait Section {
    /// Replaces the fields that are set.
    fn read(&mut self, source: &mut Source) -> Result<(), ConfigError>;

    /// Each setting with its value, without secrets.
    fn describe(&self) -> Vec<(&'static str, String)>;
}

macro_rules! section {
    ($section:ty { $($name:ident => $($field:ident).+,)+ }) => {
        impl Section for $section {
            fn read(&mut self, source: &mut Source) -> Result<(), ConfigError> {
                $(source.read(stringify!($name), &mut self.$($field).+)?;)+
                Ok(())
            }

            fn describe(&self) -> Vec<(&'static str, String)> {
                vec![$((stringify!($name), self.$($field).+.show())),+]
            }
        }
    };
}

section!(Observability {
    log_format => log_format,
    metrics_listen => metrics_listen,
    stop_delay => stop_delay,
});

section!(HttpOptions {
    trusted_proxies => proxies.trusted,
    trusted_proxy_header => proxies.header,
    hsts => hsts,
});

section!(Limits {
    limit_sign_in_per_account => sign_in_per_account,
    limit_sign_in_per_address => sign_in_per_address,
    limit_register_per_address => register_per_address,
    limit_refresh_per_session => refresh_per_session,
    limit_refused_refresh_per_address => refused_refresh_per_address,
});

section!(Settings {
    access_token_lifetime => access_token_lifetime,
    refresh_token_lifetime => refresh_token_lifetime,
    rotate_refresh_tokens => rotate_refresh_tokens,
    blacklist_after_rotation => blacklist_after_rotation,
    refresh_reuse_grace => refresh_reuse_grace,
    session_max_lifetime => session_max_lifetime,
    max_sessions_per_user => max_sessions_per_user,
    update_last_login => update_last_login,
    audience => audience,
    issuer => issuer,
    leeway => leeway,
    auth_header_types => auth_header_types,
    auth_header_name => auth_header_name,
    user_id_claim => user_id_claim,
    token_type_claim => token_type_claim,
    jti_claim => jti_claim,
    user_id_field => user_id_field,
    auth_token_classes => auth_token_classes,
    sliding_token_lifetime => sliding_token_lifetime,
    sliding_token_refresh_lifetime => sliding_token_refresh_lifetime,
    sliding_token_refresh_exp_claim => sliding_token_refresh_exp_claim,
    check_revoke_token => check_revoke_token,
    revoke_token_claim => revoke_token_claim,
    check_user_is_active => check_user_is_active,
    clients => clients,
    security_event_retention => security_event_retention,
    password_min_length => password_policy.min_length,
    session_check => session_check,
    registration => registration,
});
