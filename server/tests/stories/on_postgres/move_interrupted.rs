//! Interrupted moves, and servers that run meanwhile: no acknowledged write is lost.

use std::{
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use reqwest::StatusCode;
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use tokio::task::JoinHandle;

use super::moving::Moving;
use crate::{
    actors::PASSWORD,
    command_line::{hallpass, said},
    patience::until,
    process::{Device, Process, client, output_of},
};

impl Moving {
    fn spawn(&self) -> Child {
        Command::new(env!("CARGO_BIN_EXE_hallpass"))
            .args(["move", "--to", &self.target])
            .current_dir(self.path())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary")
    }

    async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.target).await.expect("the database")
    }

    /// The run of the latest move.
    async fn run(&self) -> Option<String> {
        sqlx::query_scalar("SELECT run FROM hallpass_move").fetch_one(&mut self.connect().await).await.ok()
    }

    async fn has_row(&self, query: &'static str) -> bool {
        matches!(self.connect().await.fetch_optional(query).await, Ok(Some(_)))
    }

    /// Starts a move and waits until it has begun at the target. It then waits for the file, which the story has
    /// locked.
    async fn begin(&self) -> (Child, SqliteConnection) {
        let mut held = self.open_source().await;
        held.execute("BEGIN IMMEDIATE").await.expect("the lock");
        let before = self.run().await;
        let child = self.spawn();
        until("the move has begun", async || self.run().await != before).await;
        (child, held)
    }

    /// Runs a move up to the commit that closes the file, and kills it before the one that opens the target.
    async fn kill_between_the_commits(&self) {
        let (mut child, mut held) = self.begin().await;
        let mut target = self.connect().await;
        target.execute("BEGIN; SELECT 1 FROM hallpass_move FOR SHARE").await.expect("a lock");
        held.execute("ROLLBACK").await.expect("the lock given back");
        until("the file is closed", async || {
            let marker = self.open_source().await.fetch_optional("SELECT 1 FROM hallpass_moved").await;
            matches!(marker, Ok(Some(_)))
        })
        .await;
        child.kill().expect("a process to kill");
        child.wait().expect("an end");
        target.execute("ROLLBACK").await.expect("the lock given back");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_on_a_moved_file_acknowledges_no_write_and_cannot_be_started() {
    let (moving, old, mut ada) = Moving::with_device().await;
    let with_password = moving.target.replace("hallpass@", "hallpass:s3cr3t-w0rd@");
    let moved = moving.move_to(&with_password);
    assert!(moved.status.success(), "{}", said(&moved));

    for _ in 0..3 {
        let before = ada.clone();
        assert_eq!(moving.renew(&mut ada, &old).await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(moving.leave(&before, &old).await, StatusCode::SERVICE_UNAVAILABLE);
        let account = serde_json::json!({ "username": "bob", "email": "", "password": PASSWORD });
        let request = moving.client.post(format!("{}/api/register/", old.url)).json(&account);
        let rejected = request.send().await.expect("an answer");
        assert_eq!(rejected.status(), StatusCode::SERVICE_UNAVAILABLE);
        let body: serde_json::Value = rejected.json().await.expect("a sentence");
        assert_eq!(body["detail"], "The server cannot answer now. Try again in a moment.");
    }
    assert_eq!(old.probe("/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
    let log = old.stop_and_read();
    assert!(log.contains("was moved to postgres://hallpass@") && !log.contains("s3cr3t-w0rd"), "{log}");
    for command in [&["serve"][..], &["migrate"], &["createuser", "--username", "bob", "--password-stdin"]] {
        let rejected = hallpass(moving.path(), command, PASSWORD);
        let sentence = said(&rejected);
        assert!(!rejected.status.success(), "{command:?}: {sentence}");
        assert!(sentence.contains("was moved to postgres://hallpass@"), "{command:?}: {sentence}");
        assert!(!sentence.contains("s3cr3t-w0rd"), "{sentence}");
    }

    let new = moving.serve_target();
    assert_eq!(moving.renew(&mut ada, &new).await, StatusCode::OK);
    assert!(new.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_killed_between_its_two_commits_can_be_abandoned() {
    let (moving, old, mut ada) = Moving::with_device().await;
    moving.kill_between_the_commits().await;
    assert_eq!(moving.renew(&mut ada, &old).await, StatusCode::SERVICE_UNAVAILABLE);
    let half = said(&hallpass(moving.path(), &["serve"], ""));
    assert!(half.contains("hallpass move --to") && half.contains("hallpass move --reopen"), "{half}");

    let reopened = hallpass(moving.path(), &["move", "--reopen"], "");
    assert!(reopened.status.success(), "{}", said(&reopened));
    assert_eq!(moving.renew(&mut ada, &old).await, StatusCode::OK, "the running server continues");
    let again = said(&hallpass(moving.path(), &["move", "--reopen"], ""));
    assert!(again.contains("nothing to reopen"), "{again}");
    assert!(old.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_killed_between_its_two_commits_can_be_repeated_after_it_was_abandoned() {
    let (moving, old, mut ada) = Moving::with_device().await;
    moving.kill_between_the_commits().await;
    let reopened = hallpass(moving.path(), &["move", "--reopen"], "");
    assert!(reopened.status.success(), "{}", said(&reopened));
    let mut bob = moving.register("bob", &old).await;

    moving.kill_between_the_commits().await;
    moving.complete();
    let new = moving.serve_target();
    for device in [&mut ada, &mut bob] {
        assert_eq!(moving.renew(device, &new).await, StatusCode::OK);
    }
    moving.complete();
    assert_eq!(moving.renew(&mut ada, &new).await, StatusCode::OK, "repeating it changes nothing");
    assert!(new.stop() && old.stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_of_the_target_fails_the_move_and_the_file_stays_in_use() {
    let (mut moving, old, mut ada) = Moving::with_device().await;
    let (child, mut held) = moving.begin().await;
    moving.cluster.tell("crash");
    held.execute("ROLLBACK").await.expect("the lock given back");
    let failed = output_of(child);
    assert!(!failed.status.success() && said(&failed).contains("run the move again"), "{}", said(&failed));
    assert_eq!(moving.renew(&mut ada, &old).await, StatusCode::OK);
    moving.cluster.tell("start");
    moving.complete();
    let new = moving.serve_target();
    assert_eq!(moving.renew(&mut ada, &new).await, StatusCode::OK);
    assert!(new.stop() && old.stop());
}

/// Devices that renew without a pause until the server refuses after the move, or is gone.
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
                    // Read before the renewal: after the end of the move, rejections are permanent.
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
    let moving = Moving::new().await;
    let server = moving.serve_file();
    let mut devices = Vec::new();
    for number in 0..6 {
        devices.push(moving.register(&format!("device{number}"), &server).await);
    }
    let mut gone = devices.pop().expect("a device");
    let storm = Storm::start(&server.url, devices);
    storm.wait_for_renewals(20).await;
    assert_eq!(moving.leave(&gone, &server).await, StatusCode::OK);
    let mut server = Some(server);
    for kill in kills {
        let (mut child, mut held) = moving.begin().await;
        held.execute("ROLLBACK").await.expect("the lock given back");
        match kill {
            Kill::Move => {
                child.kill().expect("a process to kill");
                child.wait().expect("an end");
            }
            Kill::Server => {
                server.take().into_iter().for_each(Process::kill);
                assert!(output_of(child).status.success());
            }
            Kill::Nobody => assert!(output_of(child).status.success()),
        }
    }
    let devices = storm.end().await;
    let new = moving.serve_target();
    for mut device in devices {
        assert_eq!(moving.renew(&mut device, &new).await, StatusCode::OK, "signed out by the move");
    }
    assert_eq!(moving.renew(&mut gone, &new).await, StatusCode::UNAUTHORIZED);
    assert!(new.stop());
}

#[derive(Clone, Copy)]
enum Kill {
    Move,
    Server,
    Nobody,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_renewal_during_a_killed_and_repeated_move_is_lost() {
    storm_through_a_move([Kill::Move, Kill::Nobody]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_renewal_of_a_server_killed_during_a_move_is_lost() {
    storm_through_a_move([Kill::Move, Kill::Server]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_postgresql_cannot_store_fails_the_move_with_the_statement_that_fixes_it() {
    let (moving, old, mut ada) = Moving::with_device().await;
    moving.register("bob", &old).await;
    let mut source = moving.open_source().await;
    let damage = "UPDATE users SET username = 'b' || char(0) || 'b' WHERE username = 'bob'";
    source.execute(damage).await.expect("a damaged name");
    let failed = moving.move_to(&moving.target);
    let sentence = said(&failed);
    assert!(!failed.status.success(), "{sentence}");
    assert!(sentence.contains("1 rows of users have the character U+0000 in username"), "{sentence}");
    assert!(sentence.contains("the first has id = 2"), "{sentence}");
    assert_eq!(moving.renew(&mut ada, &old).await, StatusCode::OK, "the file stays in use");
    assert!(!moving.has_row("SELECT 1 FROM users").await);

    let repair = sentence.rsplit_once("run the move again: ").expect("a statement").1.trim().to_owned();
    source.execute(sqlx::AssertSqlSafe(repair)).await.expect("a repaired name");
    moving.complete();
    assert!(moving.has_row("SELECT 1 FROM users WHERE username = 'replaced-2'").await);
    assert!(old.stop());
}
