//! Key files: ownership, loss, unreadable files, and processes that create the first key concurrently.

use std::{fs, path::Path, process::Command, thread};

use crate::{
    command_line::{hallpass, said},
    patience::until,
    process::{Device, Process, client},
};

async fn readiness(process: &Process) -> u16 {
    let answer = client().get(format!("{}/readyz", process.url)).send().await.expect("an answer");
    answer.status().as_u16()
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("permissions");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_an_unreadable_key_ring_is_not_ready_until_it_is_readable() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(hallpass(folder.path(), &["keys", "generate"], "").status.success());
    let process = Process::start(folder.path(), "");
    let ring = folder.path().join("hallpass.keys");
    assert_eq!(readiness(&process).await, 200);
    // Not even root may use a file that others can read.
    set_mode(&ring, 0o644);
    until("the server is not ready", async || readiness(&process).await == 503).await;
    process.wait_for_log("THE KEY RING CANNOT BE READ");
    set_mode(&ring, 0o600);
    until("the server is ready again", async || readiness(&process).await == 200).await;
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(&ring, &elsewhere).expect("a file");
    until("the server misses the ring", async || readiness(&process).await == 503).await;
    process.wait_for_log("the key ring is gone");
    fs::rename(&elsewhere, &ring).expect("a file");
    until("the server has the ring again", async || readiness(&process).await == 200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_with_open_sessions_prevents_the_start_until_a_new_one_is_requested() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| hallpass(folder.path(), arguments, "");
    let process = Process::start(folder.path(), "");
    let ada = Device::register(&client(), &process.url, "ada").await;
    assert!(process.stop());
    let key = folder.path().join("hallpass.key");
    let kept = fs::read(&key).expect("the key");
    fs::remove_file(&key).expect("the key");
    for command in [&["serve"] as &[&str], &["flushexpiredtokens"], &["keys", "generate"], &["revoke", "--all"]] {
        let refused = run(command);
        assert_eq!(refused.status.code(), Some(1), "{command:?}");
        assert!(
            said(&refused).contains("the signing key is lost") && said(&refused).contains("--new-key"),
            "{refused:?}"
        );
        assert!(!key.exists() && !key.with_extension("keys").exists(), "{command:?} makes none");
    }
    restore(&key, &kept);
    let process = Process::start(folder.path(), "");
    assert_eq!(ada.me(&client(), &process.url).await, 200, "with the copy nobody is signed out");
    assert!(process.stop());
    fs::remove_file(&key).expect("the key");
    let process = Process::start(folder.path(), "exec \"$0\" serve --new-key;");
    assert_eq!(ada.me(&client(), &process.url).await, 401);
    assert!(key.exists());
}

fn restore(key: &Path, content: &[u8]) {
    fs::write(key, content).expect("the key");
    set_mode(key, 0o600);
}

#[test]
fn a_new_key_is_created_if_no_session_exists() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| hallpass(folder.path(), arguments, crate::actors::PASSWORD);
    assert!(run(&["createuser", "--username", "ada", "--password-stdin"]).status.success());
    fs::remove_file(folder.path().join("hallpass.key")).expect("the key");
    assert!(run(&["flushexpiredtokens"]).status.success());
    assert!(folder.path().join("hallpass.key").exists());
}

#[test]
fn concurrent_commands_create_one_first_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let outputs: Vec<_> = thread::scope(|scope| {
        let commands: Vec<_> =
            (0..10).map(|_| scope.spawn(|| hallpass(folder.path(), &["keys", "generate"], ""))).collect();
        commands.into_iter().map(|command| command.join().expect("no panic")).collect()
    });
    for output in &outputs {
        assert!(output.status.success(), "{}", said(output));
    }
    let ring = fs::read_to_string(folder.path().join("hallpass.keys")).expect("the ring");
    assert_eq!(ring.matches("[[key]]").count(), 11, "the first key, and one of each command");
    let left: Vec<_> =
        fs::read_dir(folder.path()).expect("the folder").map(|entry| entry.expect("a file").file_name()).collect();
    assert_eq!(left.len(), 2, "the ring and its lock: {left:?}");
}

#[test]
#[ignore = "needs root"]
fn commands_run_by_root_create_files_owned_by_the_folders_user() {
    use std::os::unix::fs::{MetadataExt, chown};
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| hallpass(folder.path(), arguments, crate::actors::PASSWORD);
    let owner = |name: &str| {
        let file = folder.path().join(name).metadata().unwrap_or_else(|error| panic!("{name}: {error}"));
        (file.uid(), file.gid(), file.mode() & 0o777)
    };
    chown(folder.path(), Some(12_345), Some(12_346)).expect("root");
    assert!(run(&["createuser", "--username", "ada", "--password-stdin"]).status.success());
    assert_eq!(owner("hallpass.db"), (12_345, 12_346, 0o600));
    assert_eq!(owner("hallpass.key"), (12_345, 12_346, 0o600));
    assert!(run(&["keys", "generate"]).status.success());
    assert_eq!(owner("hallpass.keys"), (12_345, 12_346, 0o600));
    assert_eq!(owner("hallpass.keys.lock"), (12_345, 12_346, 0o600));
    chown(folder.path().join("hallpass.keys"), Some(12_347), Some(12_348)).expect("root");
    assert!(run(&["keys", "retire", "unnamed"]).status.success());
    assert_eq!(owner("hallpass.keys"), (12_347, 12_348, 0o600), "a replaced ring keeps its owner");
    let doctor = said(&run(&["doctor"]));
    assert!(doctor.contains("chown --reference=hallpass.db hallpass.keys"), "{doctor}");
}

#[test]
#[ignore = "needs root"]
fn a_user_who_does_not_own_the_key_ring_changes_nothing_and_learns_who_owns_it() {
    use std::os::unix::{fs::chown, process::CommandExt};
    let folder = tempfile::tempdir().expect("a folder");
    let ring = folder.path().join("hallpass.keys");
    assert!(hallpass(folder.path(), &["keys", "generate"], "").status.success());
    chown(&ring, Some(12_345), Some(12_346)).expect("root");
    // Where another user can run it.
    let binary = tempfile::tempdir().expect("a folder");
    fs::copy(env!("CARGO_BIN_EXE_hallpass"), binary.path().join("hallpass")).expect("a copy");
    set_mode(binary.path(), 0o755);
    let generate = || {
        let mut command = Command::new(binary.path().join("hallpass"));
        command.args(["keys", "generate"]).current_dir(folder.path()).env_clear().uid(12_346).gid(12_346).output()
    };
    let refused = |problem: &str| {
        let output = generate().expect("the binary");
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains(problem), "{problem}: {}", said(&output));
    };
    let kept = fs::read(&ring).expect("the ring");
    chown(folder.path(), Some(12_345), Some(12_346)).expect("root");
    set_mode(folder.path(), 0o2770);
    refused("it belongs to 12345 and this process runs as 12346: run it as 12345, or chown 12346 hallpass.keys");
    set_mode(&ring, 0o640);
    refused("was not changed: hallpass.keys belongs to 12345 and this command runs as 12346");
    refused("run it as that user: sudo -u '#12345' hallpass keys");
    assert_eq!(fs::read(&ring).expect("the ring"), kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_signal_does_not_stop_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Process::start(folder.path(), "echo $$ > pid;");
    let id = fs::read_to_string(folder.path().join("pid")).expect("the id");
    assert!(Command::new("kill").args(["-HUP", id.trim()]).status().expect("kill").success());
    process.wait_for_log("SIGHUP is ignored");
    assert_eq!(readiness(&process).await, 200);
    assert!(process.stop());
}

#[test]
fn verifying_without_a_token_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(hallpass(folder.path(), &["flushexpiredtokens"], "").status.success());
    for arguments in [&["token", "verify"] as &[&str], &["token", "verify", "--json"], &["token", "inspect"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_hallpass"))
            .args(arguments)
            .current_dir(folder.path())
            .env_clear()
            .stdin(std::process::Stdio::null())
            .output()
            .expect("the binary");
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(said(&output).contains("no token was given"), "{arguments:?}: {}", said(&output));
    }
}

#[test]
fn an_invalid_log_filter_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |command: &str, filter: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_hallpass"))
            .arg(command)
            .current_dir(folder.path())
            .env_clear()
            .env("RUST_LOG", filter)
            .output();
        said(&output.expect("the binary"))
    };
    for command in ["check-config", "doctor"] {
        assert!(run(command, "inof").contains("RUST_LOG is not understood"), "{command}");
        assert!(!run(command, "warn,server=debug").contains("RUST_LOG"), "{command}");
    }
}
