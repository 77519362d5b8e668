//! Failures of the process, the disk and the database lock. Afterwards no user is signed out, ended sessions stay
//! ended, and acknowledged writes are kept.

use std::{path::Path, time::Duration};

use reqwest::StatusCode;
use sqlx::{Connection, Executor, Row, SqliteConnection};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep_until},
};

use crate::{
    actors::claims,
    patience::{eventually, until},
    process::{Device, Process, client},
    sqlite,
};

/// How often the process is killed. Small by default; `make storm` sets more.
const ROUNDS: &str = "HALLPASS_STORM_ROUNDS";

/// A short grace period: within it, a spent token is answered by design.
const SHORT_GRACE: &str = "export HALLPASS_REFRESH_REUSE_GRACE=1s;";
const AFTER_THE_GRACE: Duration = Duration::from_millis(1_200);

/// Devices that renew as fast as they can.
const DEVICES: usize = 8;

async fn connect(folder: &Path) -> sqlx::Result<SqliteConnection> {
    sqlite::connect(&sqlite::url(&folder.join("hallpass.db"))).await
}

async fn database(folder: &Path) -> SqliteConnection {
    connect(folder).await.expect("the database")
}

/// Lets the devices renew without a pause until the server stops answering, and calls `end` after so many responses.
/// Each device ends up with the last pair that it received.
async fn storm(url: &str, devices: Vec<Device>, answers: usize, end: impl FnOnce()) -> Vec<Device> {
    let mut running = JoinSet::new();
    let (answered, mut all_answered) = watch::channel(0);
    for mut device in devices {
        let (url, answered) = (url.to_owned(), answered.clone());
        running.spawn(async move {
            let client = client();
            while let Ok(status) = device.renew(&client, &url).await {
                assert_eq!(status, StatusCode::OK, "an honest device was refused");
                answered.send_modify(|count| *count += 1);
            }
            device
        });
    }
    // When all devices have failed, the wait ends at once.
    drop(answered);
    let enough = all_answered.wait_for(|count| *count >= answers);
    drop(eventually("answers in the storm", enough).await.expect("devices that renew"));
    end();
    running.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_write_survives_a_kill() {
    let rounds = std::env::var(ROUNDS).ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    let folder = tempfile::tempdir().expect("a folder");
    let client = client();
    let mut process = Process::start(folder.path(), SHORT_GRACE);
    let mut devices = Vec::new();
    for number in 0..DEVICES {
        devices.push(Device::register(&client, &process.url, &format!("device{number}")).await);
    }
    for round in 0..rounds {
        let mut thief = Device::register(&client, &process.url, &format!("victim{round}")).await;
        let stolen = thief.clone();
        let gone = Device::register(&client, &process.url, &format!("gone{round}")).await;
        for _ in 0..2 {
            assert_eq!(thief.renew(&client, &process.url).await.expect("an answer"), StatusCode::OK);
        }
        let after_the_grace = Instant::now() + AFTER_THE_GRACE;
        assert_eq!(gone.leave(&client, &process.url).await, StatusCode::OK);

        // After a different number of responses each time, from 1 to 200.
        let url = process.url.clone();
        devices = storm(&url, devices, 1 + round * 37 % 211, || process.kill()).await;

        process = Process::start(folder.path(), SHORT_GRACE);
        for device in &mut devices {
            let status = device.renew(&client, &process.url).await.expect("an answer");
            assert_eq!(status, StatusCode::OK, "an honest device is out after round {round}");
            assert_eq!(device.me(&client, &process.url).await, StatusCode::OK);
        }
        sleep_until(after_the_grace).await;
        let mut spent = stolen;
        let status = spent.renew(&client, &process.url).await.expect("an answer");
        assert_eq!(status, StatusCode::UNAUTHORIZED, "a token spent two renewals ago was accepted");
        assert_eq!(gone.me(&client, &process.url).await, StatusCode::UNAUTHORIZED, "who signed out is in again");
        let mut gone = gone;
        assert_eq!(gone.renew(&client, &process.url).await.expect("an answer"), StatusCode::UNAUTHORIZED);
    }
    assert!(process.stop(), "it exits with success");
    let mut database = database(folder.path()).await;
    let row = database.fetch_one("PRAGMA integrity_check").await.expect("an answer");
    assert_eq!(row.get::<String, _>(0), "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_write_ahead_log_is_checkpointed_while_the_server_runs() {
    let (folder, alone) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let process = Process::start(folder.path(), "");
    Device::register(&client(), &process.url, "ada").await;
    let is_there = async || {
        std::fs::copy(folder.path().join("hallpass.db"), alone.path().join("hallpass.db")).expect("a copy");
        // Halfway through a checkpoint the file alone is not a database yet.
        let Ok(mut database) = connect(alone.path()).await else { return false };
        let found = database.fetch_optional("SELECT 1 FROM sessions").await;
        drop(database.close().await);
        matches!(found, Ok(Some(_)))
    };
    until("the session is in the file", is_there).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_finishes_running_requests() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = client();
    let process = Process::start(folder.path(), "");
    let mut devices = Vec::new();
    for number in 0..DEVICES {
        devices.push(Device::register(&client, &process.url, &format!("device{number}")).await);
    }
    let url = process.url.clone();
    let mut is_in_order = false;
    let mut devices = storm(&url, devices, 3 * DEVICES, || is_in_order = process.stop()).await;
    assert!(is_in_order);
    let process = Process::start(folder.path(), "");
    for device in &mut devices {
        assert_eq!(device.renew(&client, &process.url).await.expect("an answer"), StatusCode::OK);
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_a_503_until_there_is_space() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = client();
    // A write beyond the limit fails, as on a full disk, instead of killing the process.
    let process = Process::start(folder.path(), "trap '' XFSZ;");
    let mut device = Device::register(&client, &process.url, "ada").await;
    let before = device.clone();
    process.limit_files("1");
    for _ in 0..3 {
        let status = device.renew(&client, &process.url).await.expect("an answer");
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(device.leave(&client, &process.url).await.is_server_error(), "no sign-out that did not happen");
    }
    assert_eq!(device.refresh, before.refresh);
    assert_eq!(device.me(&client, &process.url).await, StatusCode::OK, "reading needs no space");
    until("it is not ready", async || process.probe("/readyz").await == StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(process.probe("/healthz").await, StatusCode::OK);
    process.limit_files("unlimited");
    until("it is ready", async || process.probe("/readyz").await == StatusCode::OK).await;
    assert_eq!(device.renew(&client, &process.url).await.expect("an answer"), StatusCode::OK);
    assert_ne!(device.refresh, before.refresh);
    assert!(process.stop());
}

/// The database's files, read-only for everyone, including root, until dropped.
#[cfg(target_os = "linux")]
struct ReadOnly([std::path::PathBuf; 2]);

#[cfg(target_os = "linux")]
impl ReadOnly {
    fn make(folder: &Path) -> Self {
        let files = Self(["hallpass.db", "hallpass.db-wal"].map(|name| folder.join(name)));
        assert!(files.chattr("+i"), "chattr +i");
        files
    }

    fn chattr(&self, change: &str) -> bool {
        let status = std::process::Command::new("chattr").arg(change).args(&self.0).status();
        status.is_ok_and(|status| status.success())
    }
}

#[cfg(target_os = "linux")]
impl Drop for ReadOnly {
    fn drop(&mut self) {
        self.chattr("-i");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs root, and chattr on a file system like ext4"]
async fn read_only_files_are_a_503_until_they_are_writable() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let client = client();
    let process = Process::start(folder.path(), "");
    let mut device = Device::register(&client, &process.url, "ada").await;
    let before = device.clone();
    let read_only = ReadOnly::make(folder.path());
    for _ in 0..3 {
        let refused = client.post(format!("{}/api/token/refresh/", process.url));
        let refused = refused.json(&serde_json::json!({ "refresh": device.refresh })).send().await.expect("an answer");
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(refused.headers().contains_key("retry-after"));
        let said: serde_json::Value = refused.json().await.expect("a sentence");
        assert_eq!(said["detail"], "The server cannot answer now. Try again in a moment.");
        assert_eq!(
            device.leave(&client, &process.url).await,
            StatusCode::SERVICE_UNAVAILABLE,
            "no sign-out that was not"
        );
        assert_eq!(device.me(&client, &process.url).await, StatusCode::OK, "reading writes nothing");
    }
    process.wait_for_log("request failed");
    until("it is not ready", async || process.probe("/readyz").await == StatusCode::SERVICE_UNAVAILABLE).await;
    drop(read_only);
    until("it is ready", async || process.probe("/readyz").await == StatusCode::OK).await;
    assert_eq!(device.renew(&client, &process.url).await.expect("an answer"), StatusCode::OK);
    assert_ne!(device.refresh, before.refresh);
    assert_eq!(device.leave(&client, &process.url).await, StatusCode::OK);
    assert_eq!(device.me(&client, &process.url).await, StatusCode::UNAUTHORIZED);
    assert!(process.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_database_is_waited_for_and_then_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = client();
    let process = Process::start(folder.path(), "");
    let mut device = Device::register(&client, &process.url, "ada").await;
    let mut other = database(folder.path()).await;
    other.execute("BEGIN IMMEDIATE").await.expect("the lock");
    let status = device.renew(&client, &process.url).await.expect("an answer");
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(device.me(&client, &process.url).await, StatusCode::OK, "reading needs no lock");
    other.execute("ROLLBACK").await.expect("the lock given back");
    assert_eq!(device.renew(&client, &process.url).await.expect("an answer"), StatusCode::OK);
}

/// Revokes a session as another process does, and waits until the server has read it.
async fn revoke_elsewhere(database: &mut SqliteConnection, device: &Device, url: &str) {
    let session = claims(&device.access)["sid"].as_str().expect("a session").to_owned();
    let revoke = "INSERT INTO revocations (session_id, at, why, until) VALUES ($1, 0, 'revoked', 9000000000000)";
    sqlx::query(revoke).bind(session).execute(database).await.expect("good SQL");
    let client = client();
    until("the server has read the revocation", async || device.me(&client, url).await == StatusCode::UNAUTHORIZED)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn revocations_are_followed_after_a_database_was_restored_from_a_backup() {
    let folder = tempfile::tempdir().expect("a folder");
    let client = client();
    let process = Process::start(folder.path(), "");
    let mut devices = Vec::new();
    for name in ["first", "second", "third"] {
        devices.push(Device::register(&client, &process.url, name).await);
    }
    let mut database = database(folder.path()).await;
    revoke_elsewhere(&mut database, &devices[0], &process.url).await;
    revoke_elsewhere(&mut database, &devices[1], &process.url).await;
    // As a backup that is restored into the file.
    database.execute("DELETE FROM revocations").await.expect("good SQL");
    database.execute("UPDATE sqlite_sequence SET seq = 0 WHERE name = 'revocations'").await.expect("good SQL");
    process.wait_for_log("to an earlier state");
    revoke_elsewhere(&mut database, &devices[2], &process.url).await;
    assert_eq!(
        devices[0].me(&client, &process.url).await,
        StatusCode::UNAUTHORIZED,
        "known revocations stay in effect"
    );
    let log = process.stop_and_read();
    assert_eq!(log.matches("to an earlier state").count(), 1, "{log}");
}
