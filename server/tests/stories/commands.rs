use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::actors::PASSWORD;

/// Runs the binary in a folder of its own, with a line on standard input.
fn hallpass(folder: &Path, arguments: &[&str], line: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hallpass"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary");
    let mut stdin = child.stdin.take().expect("standard input");
    // A command that is refused before it reads has closed its end.
    drop(stdin.write_all(format!("{line}\n").as_bytes()));
    drop(stdin);
    child.wait_with_output().expect("an end")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn accounts_are_made_and_changed_from_the_command_line() {
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
fn sessions_are_ended_from_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| said(&hallpass(folder.path(), arguments, ""));
    hallpass(folder.path(), &["createuser", "--username", "ada", "--password-stdin"], PASSWORD);
    assert!(run(&["revoke", "--user", "ada"]).contains("0 sessions ended."));
    assert!(run(&["revoke", "--user", "bob"]).contains("Error: user \"bob\" does not exist"));
    assert!(run(&["revoke", "--all", "--before", "2026-11-24T14:02:00Z"]).contains("0 sessions ended."));
    assert!(run(&["revoke"]).contains("the following required arguments were not provided"));
    assert!(run(&["revoke", "--all", "--user", "ada"]).contains("cannot be used with"));
    assert!(run(&["revoke", "--all", "--before", "yesterday"]).contains("invalid value 'yesterday'"));
}

#[test]
fn a_missing_answer_is_asked_for_only_at_a_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = hallpass(folder.path(), &["createuser", "--password-stdin"], PASSWORD);
    assert!(said(&output).contains("Error: Username is missing; give it with --username"), "{}", said(&output));
}

#[test]
fn a_bad_configuration_is_one_sentence_and_no_start() {
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
    assert!(output.status.success() && said(&output).contains("The configuration is good."));
    assert!(said(&output).contains("access_token_lifetime = 300s") && !said(&output).contains(key));
}

#[test]
fn the_help_names_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = said(&hallpass(folder.path(), &["--help"], ""));
    let commands =
        ["serve", "migrate", "createsuperuser", "createuser", "changepassword", "flushexpiredtokens", "check-config"];
    for command in commands {
        assert!(help.contains(command), "{command}");
    }
}
