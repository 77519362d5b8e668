//! The SQLite file: its creation, its application id, and the doctor's read-only access.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Child, Command, Stdio},
};

use reqwest::StatusCode;
use sqlx::{Connection, Executor};

use crate::{
    actors::PASSWORD,
    command_line::{hallpass, said},
    patience::until,
    process::{Process, output_of},
    sqlite,
};

/// Commands that open the database, and one that only inspects it.
const OPENING: [&[&str]; 5] = [
    &["serve"],
    &["migrate"],
    &["createuser", "--username", "ada", "--password-stdin"],
    &["flushexpiredtokens"],
    &["doctor"],
];

/// A folder with a configuration, so that no command creates a key.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let toml = "listen = \"127.0.0.1:0\"\nsigning_key = \"Zk3vQ8-this-key-signs-stories-about-files-Wt71\"";
    let file = folder.path().join("hallpass.toml");
    fs::write(&file, toml).expect("a file");
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("permissions");
    folder
}

/// Runs SQL on the file, without leaving other files behind.
async fn execute(folder: &Path, sql: &'static str) {
    fs::OpenOptions::new().append(true).create(true).open(folder.join("hallpass.db")).expect("a file");
    let mut connection = sqlite::connect(&sqlite::url(&folder.join("hallpass.db"))).await.expect("a database");
    connection.execute(sql).await.expect("good SQL");
    connection.close().await.expect("a closed file");
}

/// The files of a folder with their bytes.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry"));
    entries
        .map(|entry| (entry.file_name().into_string().expect("a name"), fs::read(entry.path()).expect("a file")))
        .collect()
}

fn migrate(folder: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_hallpass"))
        .arg("migrate")
        .current_dir(folder)
        .env_clear()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary")
}

fn migrate_at_once(folder: &Path) {
    let children: Vec<_> = (0..8).map(|_| migrate(folder)).collect();
    for child in children {
        let output = output_of(child);
        assert!(output.status.success(), "{}", said(&output));
    }
}

#[test]
fn concurrent_processes_can_create_one_file() {
    for _ in 0..4 {
        migrate_at_once(folder().path());
    }
}

#[test]
fn concurrent_processes_can_initialise_one_empty_file() {
    for _ in 0..4 {
        let folder = folder();
        fs::write(folder.path().join("hallpass.db"), "").expect("a file");
        migrate_at_once(folder.path());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_processes_can_upgrade_one_file() {
    let folder = folder();
    assert!(output_of(migrate(folder.path())).status.success());
    execute(folder.path(), "DELETE FROM _sqlx_migrations WHERE description = 'application id'").await;
    migrate_at_once(folder.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_and_a_command_can_create_a_file_concurrently() {
    let folder = folder();
    let path = folder.path().to_owned();
    let command = std::thread::spawn(move || {
        hallpass(&path, &["createsuperuser", "--username", "root", "--email", "", "--password-stdin"], PASSWORD)
    });
    let process = Process::start(folder.path(), "");
    let created = command.join().expect("no panic");
    assert!(created.status.success(), "{}", said(&created));
    assert!(process.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_application_is_rejected_and_not_changed() {
    for sql in [
        "CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT)",
        "CREATE VIEW users AS SELECT 1 AS id",
        "PRAGMA journal_mode = WAL; CREATE TABLE notes (id INTEGER)",
        "PRAGMA application_id = 252006674",
        "CREATE TABLE _sqlx_migrations (name TEXT)",
        "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT, installed_on TIMESTAMP,
             success BOOLEAN, checksum BLOB, execution_time BIGINT);
         INSERT INTO _sqlx_migrations VALUES (1, 'accounts', 0, TRUE, x'00', 0)",
        "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT, installed_on TIMESTAMP,
             success BOOLEAN, checksum BLOB, execution_time BIGINT);
         INSERT INTO _sqlx_migrations VALUES (20240101000000, 'site', 0, TRUE, x'00', 0)",
    ] {
        let folder = folder();
        execute(folder.path(), sql).await;
        let before = files(folder.path());
        for command in OPENING {
            let refused = hallpass(folder.path(), command, PASSWORD);
            assert_eq!(refused.status.code(), Some(1), "{sql}: {command:?}: {}", said(&refused));
            assert!(said(&refused).contains("has tables of another application"), "{sql}: {}", said(&refused));
            assert_eq!(files(folder.path()), before, "{sql}: {command:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_open_file_of_another_application_is_not_changed() {
    let folder = folder();
    let url = sqlite::url(&folder.path().join("hallpass.db"));
    fs::write(folder.path().join("hallpass.db"), "").expect("a file");
    let mut other = sqlite::connect(&url).await.expect("a database");
    other.execute("PRAGMA journal_mode = WAL; CREATE TABLE notes (id INTEGER)").await.expect("good SQL");
    let refused = hallpass(folder.path(), &["migrate"], "");
    assert!(said(&refused).contains("has tables of another application"), "{}", said(&refused));
    let tables = "SELECT count(*) FROM sqlite_schema";
    assert_eq!(sqlx::query_scalar::<_, i64>(tables).fetch_one(&mut other).await.expect("a count"), 1);
}

#[test]
fn the_file_header_has_the_application_id() {
    let folder = folder();
    assert!(output_of(migrate(folder.path())).status.success());
    let file = fs::read(folder.path().join("hallpass.db")).expect("the file");
    assert_eq!(&file[68..72], b"Hall", "the application id");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_reports_pending_migrations_and_applies_none() {
    let folder = folder();
    assert!(output_of(migrate(folder.path())).status.success());
    execute(folder.path(), "DELETE FROM _sqlx_migrations WHERE description = 'application id'").await;
    let before = files(folder.path());
    let doctor = hallpass(folder.path(), &["doctor"], "");
    assert!(said(&doctor).contains("Pending migrations: 1."), "{}", said(&doctor));
    assert_eq!(doctor.status.code(), Some(0), "{}", said(&doctor));
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_doctor_changes_neither_a_current_nor_an_empty_file() {
    let folder = folder();
    fs::write(folder.path().join("hallpass.db"), "").expect("a file");
    fs::set_permissions(folder.path().join("hallpass.db"), std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .expect("permissions");
    for words in ["has no tables yet", "The file passes quick_check"] {
        let before = files(folder.path());
        let doctor = hallpass(folder.path(), &["doctor"], "");
        assert!(doctor.status.success() && said(&doctor).contains(words), "{}", said(&doctor));
        assert_eq!(files(folder.path()), before, "{words}");
        assert!(output_of(migrate(folder.path())).status.success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_inspects_a_file_that_a_server_writes_to() {
    let folder = folder();
    let process = Process::start(folder.path(), "");
    let doctor = hallpass(folder.path(), &["doctor"], "");
    assert!(doctor.status.success() && said(&doctor).contains("The file passes quick_check"), "{}", said(&doctor));
    assert!(process.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_a_later_version_is_rejected_and_not_changed() {
    let folder = folder();
    assert!(output_of(migrate(folder.path())).status.success());
    execute(folder.path(), "INSERT INTO _sqlx_migrations VALUES (1000, 'later', 0, TRUE, x'00', 0)").await;
    let before = files(folder.path());
    for command in OPENING {
        let refused = hallpass(folder.path(), command, PASSWORD);
        assert_eq!(refused.status.code(), Some(1), "{command:?}: {}", said(&refused));
        assert!(said(&refused).contains("migrated by a later version of Hallpass: its migration 1000"), "{command:?}");
        assert_eq!(files(folder.path()), before, "{command:?}");
    }
    let advice = said(&hallpass(folder.path(), &["doctor"], ""));
    assert!(advice.contains("Install the version that migrated it"), "{advice}");
}

#[test]
fn a_server_and_a_doctor_reject_a_path_that_cannot_be_a_file() {
    for (url, sentence) in [
        ("sqlite://missing/hallpass.db", "the folder missing does not exist"),
        ("sqlite://folder", "folder is not a file"),
    ] {
        let folder = folder();
        fs::create_dir(folder.path().join("folder")).expect("a folder");
        let file = folder.path().join("hallpass.toml");
        let toml = fs::read_to_string(&file).expect("the file");
        fs::write(file, format!("{toml}\ndatabase_url = \"{url}\"")).expect("a file");
        let before = fs::read_dir(folder.path()).expect("the folder").count();
        for command in OPENING {
            let refused = hallpass(folder.path(), command, PASSWORD);
            assert_eq!(refused.status.code(), Some(1), "{url}: {command:?}: {}", said(&refused));
            assert!(said(&refused).contains(sentence), "{url}: {command:?}: {}", said(&refused));
        }
        assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), before, "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_file_was_renamed_is_not_ready_until_it_is_back() {
    let folder = folder();
    let process = Process::start(folder.path(), "");
    let (file, away) = (folder.path().join("hallpass.db"), folder.path().join("away.db"));
    let ready = async || process.probe("/readyz").await;
    assert_eq!(ready().await, StatusCode::OK);
    fs::rename(&file, &away).expect("a file that moves");
    until("it is not ready without its file", async || ready().await == StatusCode::SERVICE_UNAVAILABLE).await;
    assert!(!file.exists(), "no other file is created");
    fs::rename(&away, &file).expect("a file that moves");
    until("it is ready with its file", async || ready().await == StatusCode::OK).await;
    assert!(process.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_key_is_created_beside_a_file_of_another_application() {
    let folder = tempfile::tempdir().expect("a folder");
    execute(folder.path(), "CREATE TABLE sessions (id INTEGER)").await;
    let before = files(folder.path());
    let refused = hallpass(folder.path(), &["migrate"], "");
    assert!(said(&refused).contains("has tables of another application"), "{}", said(&refused));
    assert_eq!(files(folder.path()), before);
}
