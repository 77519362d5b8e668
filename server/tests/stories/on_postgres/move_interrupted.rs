//! Moves that are interrupted, and servers that run beside them: nothing that was acknowledged is lost.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use reqwest::StatusCode;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tokio::task::JoinHandle;

use crate::{
    actors::PASSWORD,
    cluster::Cluster,
    command_line::{hallpass, said},
    patience::until,
    process::{Device, Process, client, output_of},
    sqlite,
};

fn start_move(folder: &Path, to: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_hallpass"))
        .args(["move", "--to", to])
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary")
}

fn moves(folder: &Path, to: &str) {
    let moved = hallpass(folder, &["move", "--to", to], "");
    assert!(moved.status.success(), "{}", said(&moved));
}

fn on(database: &str) -> String {
    format!("export HALLPASS_DATABASE_URL='{database}';")
}

async fn file(folder: &Path) -> SqliteConnection {
    sqlite::connect(&sqlite::url(&folder.join("hallpass.db"))).await.expect("the file")
}

/// The run of the move that began last.
async fn run_of(database: &str) -> Option<String> {
    let mut connection = PgConnection::connect(database).await.expect("the database");
    sqlx::query_scalar("SELECT run FROM hallpass_move").fetch_one(&mut connection).await.ok()
}

async fn has_row(database: &str, query: &'static str) -> bool {
    let mut connection = PgConnection::connect(database).await.expect("the database");
    matches!(connection.fetch_optional(query).await, Ok(Some(_)))
}

/// Starts a move and waits until it has begun at the target. It waits for the file, which the story holds.
async fn begin_move(folder: &Path, to: &str) -> (Child, SqliteConnection) {
    let mut held = file(folder).await;
    held.execute("BEGIN IMMEDIATE").await.expect("the lock");
    let before = run_of(to).await;
    let child = start_move(folder, to);
    until("the move has begun", async || run_of(to).await != before).await;
    (child, held)
}

/// Runs a move up to the commit that closes the file, and kills it before the one that opens the target.
async fn kill_between_the_commits(folder: &Path, to: &str) {
    let (mut child, mut held) = begin_move(folder, to).await;
    let mut target = PgConnection::connect(to).await.expect("the database");
    target.execute("BEGIN; SELECT 1 FROM hallpass_move FOR SHARE").await.expect("a lock");
    held.execute("ROLLBACK").await.expect("the lock given back");
    until("the file is closed", async || {
        let marker = file(folder).await.fetch_optional("SELECT 1 FROM hallpass_moved").await;
        matches!(marker, Ok(Some(_)))
    })
    .await;
    child.kill().expect("a process to kill");
    child.wait().expect("an end");
    target.execute("ROLLBACK").await.expect("the lock given back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_a_file_that_was_moved_acknowledges_no_write_and_none_starts_on_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let cluster = Cluster::start(&["fsync=off"]);
    let database = cluster.database().await;
    let with_password = database.replace("hallpass@", "hallpass:s3cr3t-w0rd@");
    let client = client();
    let old = Process::start(folder.path(), "");
    let mut ada = Device::register(&client, &old.url, "ada").await;
    moves(folder.path(), &with_password);

    for _ in 0..3 {
        let before = ada.clone();
        assert_eq!(ada.renew(&client, &old.url).await.expect("an answer"), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(before.clone().leave(&client, &old.url).await, StatusCode::SERVICE_UNAVAILABLE);
        let account = serde_json::json!({ "username": "bob", "email": "", "password": PASSWORD });
        let refused = client.post(format!("{}/api/register/", old.url)).json(&account).send().await.expect("an answer");
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body: serde_json::Value = refused.json().await.expect("a sentence");
        assert_eq!(body["detail"], "The server cannot answer now. Try again in a moment.");
    }
    let ready = client.get(format!("{}/readyz", old.url)).send().await.expect("an answer");
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
    let log = old.stop_and_read();
    assert!(log.contains("was moved to postgres://hallpass@") && !log.contains("s3cr3t-w0rd"), "{log}");
    for command in [&["serve"][..], &["migrate"], &["createuser", "--username", "bob", "--password-stdin"]] {
        let refused = hallpass(folder.path(), command, PASSWORD);
        assert!(
            !refused.status.success() && said(&refused).contains("was moved to postgres://hallpass@"),
            "{command:?}"
        );
        assert!(!said(&refused).contains("s3cr3t-w0rd"), "{}", said(&refused));
    }

    let new = Process::start(folder.path(), &on(&database));
    assert_eq!(ada.renew(&client, &new.url).await.expect("an answer"), StatusCode::OK);
    assert!(new.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_was_killed_between_its_two_commits_can_be_given_up_and_be_repeated() {
    let folder = tempfile::tempdir().expect("a folder");
    let cluster = Cluster::start(&["fsync=off"]);
    let database = cluster.database().await;
    let client = client();
    let old = Process::start(folder.path(), "");
    let mut ada = Device::register(&client, &old.url, "ada").await;
    kill_between_the_commits(folder.path(), &database).await;
    assert_eq!(ada.renew(&client, &old.url).await.expect("an answer"), StatusCode::SERVICE_UNAVAILABLE);
    let half = hallpass(folder.path(), &["serve"], "");
    assert!(
        said(&half).contains("hallpass move --to") && said(&half).contains("hallpass move --reopen"),
        "{}",
        said(&half)
    );

    let reopened = hallpass(folder.path(), &["move", "--reopen"], "");
    assert!(reopened.status.success(), "{}", said(&reopened));
    assert_eq!(ada.renew(&client, &old.url).await.expect("an answer"), StatusCode::OK, "the running server goes on");
    let mut bob = Device::register(&client, &old.url, "bob").await;
    let again = hallpass(folder.path(), &["move", "--reopen"], "");
    assert!(said(&again).contains("nothing to reopen"), "{}", said(&again));

    kill_between_the_commits(folder.path(), &database).await;
    moves(folder.path(), &database);
    let new = Process::start(folder.path(), &on(&database));
    for device in [&mut ada, &mut bob] {
        assert_eq!(device.renew(&client, &new.url).await.expect("an answer"), StatusCode::OK);
    }
    moves(folder.path(), &database);
    assert_eq!(ada.renew(&client, &new.url).await.expect("an answer"), StatusCode::OK, "repeating it changes nothing");
    assert!(new.stop() && old.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_crashes_ends_the_move_with_an_error_and_the_file_is_used_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut cluster = Cluster::start(&["fsync=off"]);
    let database = cluster.database().await;
    let client = client();
    let old = Process::start(folder.path(), "");
    let mut ada = Device::register(&client, &old.url, "ada").await;
    let (child, mut held) = begin_move(folder.path(), &database).await;
    cluster.tell("crash");
    held.execute("ROLLBACK").await.expect("the lock given back");
    let failed = output_of(child);
    assert!(!failed.status.success() && said(&failed).contains("run the move again"), "{}", said(&failed));
    assert_eq!(ada.renew(&client, &old.url).await.expect("an answer"), StatusCode::OK);
    cluster.tell("start");
    moves(folder.path(), &database);
    let new = Process::start(folder.path(), &on(&database));
    assert_eq!(ada.renew(&client, &new.url).await.expect("an answer"), StatusCode::OK);
    assert!(new.stop() && old.stop());
}

/// Devices that renew without a pause until the server refuses after the move, or has gone.
struct Storm {
    renewals: Arc<AtomicUsize>,
    is_moved: Arc<AtomicBool>,
    devices: Vec<JoinHandle<Device>>,
}

impl Storm {
    fn start(url: &str, devices: Vec<Device>) -> Self {
        let (renewals, is_moved) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let devices = devices.into_iter().map(|mut device| {
            let (url, renewals, is_moved) = (url.to_owned(), renewals.clone(), is_moved.clone());
            tokio::spawn(async move {
                let client = client();
                loop {
                    // Read first: what is refused after the move had ended stays refused.
                    let was_moved = is_moved.load(Ordering::SeqCst);
                    match device.renew(&client, &url).await {
                        Ok(StatusCode::OK) => drop(renewals.fetch_add(1, Ordering::SeqCst)),
                        Ok(StatusCode::SERVICE_UNAVAILABLE) if was_moved => return device,
                        Ok(StatusCode::SERVICE_UNAVAILABLE) => {}
                        Ok(status) => panic!("{status}"),
                        Err(_) => return device,
                    }
                }
            })
        });
        let devices = devices.collect();
        Self { renewals, is_moved, devices }
    }

    async fn wait_for_renewals(&self, number: usize) {
        let wanted = self.renewals.load(Ordering::SeqCst) + number;
        until("renewals", async || self.renewals.load(Ordering::SeqCst) >= wanted).await;
    }

    async fn end(self) -> Vec<Device> {
        self.is_moved.store(true, Ordering::SeqCst);
        let mut devices = Vec::new();
        for device in self.devices {
            devices.push(device.await.expect("no panic"));
        }
        devices
    }
}

async fn storm_through_a_move(kills: [Kill; 2]) {
    let folder = tempfile::tempdir().expect("a folder");
    let cluster = Cluster::start(&["fsync=off"]);
    let database = cluster.database().await;
    let client = client();
    let mut old = Some(Process::start(folder.path(), ""));
    let url = old.as_ref().expect("a server").url.clone();
    let mut devices = Vec::new();
    for number in 0..6 {
        devices.push(Device::register(&client, &url, &format!("device{number}")).await);
    }
    let mut gone = devices.pop().expect("a device");
    let storm = Storm::start(&url, devices);
    storm.wait_for_renewals(20).await;
    assert_eq!(gone.leave(&client, &url).await, StatusCode::OK);
    for kill in kills {
        let (mut child, mut held) = begin_move(folder.path(), &database).await;
        held.execute("ROLLBACK").await.expect("the lock given back");
        match kill {
            Kill::Move => {
                child.kill().expect("a process to kill");
                child.wait().expect("an end");
            }
            Kill::Server => {
                old.take().into_iter().for_each(Process::kill);
                assert!(output_of(child).status.success());
            }
            Kill::Nobody => assert!(output_of(child).status.success()),
        }
    }
    let devices = storm.end().await;
    let new = Process::start(folder.path(), &on(&database));
    for mut device in devices {
        assert_eq!(device.renew(&client, &new.url).await.expect("an answer"), StatusCode::OK, "signed out by the move");
    }
    assert_eq!(gone.renew(&client, &new.url).await.expect("an answer"), StatusCode::UNAUTHORIZED);
    assert!(new.stop());
}

#[derive(Clone, Copy)]
enum Kill {
    Move,
    Server,
    Nobody,
}

#[tokio::test(flavor = "multi_thread")]
async fn renewals_beside_a_move_that_is_killed_and_repeated_are_all_kept() {
    storm_through_a_move([Kill::Move, Kill::Nobody]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn renewals_of_a_server_that_is_killed_beside_a_move_are_all_kept() {
    storm_through_a_move([Kill::Move, Kill::Server]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_postgresql_cannot_hold_ends_the_move_with_the_statement_that_replaces_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let cluster = Cluster::start(&["fsync=off"]);
    let database = cluster.database().await;
    let client = client();
    let old = Process::start(folder.path(), "");
    let mut ada = Device::register(&client, &old.url, "ada").await;
    Device::register(&client, &old.url, "bob").await;
    let mut source = file(folder.path()).await;
    let damage = "UPDATE users SET username = 'b' || char(0) || 'b' WHERE username = 'bob'";
    source.execute(damage).await.expect("a damaged name");
    let refused = hallpass(folder.path(), &["move", "--to", &database], "");
    let sentence = said(&refused);
    assert!(!refused.status.success(), "{sentence}");
    assert!(sentence.contains("1 rows of users have the character U+0000 in username"), "{sentence}");
    assert!(sentence.contains("the first has id = 2"), "{sentence}");
    assert_eq!(ada.renew(&client, &old.url).await.expect("an answer"), StatusCode::OK, "the file is used on");
    assert!(!has_row(&database, "SELECT 1 FROM users").await);

    let repair = sentence.rsplit_once("run the move again: ").expect("a statement").1.trim().to_owned();
    source.execute(sqlx::AssertSqlSafe(repair)).await.expect("a repaired name");
    moves(folder.path(), &database);
    assert!(has_row(&database, "SELECT 1 FROM users WHERE username = 'replaced-2'").await);
    assert!(old.stop());
}
