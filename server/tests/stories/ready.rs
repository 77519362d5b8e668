//! The readiness endpoint, for load balancers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use serde_json::json;
use server::http_options::{HttpOptions, Stopping};

use crate::{
    actors::{self, Answer, Surroundings, World, settings},
    patience::until,
    process::{Process, client},
    watched_store::WatchedStore,
};

async fn ask(world: &World, path: &str) -> Answer {
    Answer::of(world.request("GET", path).send().await.expect("an answer")).await
}

const NO: &str = "The server cannot answer now. Try again in a moment.";

#[tokio::test]
async fn a_server_with_a_database_and_keys_is_ready() {
    let world = World::new().await;
    for path in ["/readyz", "/readyz/"] {
        ask(&world, path).await.is(200, json!({ "status": "ready" }));
    }
}

#[tokio::test]
async fn without_its_database_a_server_is_not_ready() {
    let world = World::new().await;
    world.sql("ALTER TABLE users RENAME TO elsewhere").await;
    let answer = ask(&world, "/readyz").await;
    answer.is(503, json!({ "detail": NO }));
    assert_eq!(answer.header("retry-after"), Some("1"));
    world.sql("ALTER TABLE elsewhere RENAME TO users").await;
    assert_eq!(ask(&world, "/readyz").await.status, 200, "ready again when the database is back");
}

#[tokio::test]
async fn a_stopping_server_is_not_ready_but_still_answers() {
    let stopping = Stopping::default();
    let http = HttpOptions { stopping: stopping.clone(), ..actors::http_options() };
    let world = World::surrounded(settings(), Surroundings { http, ..Surroundings::default() }).await;
    assert_eq!(ask(&world, "/readyz").await.status, 200);
    stopping.begin();
    ask(&world, "/readyz").await.is(503, json!({ "detail": NO }));
    assert_eq!(ask(&world, "/healthz").await.status, 200);
    assert_eq!(world.signed_in("ada").await.me().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_process_keeps_serving_until_a_second_signal() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Process::start(folder.path(), "export HALLPASS_STOP_DELAY=5m;");
    let ask = async |path: &str| {
        let answer = client().get(format!("{}{path}", process.url)).send().await.expect("an answer");
        answer.status().as_u16()
    };
    assert_eq!(ask("/readyz").await, 200);
    process.tell_to_stop();
    until("the process is not ready any more", async || ask("/readyz").await != 200).await;
    assert_eq!((ask("/readyz").await, ask("/healthz").await), (503, 200));
    let log = process.stop_and_read();
    assert!(log.contains("no longer ready") && log.contains("stopped"), "{log}");
}

#[tokio::test]
async fn readiness_probes_write_to_the_database_at_most_once_a_second() {
    let writes = Arc::new(AtomicUsize::new(0));
    let counted = writes.clone();
    let world = World::on(settings(), |store| {
        WatchedStore::around(store, move |method| {
            counted.fetch_add(usize::from(method == "probe_write"), Ordering::SeqCst);
            Box::pin(async {})
        })
    })
    .await;
    for second in 1..=3 {
        let answers = join_all((0..20).map(|_| ask(&world, "/readyz"))).await;
        assert!(answers.iter().all(|answer| answer.status == 200));
        assert_eq!(writes.load(Ordering::SeqCst), second);
        world.pass(Duration::from_secs(1));
    }
}
