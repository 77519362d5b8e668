//! For any file and environment, reading ends with a configuration or with one sentence that names the setting.

use proptest::{collection::vec, prelude::*, sample::select};

use super::{KEY, Place};
use crate::config::{Config, source::Source};

/// Every setting.
fn names() -> Vec<&'static str> {
    let key = [("HALLPASS_SIGNING_KEY".into(), KEY.into())];
    let mut source = Source::open(None, key).expect("a source");
    Config::from_source(&mut source).expect("a configuration");
    // Excluded because it determines which files are read and written.
    source.known().iter().copied().filter(|name| *name != "database_url").collect()
}

/// Values that are valid for some setting, and values that are valid for none.
fn value() -> impl Strategy<Value = String> {
    let right = [
        "",
        "0",
        "1",
        "-1",
        "true",
        "off",
        "on",
        "30s",
        "7d",
        "99999999999999999999",
        "18446744073709551615d",
        "10/min",
        "0/s",
        "127.0.0.1:0",
        "::1",
        "10.0.0.0/8",
        "10.0.0.0/99",
        "HS512",
        "RS256",
        "none",
        "Bearer",
        ",",
        "Bearer,,",
        "HTTP_X_TOKEN",
        "HTTP_",
        "user_id",
        "exp",
        "database",
        "[\"a\"]",
        "[",
        "{}",
        "{a = {secret = \"x\"}}",
        "{a = {secret_hash = 5}}",
        "https://example.org/keys",
        "file:///etc/passwd",
        "http://[",
        "at+jwt",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        "-----BEGIN PUBLIC KEY-----",
        "{",
        "Forwarded",
    ];
    prop_oneof![3 => select(right.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,40}", 1 => any::<String>()]
}

/// A value in TOML.
fn toml() -> impl Strategy<Value = String> {
    let quoted = |text: String| toml::Value::String(text).to_string();
    let other =
        ["0", "-1", "1e400", "nan", "inf", "true", "[]", "[[[]]]", "[1, \"a\"]", "{}", "{a = {b = 1}}", "1979-05-27"];
    prop_oneof![
        value().prop_map(quoted),
        select(other.to_vec()).prop_map(str::to_owned),
        any::<i64>().prop_map(|n| n.to_string())
    ]
}

/// Whether the message is one line of several words that contains one of these names.
fn is_sentence(problem: &str, names: &[&str]) -> bool {
    let is_line = problem.split_whitespace().count() > 3 && !problem.contains(char::is_control);
    let is_named = |name: &&str| problem.contains(*name) || problem.contains(&name.to_ascii_uppercase());
    is_line && names.iter().any(is_named)
}

fn variables(chosen: &[(&str, String)]) -> Vec<(String, String)> {
    // Environment variables cannot contain null characters.
    let plain = |value: &String| value.replace('\0', "");
    chosen.iter().map(|(name, value)| (format!("HALLPASS_{}", name.to_ascii_uppercase()), plain(value))).collect()
}

/// Loads it with a valid key unless one was chosen, so that no key is generated.
fn load(file: &str, environment: &[(String, String)]) -> Result<Config, String> {
    let mut environment: Vec<_> = environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    environment.insert(0, ("HALLPASS_SIGNING_KEY", KEY));
    Place::with(file).load(&environment)
}

proptest! {
    /// Any values of settings, in the environment.
    #[test]
    fn any_environment_is_accepted_or_rejected_by_the_settings_name(
        chosen in vec((select(names()), value()), 1..4),
    ) {
        if let Err(problem) = load("", &variables(&chosen)) {
            let named: Vec<_> = chosen.iter().map(|(name, _)| *name).chain(["signing_key"]).collect();
            prop_assert!(is_sentence(&problem, &named), "{problem:?}");
        }
    }

    /// Any values of settings, in the file.
    #[test]
    fn any_file_is_accepted_or_rejected_by_the_settings_name(chosen in vec((select(names()), toml()), 1..4)) {
        let file: String = chosen.iter().map(|(name, value)| format!("{name} = {value}\n")).collect();
        if let Err(problem) = load(&file, &[]) {
            let named: Vec<_> = chosen.iter().map(|(name, _)| *name).chain(["signing_key", "hallpass.toml"]).collect();
            prop_assert!(is_sentence(&problem, &named), "{problem:?}");
        }
    }

    /// Any text as a file. Errors show nothing of it but the names of keys.
    #[test]
    fn any_text_is_accepted_or_rejected_with_its_place(text in prop_oneof!["(?s).{0,200}", "[a-z_=\"\\[\\]{}#.\\n 0-9]{0,120}"]) {
        if let Err(problem) = load(&text, &[]) {
            prop_assert!(is_sentence(&problem, &["hallpass.toml"]), "{problem:?}");
        }
    }

    /// Any name that is not a setting, in both places. It is shown on one line.
    #[test]
    fn any_other_name_is_rejected_as_not_a_setting(name in prop_oneof!["[A-Z_0-9]{1,20}", "\\PC{1,20}", any::<String>()]) {
        let known = names().contains(&name.to_ascii_lowercase().as_str()) || name.eq_ignore_ascii_case("database_url");
        prop_assume!(!known);
        let variable = format!("HALLPASS_{name}");
        let shown = format!("{} in the environment is not a setting", variable.escape_debug());
        let refused = load("", &[(variable, "1".to_owned())]).expect_err("no setting");
        prop_assert!(refused.starts_with(&shown), "{refused}");
        let shown = format!("{} in ./hallpass.toml is not a setting", name.escape_debug());
        let file = toml::Table::from_iter([(name, toml::Value::Integer(1))]).to_string();
        let refused = load(&file, &[]).expect_err("no setting");
        prop_assert!(refused.starts_with(&shown), "{refused}");
        prop_assert!(is_sentence(&refused, &["hallpass.toml"]), "{refused:?}");
    }
}
