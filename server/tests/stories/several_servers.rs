//! Several servers on one PostgreSQL database: what one does, all know, and when one of them or the
//! database falls, nobody honest is signed out and nobody else gets in.

use std::{path::Path, time::Duration};

use reqwest::{Client, StatusCode};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    cluster::Cluster,
    process::{Device, Process},
};

/// A spent token is answered for as long as this, and then no more.
const GRACE: Duration = Duration::from_secs(1);
const DEVICES: usize = 12;

fn client() -> Client {
    Client::builder().timeout(Duration::from_secs(20)).build().expect("a client")
}

/// A server on the database, with the key that all have.
fn server(folder: &Path, database: &str) -> Process {
    let key = "one key for all servers, of more than 32 bytes";
    let prelude = format!(
        "export HALLPASS_DATABASE_URL='{database}' HALLPASS_SIGNING_KEY='{key}' HALLPASS_REFRESH_REUSE_GRACE=1s;"
    );
    Process::start(folder, &prelude)
}

/// Renews at one server after the other until told to stop. What is not answered, or answered with a failure
/// of the server, is asked again; how often there was an answer.
async fn renew_everywhere(mut device: Device, urls: Vec<String>, is_over: watch::Receiver<bool>) -> (Device, usize) {
    let (client, mut renewed) = (client(), 0);
    for url in urls.iter().cycle() {
        if *is_over.borrow() {
            break;
        }
        match device.renew(&client, url).await {
            Ok(StatusCode::OK) => renewed += 1,
            Ok(status) => {
                assert!(status.is_server_error(), "an honest device was refused: {status}");
                sleep(Duration::from_millis(20)).await;
            }
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
    (device, renewed)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_wrongly_refused_or_let_in_while_a_server_and_the_database_fall() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut cluster = Cluster::start(&[]);
    let database = cluster.database().await;
    let mut servers: Vec<_> = (0..3).map(|_| server(folder.path(), &database)).collect();
    let urls: Vec<_> = servers.iter().map(|server| server.url.clone()).collect();
    let client = client();
    let mut spent = Vec::new();
    let (over, is_over) = watch::channel(false);
    let mut running = JoinSet::new();
    for number in 0..DEVICES {
        let device = Device::register(&client, &urls[0], &format!("device{number}")).await;
        let mut victim = Device::register(&client, &urls[1], &format!("victim{number}")).await;
        spent.push(victim.clone());
        for url in &urls[..2] {
            assert_eq!(victim.renew(&client, url).await.expect("an answer"), StatusCode::OK);
        }
        running.spawn(renew_everywhere(device, urls.clone(), is_over.clone()));
    }

    sleep(Duration::from_millis(300)).await;
    servers.remove(0).kill();
    sleep(Duration::from_millis(300)).await;
    let cluster = tokio::task::spawn_blocking(move || {
        cluster.tell("restart");
        std::thread::sleep(Duration::from_millis(500));
        cluster.tell("crash");
        cluster.tell("start");
        cluster
    })
    .await
    .expect("a database that is up again");
    sleep(Duration::from_millis(500)).await;
    over.send(true).expect("devices that listen");

    for (mut device, renewed) in running.join_all().await {
        assert!(renewed > 10, "a device was hardly answered: {renewed}");
        assert_eq!(device.renew(&client, &urls[1]).await.expect("an answer"), StatusCode::OK);
        assert_eq!(device.me(&client, &urls[2]).await, StatusCode::OK);
    }
    sleep(GRACE).await;
    for (number, mut stolen) in spent.into_iter().enumerate() {
        let status = stolen.renew(&client, &urls[1 + number % 2]).await.expect("an answer");
        assert_eq!(status, StatusCode::UNAUTHORIZED, "a token spent two renewals ago was taken");
    }
    assert!(servers.into_iter().all(Process::stop), "they stop in good order");
    drop(cluster);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_takes_no_writes_is_a_failure_of_the_server_until_it_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let cluster = Cluster::start(&["fsync=off"]);
    let database = cluster.database().await;
    let server = server(folder.path(), &database);
    let client = client();
    let mut device = Device::register(&client, &server.url, "ada").await;
    let before = device.clone();
    // As one is to which it was switched over before it was made the first.
    cluster.tell_sql("ALTER SYSTEM SET default_transaction_read_only = on").await;
    let deadline = Instant::now() + Duration::from_secs(10);
    while device.renew(&client, &server.url).await.expect("an answer") == StatusCode::OK {
        assert!(Instant::now() < deadline, "it still writes");
    }
    let current = device.clone();
    for _ in 0..3 {
        let status = device.renew(&client, &server.url).await.expect("an answer");
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(device.leave(&client, &server.url).await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(device.me(&client, &server.url).await, StatusCode::OK, "reading writes nothing");
    }
    assert_eq!(device.refresh, current.refresh);
    cluster.tell_sql("ALTER SYSTEM RESET default_transaction_read_only").await;
    while device.renew(&client, &server.url).await.expect("an answer") != StatusCode::OK {
        assert!(Instant::now() < deadline, "it does not write again");
    }
    assert_ne!(device.refresh, before.refresh);
    assert_eq!(device.me(&client, &server.url).await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_presented_to_all_servers_at_once_is_renewed_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let cluster = Cluster::start(&["fsync=off"]);
    let database = cluster.database().await;
    let servers: Vec<_> = (0..3).map(|_| server(folder.path(), &database)).collect();
    let client = client();
    let mut device = Device::register(&client, &servers[0].url, "ada").await;
    for _ in 0..5 {
        let mut asking = JoinSet::new();
        for server in servers.iter().cycle().take(24) {
            let (mut device, client, url) = (device.clone(), client.clone(), server.url.clone());
            asking.spawn(async move {
                assert_eq!(device.renew(&client, &url).await.expect("an answer"), StatusCode::OK);
                device
            });
        }
        let answers = asking.join_all().await;
        let first = answers.first().expect("an answer").clone();
        assert_ne!(first.refresh, device.refresh);
        assert!(answers.iter().all(|answer| answer.refresh == first.refresh), "all get the one successor");
        device = first;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_servers_know_within_a_second_who_has_signed_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let cluster = Cluster::start(&["fsync=off"]);
    let database = cluster.database().await;
    let servers: Vec<_> = (0..3).map(|_| server(folder.path(), &database)).collect();
    let client = client();
    let device = Device::register(&client, &servers[0].url, "ada").await;
    for server in &servers {
        assert_eq!(device.me(&client, &server.url).await, StatusCode::OK);
    }
    assert_eq!(device.leave(&client, &servers[0].url).await, StatusCode::OK);
    let deadline = Instant::now() + Duration::from_secs(1);
    for server in &servers {
        while device.me(&client, &server.url).await == StatusCode::OK {
            assert!(Instant::now() < deadline, "a server has not heard of it");
            sleep(Duration::from_millis(5)).await;
        }
    }
}
