mod anything;
mod sources;

use std::{ffi::OsString, fs};

use hallpass_core::{limits::Limits, token::TokenType, user::UserIdField};
use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::{Config, source::Source};

const KEY: &str = "a-signing-key-of-more-than-thirty-two-bytes";

struct Place(TempDir);

impl Place {
    fn with(toml: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("hallpass.toml"), toml).expect("a file");
        Self(folder)
    }

    fn load(&self, environment: &[(&str, &str)]) -> Result<Config, String> {
        let database = format!("sqlite://{}", self.0.path().join("test.db").display());
        let variables = environment.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let database = [(OsString::from("HALLPASS_DATABASE_URL"), OsString::from(database))];
        let source = Source::open(Some(self.0.path().join("hallpass.toml")), database.into_iter().chain(variables));
        let loaded = source.and_then(|mut source| Config::from_source(&mut source)).and_then(Config::keep_new_key);
        loaded.map_err(|error| error.to_string().replace(&self.0.path().display().to_string(), "."))
    }
}

#[test]
fn environment_variables_override_the_file() {
    let place = Place::with(&format!("signing_key = \"{KEY}\"\naccess_token_lifetime = \"10m\"\nleeway = 5"));
    let config = place.load(&[("HALLPASS_ACCESS_TOKEN_LIFETIME", "2h")]).expect("a configuration");
    assert_eq!(config.auth.access_token_lifetime.as_secs(), 7200);
    assert_eq!(config.auth.leeway.as_secs(), 5);
}

#[test]
fn every_error_names_the_setting_and_its_place() {
    let key = format!("signing_key = \"{KEY}\"\n");
    let cases = [
        (
            "acess_token_lifetime = 3",
            "acess_token_lifetime in ./hallpass.toml is not a setting; did you mean access_token_lifetime?",
        ),
        ("leeway = \"15M\"", "leeway in ./hallpass.toml must be a duration like 30s, 5m, 12h or 7d, or whole seconds"),
        ("leeway = \"1w\"", "leeway in ./hallpass.toml must be a duration like 30s, 5m, 12h or 7d, or whole seconds"),
        ("leeway = \"1.5h\"", "leeway in ./hallpass.toml must be a duration like 30s, 5m, 12h or 7d, or whole seconds"),
        ("leeway = \"soon\"", "leeway in ./hallpass.toml must be a duration like 30s, 5m, 12h or 7d, or whole seconds"),
        ("rotate_refresh_tokens = 3", "rotate_refresh_tokens in ./hallpass.toml must be true or false"),
        (
            "algorithm = \"none\"",
            "algorithm in ./hallpass.toml must be one of HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA",
        ),
        (
            "algorithm = \"HS512\"",
            "signing_key in ./hallpass.toml is too short: 43 bytes, and HS512 needs at least 64 (RFC 7518 §3.2)",
        ),
        (
            "listen = \"here\"",
            "listen in ./hallpass.toml is \"here\", which is not an address and port like 127.0.0.1:3000",
        ),
        (
            "auth_header_name = \"Authorization\"",
            "auth_header_name in ./hallpass.toml must be a header as WSGI spells it, like HTTP_AUTHORIZATION or HTTP_X_TOKEN",
        ),
        (
            "trusted_proxies = [\"10.0.0.0/8\", \"proxy\"]",
            "trusted_proxies in ./hallpass.toml has \"proxy\", which is not an address or a network like 10.0.0.0/8",
        ),
        (
            "trusted_proxy_header = \"X-Real-IP\"",
            "trusted_proxy_header in ./hallpass.toml must be X-Forwarded-For or Forwarded",
        ),
        ("hsts = true", "hsts in ./hallpass.toml must be auto, on or off"),
        ("max_connections = 0", "max_connections in ./hallpass.toml must be at least 1"),
        ("log_format = \"xml\"", "log_format in ./hallpass.toml must be text or json"),
        ("stop_delay = \"1h\"", "stop_delay in ./hallpass.toml must be at most 5m"),
        ("metrics_listen = true", "metrics_listen in ./hallpass.toml must be text in quotes"),
        (
            "metrics_listen = \"9464\"",
            "metrics_listen in ./hallpass.toml is \"9464\", which is neither off nor an address and port like 127.0.0.1:9464",
        ),
        ("limits = \"maybe\"", "limits in ./hallpass.toml must be on or off"),
        (
            "limit_register_per_address = 10",
            "limit_register_per_address in ./hallpass.toml must be a rate like 10/min, 1/s, 100/h or 1000/d, or off",
        ),
        ("password_min_length = 3", "password_min_length in ./hallpass.toml must be between 8 and 128"),
    ];
    for (line, sentence) in cases {
        let refused = Place::with(&format!("{key}{line}")).load(&[]).expect_err(line);
        assert_eq!(refused, sentence);
    }
}

const SECRET: &str = "5b0fd3a1c4e7429f8d6a1b2c3d4e5f60";

#[test]
fn clients_are_read_from_tables_or_one_variable_and_their_secrets_are_hidden() {
    let toml = format!("signing_key = \"{KEY}\"\n[clients.gateway]\nsecret = \"{SECRET}\"\n");
    let from_file = Place::with(&toml).load(&[]).expect("a configuration");
    assert!(from_file.auth.clients.authenticate("gateway", SECRET).is_some());
    let variable =
        format!("{{gateway = {{secret = \"{SECRET}\"}}, billing = {{secret_hash = \"{}\"}}}}", "ab".repeat(32));
    let place = Place::with(&format!("signing_key = \"{KEY}\""));
    let from_variable = place.load(&[("HALLPASS_CLIENTS", &variable)]).expect("a configuration");
    for config in [from_file, from_variable] {
        assert!(config.describe().contains("gateway"));
        assert!(!config.describe().contains(SECRET) && !format!("{config:?}").contains(SECRET));
    }
}

#[test]
fn an_invalid_client_is_named_without_its_secret() {
    let cases = [
        ("[clients.gateway]\nsecret = \"swordfish\"", "\"gateway\" has a secret of less than 128 bits"),
        ("[clients.gateway]\nsecret_hash = \"abc\"", "has a secret_hash that is not the SHA-256"),
        ("[clients.gateway]\npassword = \"x\"", "must have secret or secret_hash, in quotes, and nothing else"),
        ("[clients.\"two words\"]\nsecret = \"5b0fd3a1c4e7429f8d6a1b2c3d4e5f60\"", "has a name that is not"),
        ("clients = 3", "must be tables like [clients.gateway]"),
    ];
    for (lines, sentence) in cases {
        let refused = Place::with(&format!("signing_key = \"{KEY}\"\n{lines}")).load(&[]).expect_err(lines);
        assert!(refused.starts_with("clients in ./hallpass.toml") && refused.contains(sentence), "{refused}");
        assert!(!refused.contains("swordfish"));
    }
}

#[test]
fn a_short_key_and_an_unknown_variable_are_rejected() {
    let place = Place::with("");
    let short = place.load(&[("HALLPASS_SIGNING_KEY", "short")]).expect_err("a short key");
    assert_eq!(short, "HALLPASS_SIGNING_KEY is too short: 5 bytes, and HS256 needs at least 32 (RFC 7518 §3.2)");
    let unknown = place.load(&[("HALLPASS_COLOUR", "red")]).expect_err("an unknown variable");
    assert_eq!(
        unknown,
        "HALLPASS_COLOUR in the environment is not a setting; docs/configuration.md and docs/settings.md list them all"
    );
}

#[test]
fn a_missing_key_is_generated_once_and_readable_only_by_its_owner() {
    let place = Place::with("");
    let first = place.load(&[]).expect("a configuration");
    let file = first.new_key_file.expect("a new key file");
    let made = fs::read_to_string(&file).expect("the key");
    assert_eq!(made.len(), 128);
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).expect("the file").permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("other permissions");
        assert!(place.load(&[]).expect_err("a readable key").contains("chmod 600"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("the permissions");
    }
    let second = place.load(&[]).expect("a configuration");
    assert_eq!(second.new_key_file, None);
    assert_eq!(fs::read_to_string(&file).expect("the key"), made);
}

#[test]
fn a_syntax_error_is_reported_without_the_line() {
    let refused = Place::with("leeway = 5\nsigning_key = \"a secret\n").load(&[]).expect_err("no TOML");
    assert!(refused.contains("line 2 is not TOML") && !refused.contains("secret"), "{refused}");
}

#[test]
fn an_audience_is_text_or_a_list() {
    let audience = |file: &str, environment: &[(&str, &str)]| {
        let config = Place::with(file).load(environment).expect("a configuration");
        config.auth.audience.map(|audience| audience.claim())
    };
    assert_eq!(audience("audience = \"api\"", &[]), Some("api".into()));
    assert_eq!(audience("audience = [\"web\", \"api\"]", &[]), Some(vec!["web", "api"].into()));
    assert_eq!(audience("", &[("HALLPASS_AUDIENCE", "a,b")]), Some("a,b".into()));
    assert_eq!(audience("", &[("HALLPASS_AUDIENCE", "[\"web\"]")]), Some(vec!["web"].into()));
    for wrong in ["[]", "[5]", "[\"a\""] {
        assert!(Place::with("").load(&[("HALLPASS_AUDIENCE", wrong)]).is_err(), "{wrong}");
    }
}

#[test]
fn a_key_of_digits_stays_text() {
    let digits = "12345678901234567890123456789012";
    let config = Place::with("").load(&[("HALLPASS_SIGNING_KEY", digits)]).expect("a configuration");
    assert_eq!(config.auth.signing_key.expose_secret(), digits.as_bytes());
}

#[test]
fn described_settings_contain_no_secret() {
    let config = Place::with("").load(&[("HALLPASS_SIGNING_KEY", KEY)]).expect("a configuration");
    assert!(!config.describe().contains(KEY));
    assert!(!format!("{config:?}").contains(KEY));
}

/// The settings in the first column of a section's tables.
fn rows(section: &str) -> Vec<String> {
    let names = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    names.map(|(name, _)| name.to_ascii_lowercase()).collect()
}

#[test]
fn the_documentation_lists_exactly_the_settings() {
    let mut source =
        Source::open(None, [(OsString::from("HALLPASS_SIGNING_KEY"), OsString::from(KEY))]).expect("a source");
    Config::from_source(&mut source).expect("a configuration");
    let settings = include_str!("../../../docs/settings.md");
    let (by_configuration, in_code) = settings.split_once("## In code").expect("two sections");
    let mut described = rows(by_configuration);
    described.extend(rows(include_str!("../../../docs/configuration.md")));
    described.sort();
    let mut known: Vec<_> = source.known().iter().map(|name| (*name).to_owned()).collect();
    known.sort();
    assert_eq!(described, known, "the rows of docs/settings.md and docs/configuration.md, and the settings");
    assert_eq!(rows(in_code).iter().find(|name| known.contains(name)), None, "a setting, and not in code alone");
}

#[test]
fn token_classes_and_user_fields_have_simple_jwts_names() {
    let key = format!("signing_key = \"{KEY}\"\n");
    let long = "auth_token_classes = [\"rest_framework_simplejwt.tokens.SlidingToken\", \"access\"]";
    let config = Place::with(&format!("{key}{long}")).load(&[("HALLPASS_USER_ID_FIELD", "email")]);
    let auth = config.expect("a configuration").auth;
    assert_eq!(auth.auth_token_classes, [TokenType::Sliding, TokenType::Access]);
    assert_eq!(auth.user_id_field, UserIdField::Email);
    let environment = [("HALLPASS_AUTH_TOKEN_CLASSES", "AccessToken,SlidingToken")];
    let config = Place::with(&key).load(&environment).expect("a configuration");
    assert_eq!(config.auth.auth_token_classes, [TokenType::Access, TokenType::Sliding]);
    for (line, sentence) in [
        ("auth_token_classes = [\"RefreshToken\"]", "must be a list of AccessToken and SlidingToken"),
        ("auth_token_classes = []", "must be AccessToken, SlidingToken or both"),
        ("user_id_field = \"phone\"", "must be id, username or email"),
    ] {
        let refused = Place::with(&format!("{key}{line}")).load(&[]).expect_err(line);
        assert!(refused.ends_with(sentence), "{refused}");
    }
}

#[test]
fn proxies_and_limits_are_read_from_the_file_and_from_the_environment() {
    let toml = "trusted_proxies = [\"10.0.0.0/8\", \"::1\"]\nlimit_register_per_address = \"off\"\n";
    let place = Place::with(toml);
    let environment = [("HALLPASS_LIMIT_SIGN_IN_PER_ACCOUNT", "3/h"), ("HALLPASS_TRUSTED_PROXY_HEADER", "Forwarded")];
    let shown = place.load(&environment).expect("a configuration").describe();
    for line in [
        "trusted_proxies = 10.0.0.0/8, ::1/128",
        "trusted_proxy_header = Forwarded",
        "limit_register_per_address = off",
        "limit_sign_in_per_account = 3/h",
        "limit_sign_in_per_address = 600/min",
        "limits = on",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} in {shown}");
    }
    let off = [("HALLPASS_LIMITS", "off"), ("HALLPASS_TRUSTED_PROXIES", "127.0.0.1,10.1.0.0/16")];
    let config = place.load(&off).expect("a configuration");
    assert_eq!(config.auth.limits, Limits::OFF);
    assert_eq!(config.http.proxies.trusted.len(), 2);
}

#[test]
fn metrics_are_never_served_on_the_public_port() {
    let key = format!("signing_key = \"{KEY}\"\n");
    for (listen, metrics) in
        [("127.0.0.1:3000", "127.0.0.1:3000"), ("0.0.0.0:3000", "127.0.0.1:3000"), ("127.0.0.1:3000", "[::]:3000")]
    {
        let place = Place::with(&format!("{key}listen = \"{listen}\"\nmetrics_listen = \"{metrics}\""));
        let refused = place.load(&[]).expect_err("the same port");
        assert!(refused.ends_with("use a separate port"), "{refused}");
    }
    for (listen, metrics) in [("127.0.0.1:0", "127.0.0.1:0"), ("127.0.0.1:3000", "10.0.0.1:3000")] {
        let place = Place::with(&format!("{key}listen = \"{listen}\"\nmetrics_listen = \"{metrics}\""));
        let observability = place.load(&[]).expect("two ports").observability;
        assert_eq!(observability.metrics_listen.map(|address| address.to_string()).as_deref(), Some(metrics));
        let off = place.load(&[("HALLPASS_METRICS_LISTEN", "off")]).expect("none").observability;
        assert_eq!(off.metrics_listen, None);
    }
}

#[test]
fn servers_that_share_a_database_generate_no_key() {
    let place = Place::with("");
    let shared = ("HALLPASS_DATABASE_URL", "postgres://hallpass@db.example/hallpass");
    let refused = place.load(&[shared]).expect_err("no key");
    assert!(refused.starts_with("no signing key is set, and servers that share a PostgreSQL database"), "{refused}");
    assert!(place.load(&[shared, ("HALLPASS_SIGNING_KEY", KEY)]).is_ok());
}

#[test]
fn loading_the_configuration_writes_no_key() {
    let place = Place::with("");
    let database = place.0.path().join("test.db");
    let environment =
        [(OsString::from("HALLPASS_DATABASE_URL"), OsString::from(format!("sqlite://{}", database.display())))];
    let mut source = Source::open(Some(place.0.path().join("hallpass.toml")), environment).expect("a source");
    let looked = Config::from_source(&mut source).expect("a configuration");
    assert_eq!(looked.new_key_file, Some(database.with_extension("key")), "where it would be");
    assert!(!database.with_extension("key").exists());
}

#[test]
fn the_database_password_is_hidden() {
    let config = Place::with("").load(&[("HALLPASS_SIGNING_KEY", KEY)]).expect("a configuration");
    let database_url = "postgres://ada:swordfish@db/pass?password=swordfish".parse().expect("a URL");
    let config = Config { database_url, ..config };
    assert!(config.describe().contains("postgres://ada@db/pass") && !config.describe().contains("swordfish"));
}
