//! Every setting follows the same rules from every source: white space, invalid UTF-8 and empty values.

use std::{
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
};

use secrecy::ExposeSecret;

use super::{KEY, Place};
use crate::config::{Config, source::Source};

/// Every setting with a value that is not its default.
const SETTINGS: [(&str, &str); 50] = [
    ("database_url", "sqlite://other.db"),
    ("listen", "127.0.0.1:4000"),
    ("max_connections", "17"),
    ("trusted_proxies", "10.0.0.0/8,::1"),
    ("trusted_proxy_header", "Forwarded"),
    ("hsts", "on"),
    ("log_format", "json"),
    ("metrics_listen", "127.0.0.1:9464"),
    ("stop_delay", "5s"),
    ("signing_key", "another-signing-key-of-more-than-thirty-two-bytes"),
    ("algorithm", "HS384"),
    ("access_token_lifetime", "6m"),
    ("refresh_token_lifetime", "2d"),
    ("rotate_refresh_tokens", "true"),
    ("blacklist_after_rotation", "true"),
    ("update_last_login", "true"),
    ("leeway", "3s"),
    ("auth_header_types", "JWT,Bearer"),
    ("auth_header_name", "HTTP_X_TOKEN"),
    ("user_id_claim", "uid"),
    ("token_type_claim", "kind"),
    ("jti_claim", "id"),
    ("user_id_field", "username"),
    ("auth_token_classes", "SlidingToken"),
    ("sliding_token_lifetime", "7m"),
    ("sliding_token_refresh_lifetime", "3d"),
    ("sliding_token_refresh_exp_claim", "until"),
    ("check_revoke_token", "true"),
    ("revoke_token_claim", "revocation"),
    ("check_user_is_active", "false"),
    ("refresh_reuse_grace", "10s"),
    ("session_max_lifetime", "30d"),
    ("max_sessions_per_user", "9"),
    ("session_check", "database"),
    ("clients", "{gateway = {secret = \"5b0fd3a1c4e7429f8d6a1b2c3d4e5f60\"}}"),
    ("security_event_retention", "30d"),
    ("registration", "closed"),
    ("password_min_length", "20"),
    ("verifying_key", "-----BEGIN PUBLIC KEY-----"),
    ("audience", "api"),
    ("issuer", "https://pass.example"),
    ("jwk_url", "https://issuer.example/keys"),
    ("access_token_profile", "jwt"),
    ("access_token_client_id", "app"),
    ("limits", "off"),
    ("limit_sign_in_per_account", "7/h"),
    ("limit_sign_in_per_address", "8/h"),
    ("limit_register_per_address", "9/h"),
    ("limit_refresh_per_session", "10/h"),
    ("limit_refused_refresh_per_address", "11/h"),
];

/// Settings without a default, for which an empty value means unset.
const OPTIONAL: [&str; 7] =
    ["trusted_proxies", "metrics_listen", "clients", "verifying_key", "audience", "issuer", "jwk_url"];

fn variable(name: &str) -> String {
    format!("HALLPASS_{}", name.to_ascii_uppercase())
}

/// The result of reading: everything in the configuration, or the error.
fn outcome(folder: &Path, file: &str, environment: &[(String, OsString)]) -> Result<String, String> {
    let path = folder.join("hallpass.toml");
    fs::write(&path, file).expect("a file");
    let is_given = |name: &str| {
        let is_in_file = file.starts_with(&format!("{name} "));
        is_in_file || environment.iter().any(|(given, _)| given.starts_with(&variable(name)))
    };
    let usual = [("database_url", "sqlite://hallpass.db"), ("signing_key", KEY)];
    let usual =
        usual.into_iter().filter(|(name, _)| !is_given(name)).map(|(name, value)| (variable(name), value.into()));
    let variables = environment.iter().cloned().chain(usual).map(|(name, value)| (name.into(), value));
    let loaded = Source::open(Some(path), variables).and_then(|mut source| Config::from_source(&mut source));
    let shown = |config: Config| {
        let key = String::from_utf8_lossy(config.auth.signing_key.expose_secret()).into_owned();
        format!("{}\nkey = {key:?}\nclients = {:?}", config.describe(), config.auth.clients)
    };
    loaded.map(shown).map_err(|error| error.to_string().replace(&folder.display().to_string(), "."))
}

/// Removes the place from an error, so that errors of different sources can be compared.
fn without_place(outcome: Result<String, String>, name: &str) -> Result<String, String> {
    outcome.map_err(|problem| {
        let start = [
            format!("{} (./value) ", variable(name) + "_FILE"),
            format!("{name} in ./hallpass.toml "),
            variable(name) + " ",
        ];
        start.iter().find_map(|start| problem.strip_prefix(start.as_str())).unwrap_or(&problem).to_owned()
    })
}

fn from_environment(folder: &Path, name: &str, value: &str) -> Result<String, String> {
    without_place(outcome(folder, "", &[(variable(name), value.into())]), name)
}

fn from_toml(folder: &Path, name: &str, value: &str) -> Result<String, String> {
    let text = toml::Value::String(value.to_owned());
    without_place(outcome(folder, &format!("{name} = {text}"), &[]), name)
}

fn from_secret(folder: &Path, name: &str, value: &[u8]) -> Result<String, String> {
    let path = folder.join("value");
    fs::write(&path, value).expect("a file");
    without_place(outcome(folder, "", &[(variable(name) + "_FILE", path.into())]), name)
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    (folder, path)
}

#[test]
fn the_table_of_settings_is_complete() {
    let key = (OsString::from("HALLPASS_SIGNING_KEY"), OsString::from(KEY));
    let mut source = Source::open(None, [key]).expect("a source");
    Config::from_source(&mut source).expect("a configuration");
    let mut known = source.known().to_vec();
    let mut listed: Vec<_> = SETTINGS.iter().map(|(name, _)| *name).collect();
    known.sort_unstable();
    listed.sort_unstable();
    assert_eq!(listed, known);
}

#[test]
fn white_space_around_a_value_changes_nothing_in_any_setting_from_any_source() {
    let (_folder, path) = folder();
    for (name, value) in SETTINGS {
        let plain = from_environment(&path, name, value);
        for around in ["\n", "\r\n", " ", "\t\n \n"] {
            for spaced in [format!("{value}{around}"), format!("{around}{value}{around}")] {
                assert_eq!(from_environment(&path, name, &spaced), plain, "{name} from the environment: {spaced:?}");
                assert_eq!(from_secret(&path, name, spaced.as_bytes()), plain, "{name} from a file: {spaced:?}");
                if name != "clients" {
                    assert_eq!(from_toml(&path, name, &spaced), plain, "{name} from hallpass.toml: {spaced:?}");
                }
            }
        }
        let marked = format!("\u{feff}{value}");
        assert_eq!(from_secret(&path, name, marked.as_bytes()), plain, "{name} behind a byte order mark");
    }
}

#[test]
fn white_space_around_a_clients_secret_changes_nothing() {
    let (_folder, path) = folder();
    let read = |secret: &str| from_environment(&path, "clients", &format!("{{gateway = {{secret = \"{secret}\"}}}}"));
    let table = |secret: &str| outcome(&path, &format!("[clients.gateway]\nsecret = \"{secret}\""), &[]);
    let secret = "5b0fd3a1c4e7429f8d6a1b2c3d4e5f60";
    assert_eq!(read(&format!(" {secret}\\n")), read(secret));
    assert_eq!(table(&format!(" {secret}\\n")), table(secret));
    assert_eq!(table(secret), read(secret));
}

#[test]
fn a_value_that_is_not_utf8_is_rejected_by_variable_name_in_every_setting() {
    use std::os::unix::ffi::OsStrExt;
    let (_folder, path) = folder();
    for (name, value) in SETTINGS {
        let bytes = [value.as_bytes(), b"\xff"].concat();
        let variable = variable(name);
        let refused = outcome(&path, "", &[(variable.clone(), OsStr::from_bytes(&bytes).to_owned())]);
        assert_eq!(refused, Err(format!("{variable} is not UTF-8 text")));
        let refused = from_secret(&path, name, &bytes);
        assert_eq!(refused, Err(format!("{variable}_FILE names ./value, which cannot be read: it is not UTF-8 text")));
    }
    let name = OsStr::from_bytes(b"HALLPASS_ISSUER\xff").to_owned();
    let source = Source::open(None, [(name, OsString::from("x"))]);
    let refused = source.and_then(|mut source| Config::from_source(&mut source)).err().map(|error| error.to_string());
    assert!(refused.is_some_and(|refused| refused.contains("is not a setting")));
}

#[test]
fn an_empty_value_means_unset_for_settings_without_a_default_and_is_rejected_for_others() {
    let (_folder, path) = folder();
    let unset = outcome(&path, "", &[]);
    for (name, _) in SETTINGS {
        for empty in ["", " ", "\n"] {
            let expected = if OPTIONAL.contains(&name) {
                unset.clone()
            } else {
                Err("is empty; set a value, or remove it".to_owned())
            };
            assert_eq!(from_environment(&path, name, empty), expected, "{name} from the environment");
            assert_eq!(from_toml(&path, name, empty), expected, "{name} from hallpass.toml");
            let refused = from_secret(&path, name, empty.as_bytes());
            assert_eq!(refused, Err(format!("{}_FILE names ./value, which is empty", variable(name))));
        }
    }
}

#[test]
fn an_empty_variable_keeps_the_setting_of_the_file() {
    let issuer = |environment: &[(&str, &str)]| {
        let place = Place::with(&format!("signing_key = \"{KEY}\"\nissuer = \"https://pass.example\""));
        place.load(environment).expect("a configuration").auth.issuer
    };
    assert_eq!(issuer(&[("HALLPASS_ISSUER", "")]).as_deref(), Some("https://pass.example"));
    assert_eq!(issuer(&[("HALLPASS_ISSUER", "https://other.example")]).as_deref(), Some("https://other.example"));
}

#[test]
fn a_variable_and_its_file_variable_are_rejected_together_unless_one_is_empty() {
    let (_folder, path) = folder();
    for (name, value) in SETTINGS {
        let secret = path.join("value");
        fs::write(&secret, value).expect("a file");
        let by_file = |other: &str| {
            let (variable, file) = (variable(name), variable(name) + "_FILE");
            outcome(&path, "", &[(variable, other.into()), (file, secret.clone().into())])
        };
        let refused = format!("{0}_FILE is set beside {0}: keep one of them", variable(name));
        assert_eq!(by_file(value), Err(refused));
        let plain = from_environment(&path, name, value);
        assert_eq!(without_place(by_file(""), name), plain, "{name}");
        let no_file = outcome(&path, "", &[(variable(name), value.into()), (variable(name) + "_FILE", "".into())]);
        assert_eq!(without_place(no_file, name), plain, "{name}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_its_variable() {
    let (_folder, path) = folder();
    let read = |file: PathBuf| outcome(&path, "", &[("HALLPASS_SIGNING_KEY_FILE".to_owned(), file.into())]);
    let missing = read(path.join("nowhere")).expect_err("no file");
    assert!(
        missing.starts_with("HALLPASS_SIGNING_KEY_FILE names ./nowhere, which cannot be read: No such"),
        "{missing}"
    );
    let folder = read(path.clone()).expect_err("a folder");
    assert!(folder.starts_with("HALLPASS_SIGNING_KEY_FILE names ., which cannot be read: "), "{folder}");
    let long = path.join("long");
    fs::write(&long, vec![b'k'; (1 << 20) + 1]).expect("a file");
    assert_eq!(read(long), Err("HALLPASS_SIGNING_KEY_FILE names ./long, which is larger than 1 MiB".to_owned()));
}

#[test]
fn variables_of_a_kubernetes_service_are_ignored_and_listed() {
    let place = Place::with("");
    let config = place
        .load(&[
            ("HALLPASS_SIGNING_KEY", KEY),
            ("HALLPASS_SERVICE_HOST", "10.96.0.17"),
            ("HALLPASS_SERVICE_PORT", "80"),
            ("HALLPASS_SERVICE_PORT_HTTP", "80"),
            ("HALLPASS_PORT", "tcp://10.96.0.17:80"),
            ("HALLPASS_PORT_80_TCP", "tcp://10.96.0.17:80"),
            ("HALLPASS_PORT_80_TCP_PROTO", "tcp"),
            ("HALLPASS_PORT_80_TCP_PORT", "80"),
            ("HALLPASS_PORT_80_TCP_ADDR", "10.96.0.17"),
            ("HALLPASS_METRICS_PORT_9464_TCP", "tcp://10.96.0.18:9464"),
        ])
        .expect("a configuration");
    assert_eq!(config.ignored_variables.len(), 9, "{:?}", config.ignored_variables);
}

#[test]
fn a_misspelt_setting_is_rejected_with_a_suggestion() {
    for (variable, meant) in [
        ("HALLPASS_ISUER", "HALLPASS_ISSUER"),
        ("HALLPASS_Issuer", "HALLPASS_ISSUER"),
        ("hallpass_issuer", "HALLPASS_ISSUER"),
        ("Hallpass_Access_Token_Lifetime", "HALLPASS_ACCESS_TOKEN_LIFETIME"),
        ("HALLPASS_SIGNIN_KEY_FILE", "HALLPASS_SIGNING_KEY_FILE"),
        ("hallpass_signing_key_file", "HALLPASS_SIGNING_KEY_FILE"),
        ("HALLPASS_METRICS_LISTEN_PORTS", "HALLPASS_METRICS_LISTEN"),
    ] {
        let refused = Place::with("").load(&[("HALLPASS_SIGNING_KEY", KEY), (variable, "1")]).expect_err(variable);
        assert_eq!(refused, format!("{variable} in the environment is not a setting; did you mean {meant}?"));
    }
    for (key, meant) in [("Issuer", "issuer"), ("HALLPASS_ISSUER", "issuer"), ("signing-key", "signing_key")] {
        let refused = Place::with(&format!("{key} = \"x\"")).load(&[("HALLPASS_SIGNING_KEY", KEY)]).expect_err(key);
        assert_eq!(refused, format!("{key} in ./hallpass.toml is not a setting; did you mean {meant}?"));
    }
    let foreign = [("HALLPASS_SIGNING_KEY", KEY), ("hallpass_home", "/srv"), ("SIGNING_KEY", "x")];
    assert!(Place::with("").load(&foreign).is_ok(), "variables of other programs are theirs");
}

#[test]
fn a_key_file_is_read_without_the_white_space_around_it() {
    let place = Place::with("");
    let file = place.load(&[]).expect("a configuration").new_key_file.expect("a new key");
    let key = fs::read_to_string(&file).expect("the key");
    fs::write(&file, format!("\u{feff} {key}\r\n")).expect("the file");
    let read = place.load(&[]).expect("a configuration");
    assert_eq!(read.auth.signing_key.expose_secret(), key.as_bytes());
    fs::write(&file, "\n").expect("the file");
    assert!(place.load(&[]).expect_err("an empty key").contains("is empty"));
}
