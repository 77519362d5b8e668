use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use sqlx::Executor;

use crate::{
    actors::PASSWORD,
    command_line::{hallpass, said},
    process::output_of,
    sqlite,
};

#[test]
fn accounts_can_be_created_and_changed_from_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str], line: &str| hallpass(folder.path(), arguments, line);
    let made = run(&["createsuperuser", "--username", "root", "--email", "", "--password-stdin"], PASSWORD);
    assert!(made.status.success(), "{}", said(&made));
    assert!(said(&made).contains("Superuser created successfully."));

    let taken = run(&["createuser", "--username", "root", "--password-stdin"], PASSWORD);
    assert!(!taken.status.success());
    assert!(said(&taken).contains("Error: username: A user with that username already exists."), "{}", said(&taken));

    let weak = run(&["createuser", "--username", "bob", "--password-stdin"], "password");
    assert!(said(&weak).contains("password: This password is too short."), "the same rules: {}", said(&weak));

    let changed = run(&["changepassword", "root", "--password-stdin"], "seven copper lanterns drift upstream");
    assert!(changed.status.success(), "{}", said(&changed));
    let nobody = run(&["changepassword", "nobody", "--password-stdin"], PASSWORD);
    assert!(said(&nobody).contains("Error: user \"nobody\" does not exist"), "{}", said(&nobody));

    let flushed = run(&["flushexpiredtokens"], "");
    assert!(said(&flushed).contains("0 expired tokens deleted."), "{}", said(&flushed));
}

#[test]
fn one_of_concurrent_commands_with_one_email_creates_its_user() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("hallpass.toml"), "user_id_field = \"email\"\n").expect("a file");
    let create = |name: &str, email: &str| {
        hallpass(folder.path(), &["createuser", "--username", name, "--email", email, "--password-stdin"], PASSWORD)
    };
    assert!(create("first", "first@x.org").status.success());
    let created = std::thread::scope(|scope| {
        let spellings = [("a", "one@x.org"), ("b", "One@x.org"), ("c", "one@X.org"), ("d", "ONE@x.org")];
        let running = spellings.map(|(name, email)| scope.spawn(move || create(name, email)));
        running.map(|output| output.join().expect("no panic"))
    });
    assert_eq!(created.iter().filter(|output| output.status.success()).count(), 1, "{created:?}");
    for output in created.iter().filter(|output| !output.status.success()) {
        assert!(
            said(output).contains("Error: email: A user with that email address already exists."),
            "{}",
            said(output)
        );
    }
}

#[test]
fn sessions_can_be_ended_from_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| said(&hallpass(folder.path(), arguments, ""));
    hallpass(folder.path(), &["createuser", "--username", "ada", "--password-stdin"], PASSWORD);
    assert!(run(&["revoke", "--user", "ada"]).contains("0 sessions revoked."));
    assert!(run(&["revoke", "--user", "bob"]).contains("Error: user \"bob\" does not exist"));
    assert!(run(&["revoke", "--all", "--before", "2026-11-24T14:02:00Z"]).contains("0 sessions revoked."));
    assert!(run(&["revoke"]).contains("the following required arguments were not provided"));
    assert!(run(&["revoke", "--all", "--user", "ada"]).contains("cannot be used with"));
    assert!(run(&["revoke", "--all", "--before", "yesterday"]).contains("invalid value 'yesterday'"));
}

#[test]
fn missing_input_without_a_terminal_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = hallpass(folder.path(), &["createuser", "--password-stdin"], PASSWORD);
    assert!(said(&output).contains("Error: Username is missing; set it with --username"), "{}", said(&output));
}

#[test]
fn an_invalid_configuration_prevents_the_start_with_one_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("hallpass.toml"), "acces_token_lifetime = 5").expect("a file");
    for command in ["serve", "migrate", "check-config"] {
        let output = hallpass(folder.path(), &[command], "");
        assert!(!output.status.success());
        assert_eq!(
            String::from_utf8_lossy(&output.stderr),
            "Error: acces_token_lifetime in hallpass.toml is not a setting; did you mean access_token_lifetime?\n"
        );
    }
}

#[test]
fn the_settings_are_shown_without_secrets() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = "a-signing-key-of-more-than-thirty-two-bytes";
    std::fs::write(folder.path().join("hallpass.toml"), format!("signing_key = \"{key}\"")).expect("a file");
    let output = hallpass(folder.path(), &["check-config"], "");
    assert!(output.status.success() && said(&output).contains("The configuration is valid."));
    assert!(said(&output).contains("access_token_lifetime = 300s") && !said(&output).contains(key));
}

#[test]
fn keys_can_be_created_rotated_and_removed_from_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| said(&hallpass(folder.path(), arguments, ""));
    let file = |name: &str| folder.path().join(name);
    assert!(run(&["keys", "list"]).contains("No signing key exists yet."));
    assert!(!file("hallpass.key").exists(), "listing creates no key");
    run(&["flushexpiredtokens"]);
    assert!(run(&["keys", "list"]).contains("unnamed  HS256  signs"));
    let secret = std::fs::read_to_string(file("hallpass.key")).expect("the single key");
    assert!(run(&["keys", "rotate"]).contains("has no published key to rotate to"));

    let made = run(&["keys", "generate", "--algorithm", "ES256"]);
    let new = made.split_whitespace().next().expect("a name").to_owned();
    assert!(made.contains("(ES256) is published and does not sign yet."), "{made}");
    assert!(!file("hallpass.key").exists(), "it is in the ring now");
    assert!(std::fs::read_to_string(file("hallpass.keys")).expect("the ring").contains(&secret));
    let listed = run(&["keys", "list"]);
    assert!(listed.contains("unnamed  HS256  signs") && listed.contains(&format!("{new}  ES256  is published")));

    let rotated = run(&["keys", "rotate"]);
    assert!(
        rotated.contains(&format!("{new} signs from ")) && rotated.contains("unnamed verifies until "),
        "{rotated}"
    );
    assert!(rotated.contains("It was published only "), "{rotated}");
    let listed = run(&["keys", "list"]);
    assert!(listed.contains(&format!("{new}  ES256  signs")), "the command waited for it: {listed}");
    assert!(run(&["check-config"]).contains("algorithm = ES256"));

    let retired = run(&["keys", "retire", &new[..6]]);
    assert!(retired.contains(&format!("{new} was removed.")) && retired.contains("signs instead"), "{retired}");
    for no_name in ["nothing", "-c"] {
        let refused = run(&["keys", "retire", no_name]);
        assert!(refused.contains("has no key, or more than one, whose id begins with"), "{refused}");
    }
    assert!(!run(&["keys", "list"]).contains(&new));
    assert!(!file("hallpass.key").exists(), "no single key was created beside the ring");
}

#[test]
fn retiring_the_single_key_deletes_its_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| said(&hallpass(folder.path(), arguments, ""));
    run(&["flushexpiredtokens"]);
    let stolen = std::fs::read_to_string(folder.path().join("hallpass.key")).expect("the single key");
    assert!(run(&["keys", "retire", "unnamed"]).contains("unnamed was removed."));
    assert!(!folder.path().join("hallpass.key").exists());
    assert!(!std::fs::read_to_string(folder.path().join("hallpass.keys")).expect("the ring").contains(&stolen));
}

#[test]
fn an_unreadable_or_exposed_key_ring_is_rejected_with_one_sentence() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| hallpass(folder.path(), arguments, "");
    run(&["keys", "generate"]);
    let ring = folder.path().join("hallpass.keys");
    assert_eq!(std::fs::metadata(&ring).expect("the ring").permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&ring, std::fs::Permissions::from_mode(0o640)).expect("other permissions");
    let refused = "Error: the key ring hallpass.keys can be read by others (mode 640); run: chmod 600 hallpass.keys\n";
    assert_eq!(String::from_utf8_lossy(&run(&["check-config"]).stderr), refused);
    std::fs::set_permissions(&ring, std::fs::Permissions::from_mode(0o600)).expect("the permissions");
    assert!(run(&["check-config"]).status.success());
    std::fs::write(&ring, "[[key]]\nsecret = 'do not show'\nnonsense").expect("a bad ring");
    let bad = said(&run(&["check-config"]));
    assert!(bad.starts_with("Error: the key ring hallpass.keys is invalid: "), "{bad}");
    assert!(!bad.contains("do not show"), "{bad}");
}

#[test]
fn a_configured_key_signs_until_it_is_removed_from_the_configuration() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| said(&hallpass(folder.path(), arguments, ""));
    let configuration = folder.path().join("hallpass.toml");
    std::fs::write(&configuration, "signing_key = \"a-signing-key-of-more-than-thirty-two-bytes\"").expect("a file");
    assert!(run(&["keys", "generate"]).contains("is published"));
    assert!(run(&["keys", "list"]).contains("The signing key is configured: signing_key in hallpass.toml."));
    assert!(run(&["keys", "rotate"]).contains("take it out of the configuration"));
    assert!(run(&["keys", "retire", "unnamed"]).contains("is that key: change it there"));
    std::fs::write(&configuration, "").expect("a file");
    assert!(run(&["keys", "list"]).contains("unnamed  HS256  signs"), "as before");
    assert!(run(&["keys", "rotate"]).contains("unnamed verifies until "));
}

#[test]
fn tokens_can_be_decoded_and_verified_from_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str], lines: &str| hallpass(folder.path(), arguments, lines);
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    let jwks = format!(r#"{{"keys":[{{"kty":"oct","k":"{key}"}}]}}"#);
    std::fs::write(folder.path().join("keys.json"), &jwks).expect("a file");

    let inspected = said(&run(&["token", "inspect", token], ""));
    assert!(inspected.contains("1300819380  2011-03-22T18:43:00Z") && inspected.contains("nothing was verified"));
    let none = said(&run(&["token", "verify", token], ""));
    assert!(none.contains("this server has no key yet; pass keys with --jwks FILE"), "{none}");
    let expired = run(&["token", "verify", "--jwks", "keys.json"], &format!("{token}\nnonsense"));
    assert!(!expired.status.success());
    let stdout = String::from_utf8_lossy(&expired.stdout).into_owned();
    assert_eq!(stdout, "invalid: Token is expired\ninvalid: it does not have the three parts of a compact JWS\n");

    let lines =
        format!("{{\"id\":1,\"jwks\":{jwks},\"token\":\"{token}\"}}\nnonsense\n{{\"id\":3,\"token\":\"a.b.c\"}}");
    let answers = run(&["token", "verify", "--json", "--jwks", "keys.json"], &lines);
    assert!(answers.status.success(), "{}", said(&answers));
    let answers = String::from_utf8_lossy(&answers.stdout).into_owned();
    let lines: Vec<_> = answers.lines().collect();
    assert_eq!((lines[0], lines[2]), (r#"{"id":1,"valid":true}"#, r#"{"id":3,"valid":false}"#));
    assert!(lines[1].starts_with(r#"{"error":"the line is not a JSON object"#), "{answers}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1, "no key and no database was created");
}

/// Every command that prints something, with a line for its standard input. Their prerequisites exist.
const PRINTING: [(&[&str], &str); 13] = [
    (&["--help"], ""),
    (&["migrate"], ""),
    (&["createuser", "--username", "bob", "--password-stdin"], PASSWORD),
    (&["createsuperuser", "--username", "root", "--email", "", "--password-stdin"], PASSWORD),
    (&["changepassword", "ada", "--password-stdin"], PASSWORD),
    (&["revoke", "--all"], ""),
    (&["flushexpiredtokens"], ""),
    (&["keys", "list"], ""),
    (&["keys", "generate"], ""),
    (&["token", "inspect"], "e30.e30.AAAA"),
    (&["token", "verify", "--json"], "{}"),
    (&["check-config"], ""),
    (&["doctor", "--json"], ""),
];

/// Runs a command with `output` as its standard output, a file or the end of a pipe.
fn printing_to(folder: &Path, output: impl Into<Stdio>, arguments: &[&str], line: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hallpass"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("HALLPASS_LISTEN", "127.0.0.1:0")
        .stdin(Stdio::piped())
        .stdout(output)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary");
    drop(child.stdin.take().expect("standard input").write_all(format!("{line}\n").as_bytes()));
    output_of(child)
}

#[test]
fn a_closed_pipe_does_not_interrupt_the_command() {
    let folder = tempfile::tempdir().expect("a folder");
    hallpass(folder.path(), &["createuser", "--username", "ada", "--password-stdin"], PASSWORD);
    for (arguments, line) in PRINTING {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let unheard = printing_to(folder.path(), writer, arguments, line);
        let error = String::from_utf8_lossy(&unheard.stderr);
        assert!(unheard.status.success() && error.is_empty(), "{arguments:?}: {:?} {error}", unheard.status);
    }
    let taken = hallpass(folder.path(), &["createuser", "--username", "bob", "--password-stdin"], PASSWORD);
    assert!(said(&taken).contains("already exists"), "the work was done: {}", said(&taken));
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let failed = printing_to(folder.path(), writer, &["revoke", "--user", "nobody"], "");
    assert_eq!(failed.status.code(), Some(1), "the exit code is kept");
}

#[test]
fn a_failed_write_to_standard_output_is_reported_after_the_work_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    hallpass(folder.path(), &["createuser", "--username", "ada", "--password-stdin"], PASSWORD);
    for (arguments, line) in PRINTING {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
        let output = printing_to(folder.path(), full, arguments, line);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {error}");
        assert!(error.starts_with("Error: ") && error.ends_with("No space left on device (os error 28)\n"), "{error}");
        assert_eq!(error.lines().count(), 1, "{arguments:?}: {error}");
    }
    let taken = hallpass(folder.path(), &["createuser", "--username", "bob", "--password-stdin"], PASSWORD);
    assert!(said(&taken).contains("already exists"), "the work was done: {}", said(&taken));
}

#[test]
fn a_command_does_not_fail_because_standard_error_is_closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let shell = format!("'{}' revoke --user nobody 2>&-; echo $?", env!("CARGO_BIN_EXE_hallpass"));
    let run = Command::new("sh").args(["-c", &shell]).current_dir(folder.path()).env_clear().output().expect("a shell");
    assert_eq!(String::from_utf8_lossy(&run.stdout), "1\n");
}

#[tokio::test]
async fn a_command_reports_every_cause_of_a_database_error() {
    let folder = tempfile::tempdir().expect("a folder");
    hallpass(folder.path(), &["createuser", "--username", "ada", "--password-stdin"], PASSWORD);
    let mut broken = sqlite::connect(&sqlite::url(&folder.path().join("hallpass.db"))).await.expect("the database");
    broken.execute("ALTER TABLE users RENAME TO no_users").await.expect("good SQL");
    for arguments in [&["createuser", "--username", "bob", "--password-stdin"] as &[&str], &["revoke", "--user", "ada"]]
    {
        let failed = hallpass(folder.path(), arguments, PASSWORD);
        let error = String::from_utf8_lossy(&failed.stderr);
        assert!(error.starts_with("Error: the database cannot be used: "), "{error}");
        assert_eq!(error.matches("no such table: users").count(), 1, "each cause once: {error}");
    }
}

#[test]
fn every_command_validates_a_database_url_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let configuration = folder.path().join("hallpass.toml");
    for (url, fault) in [
        ("", "is empty; "),
        ("hallpass.db", "has no scheme; "),
        ("mysql://root@db/site", "begins with mysql:, which is not supported; "),
        ("sqlite::memory:", "is a database in memory, "),
        ("sqlite://x.db?mode=memory", "is a database in memory, "),
        ("sqlite://x.db?vfs=unix-none", "has the parameter vfs, "),
        ("postgres://db/hallpass?ssl_mode=require", "has the unknown parameter ssl_mode; did you mean sslmode?"),
        ("postgres://ada:se/cret@db/hallpass", "is not a PostgreSQL URL; "),
        ("postgres://ada:se#cret@db/hallpass", "is not a PostgreSQL URL; "),
    ] {
        std::fs::write(&configuration, format!("database_url = {url:?}")).expect("a file");
        for command in [&["check-config"] as &[&str], &["migrate"], &["serve"], &["keys", "list"], &["doctor"]] {
            let refused = hallpass(folder.path(), command, "");
            let said = said(&refused);
            assert!(!refused.status.success(), "{command:?} {url}");
            assert!(said.contains(&format!("database_url in hallpass.toml {fault}")), "{command:?} {url}: {said}");
            assert!(!said.contains("cret@"), "{said}");
        }
    }
}

#[test]
fn a_percent_encoded_path_is_one_path_for_the_database_and_its_key() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("hallpass.toml"), "database_url = 'sqlite://a%20b.db'").expect("a file");
    let migrated = hallpass(folder.path(), &["migrate"], "");
    assert!(migrated.status.success(), "{}", said(&migrated));
    for name in ["a b.db", "a b.key"] {
        assert!(folder.path().join(name).exists(), "{name}");
    }
    set_mode(&folder.path().join("a b.db"), 0o644);
    let findings = said(&hallpass(folder.path(), &["doctor"], ""));
    assert!(findings.contains("a b.db can be read by everyone (mode 644)"), "{findings}");
}

fn set_mode(path: &Path, mode: u32) {
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
    std::fs::set_permissions(path, permissions).expect("a file of ours");
}

#[test]
fn the_help_names_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = said(&hallpass(folder.path(), &["--help"], ""));
    let commands = [
        "serve",
        "migrate",
        "createsuperuser",
        "createuser",
        "changepassword",
        "revoke",
        "flushexpiredtokens",
        "keys",
        "token",
        "import-django",
        "check-config",
    ];
    for command in commands {
        assert!(help.lines().any(|line| line.split_whitespace().next() == Some(command)), "{command}");
    }
}
