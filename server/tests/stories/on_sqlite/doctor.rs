//! `hallpass doctor`: the list of findings, with fixes.

use std::{
    fs,
    net::TcpListener,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;
use sqlx::{Connection, Executor};

use crate::{
    command_line::{hallpass, said},
    process::Process,
    sqlite,
};

const KEY: &str = "Zk3vQ8-this-key-signs-what-a-story-about-doctors-needs-Wt71";

fn doctor(folder: &Path, arguments: &[&str]) -> Output {
    hallpass(folder, &[&["doctor"], arguments].concat(), "")
}

/// The lines that begin with a mark.
fn marked(output: &Output, mark: &str) -> Vec<String> {
    let text = said(output);
    text.lines().filter(|line| line.starts_with(mark)).map(str::to_owned).collect()
}

/// A folder with a configuration whose port no other story uses.
fn folder(toml: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let toml = if toml.contains("listen =") { toml.to_owned() } else { format!("listen = \"127.0.0.1:0\"\n{toml}") };
    fs::write(folder.path().join("hallpass.toml"), toml).expect("a file");
    folder
}

#[test]
fn a_doctor_in_an_empty_folder_reports_no_problem_and_creates_nothing() {
    let folder = folder("");
    let output = doctor(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(marked(&output, "✗"), [] as [String; 0]);
    let doubtful = marked(&output, "!").join("\n");
    assert!(doubtful.contains("signing key") && doubtful.contains("No signing key exists yet."), "{doubtful}");
    assert!(doubtful.contains("hallpass.db does not exist yet."), "{doubtful}");
    assert!(!said(&output).contains('\u{1b}'), "no colours where nobody sees them");
    let left: Vec<_> = fs::read_dir(folder.path()).expect("the folder").collect();
    assert_eq!(left.len(), 1, "the configuration alone: {left:?}");
}

#[test]
fn a_doctor_reports_no_problem_of_a_configured_server() {
    let folder = folder(&format!("trusted_proxies = [\"127.0.0.1\"]\nsigning_key = \"{KEY}\""));
    let run = |arguments: &[&str]| hallpass(folder.path(), arguments, "");
    assert!(run(&["migrate"]).status.success());
    {
        use std::os::unix::fs::PermissionsExt;
        let file = folder.path().join("hallpass.toml");
        fs::set_permissions(file, fs::Permissions::from_mode(0o600)).expect("permissions");
    }
    let output = run(&["doctor"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    for subject in [
        "configuration",
        "signing key",
        "key strength",
        "clock",
        "database",
        "limits",
        "trusted_proxies",
        "hsts",
        "page policy",
    ] {
        let line = marked(&output, "✓").into_iter().find(|line| line.trim_start_matches("✓ ").starts_with(subject));
        assert!(line.is_some(), "{subject}: {}", said(&output));
    }
    assert!(!said(&output).contains(KEY));
}

#[test]
fn problems_are_reported_with_a_fix_and_an_exit_code() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let listen = format!("listen = \"{}\"", taken.local_addr().expect("an address"));
    let cases = [
        ("acces_token_lifetime = 5", "did you mean access_token_lifetime?"),
        ("limits = \"off\"", "anyone can try any number of passwords. Remove limits = off"),
        (
            "trusted_proxies = [\"0.0.0.0/0\"]",
            "Every client is trusted to report its IP address. List only your proxies",
        ),
        (
            "signing_key = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
            "too few different characters. An attacker who guesses it",
        ),
        (listen.as_str(), "cannot be listened on"),
    ];
    for (toml, sentence) in cases {
        let folder = folder(toml);
        // The port is taken by a listener that never answers.
        let output = doctor(folder.path(), &["--timeout", "10ms"]);
        assert_eq!(output.status.code(), Some(1), "{toml}: {}", said(&output));
        let bad = marked(&output, "✗");
        assert!(bad.join("\n").contains(sentence), "{toml}: {}", said(&output));
        let count = if bad.len() == 1 { "1 problem found".to_owned() } else { format!("{} problems found", bad.len()) };
        assert!(said(&output).contains(&count), "{toml}: {}", said(&output));
        assert!(!said(&output).contains("aaaaaaaa"), "no secret is shown");
    }
}

#[test]
fn files_readable_by_others_are_reported_with_the_fixing_command() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&format!("signing_key = \"{KEY}\""));
    assert!(hallpass(folder.path(), &["migrate"], "").status.success());
    for file in ["hallpass.db", "hallpass.toml"] {
        let path = folder.path().join(file);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("permissions");
        let output = doctor(folder.path(), &[]);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(marked(&output, "✗").join("\n").contains(&format!("Run: chmod 600 {file}")), "{}", said(&output));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("permissions");
    }
    assert_eq!(doctor(folder.path(), &[]).status.code(), Some(0));
}

#[test]
fn a_file_that_is_not_a_database_is_reported() {
    let folder = folder("");
    fs::write(folder.path().join("hallpass.db"), "this is no database, however long one looks at it").expect("a file");
    let output = doctor(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(marked(&output, "✗").iter().any(|line| line.contains("database")), "{}", said(&output));
}

#[tokio::test]
async fn a_file_that_was_moved_is_reported_as_moved_even_if_its_tables_cannot_be_read() {
    let folder = folder(&format!("signing_key = \"{KEY}\""));
    assert!(hallpass(folder.path(), &["migrate"], "").status.success());
    let mut file = sqlite::connect(&sqlite::url(&folder.path().join("hallpass.db"))).await.expect("the file");
    let moved = "CREATE TABLE hallpass_moved (target TEXT NOT NULL, move_id TEXT NOT NULL) STRICT;
        INSERT INTO hallpass_moved VALUES ('postgres://db.example/hallpass', 'a move');
        DROP TABLE security_events";
    file.execute(moved).await.expect("good SQL");
    file.close().await.expect("an end");
    let output = doctor(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let bad = marked(&output, "✗").join("\n");
    assert!(bad.contains("was moved to postgres://db.example/hallpass"), "{}", said(&output));
}

#[test]
fn the_report_is_available_as_json() {
    let folder = folder(&format!("limits = \"off\"\nsigning_key = \"{KEY}\""));
    let output = doctor(folder.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let found: Value = serde_json::from_slice(&output.stdout).expect("one object");
    assert_eq!(found["health"], "red");
    let findings = found["findings"].as_array().expect("findings");
    let limits = findings.iter().find(|finding| finding["subject"] == "limits").expect("the limits");
    assert_eq!(limits["health"], "red");
    assert!(limits["sentence"].is_string() && limits["advice"].is_string());
    assert!(!said(&output).contains(KEY));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_is_checked_over_http() {
    let place = tempfile::tempdir().expect("a folder");
    let process = Process::start(place.path(), "export HALLPASS_METRICS_LISTEN=127.0.0.1:0;");
    let (url, metrics) = (process.url.clone(), process.metrics_url());
    let address = url.trim_start_matches("http://");
    let elsewhere = metrics.trim_start_matches("http://").trim_end_matches("/metrics");
    fs::write(place.path().join("hallpass.toml"), format!("listen = \"{address}\"\nmetrics_listen = \"{elsewhere}\""))
        .expect("a file");
    let output = doctor(place.path(), &["--timeout", "5m", "--url", &url]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let good = marked(&output, "✓").join("\n");
    for sentence in [
        &format!("A Hallpass server is already listening on {address}.") as &str,
        &format!("A Hallpass server is already listening on {elsewhere}."),
        "The server responds with success.",
        "The security headers are present.",
        "The metrics are not public.",
        "The response has a request id.",
    ] {
        assert!(good.contains(sentence), "{sentence}: {}", said(&output));
    }
    assert_eq!(good.matches("Pages only run their own scripts").count(), 2, "as it is made, and as it arrives");

    let leaky = doctor(place.path(), &["--timeout", "5m", "--url", metrics.trim_end_matches("/metrics")]);
    assert_eq!(leaky.status.code(), Some(1));
    assert!(marked(&leaky, "✗").join("\n").contains("The metrics are public."), "{}", said(&leaky));
    drop(process);
    let gone = doctor(place.path(), &["--timeout", "5m", "--url", &url]);
    assert!(marked(&gone, "✗").join("\n").contains("No server answers"), "{}", said(&gone));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn missing_certificate_authorities_are_reported_if_they_are_needed() {
    let place = folder(&format!("signing_key = \"{KEY}\""));
    let process = Process::start(place.path(), "");
    let doctor = |url: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hallpass"));
        command
            .args(["doctor", "--timeout", "5m", "--url", url])
            .current_dir(place.path())
            .env_clear()
            .env("SSL_CERT_FILE", "/dev/null");
        command.output().expect("the binary")
    };
    let plain = doctor(&process.url);
    assert!(marked(&plain, "✓").join("\n").contains("The server responds with success."), "{}", said(&plain));
    let secure = doctor("https://127.0.0.1:1");
    assert!(marked(&secure, "✗").join("\n").contains("Install the package ca-certificates."), "{}", said(&secure));
}
