//! Several servers on one PostgreSQL database: each sees the others' writes, and when one of them or the database
//! fails, no user is signed out and no invalid token is accepted.

use std::{path::Path, time::Duration};

use hallpass_core::{session::Origin, token::TokenType};
use reqwest::StatusCode;
use tokio::{sync::watch, task::JoinSet, time::sleep};

use crate::{
    actors::{World, settings},
    cluster::Cluster,
    network::Network,
    patience::{eventually, until},
    process::{Device, Process, client},
};

/// The grace period for spent tokens.
const GRACE: Duration = Duration::from_secs(1);
const DEVICES: usize = 12;

/// A server on the database, with the shared key.
fn server(folder: &Path, database: &str) -> Process {
    let key = "one key for all servers, of more than 32 bytes";
    let prelude = format!(
        "export HALLPASS_DATABASE_URL='{database}' HALLPASS_SIGNING_KEY='{key}' HALLPASS_REFRESH_REUSE_GRACE=1s;"
    );
    Process::start(folder, &prelude)
}

/// Devices that renew at one server after the other.
struct Running {
    devices: JoinSet<Device>,
    over: watch::Sender<bool>,
    /// The number of responses per device.
    answers: Vec<watch::Receiver<usize>>,
}

impl Running {
    fn new() -> Self {
        Self { devices: JoinSet::new(), over: watch::Sender::new(false), answers: Vec::new() }
    }

    fn start(&mut self, device: Device, urls: Vec<String>) {
        let (answered, answers) = watch::channel(0);
        self.answers.push(answers);
        self.devices.spawn(renew_everywhere(device, urls, self.over.subscribe(), answered));
    }

    /// Waits until each device was answered ten times more.
    async fn go_on(&mut self) {
        for answers in &mut self.answers {
            let enough = *answers.borrow() + 10;
            let answered = answers.wait_for(|count| *count >= enough);
            drop(eventually("a device is answered", answered).await.expect("a device that renews"));
        }
    }

    async fn stop(self) -> Vec<Device> {
        self.over.send(true).expect("devices that listen");
        self.devices.join_all().await
    }
}

/// Renews until stopped. Repeats requests without a response or with a server error.
async fn renew_everywhere(
    mut device: Device,
    urls: Vec<String>,
    is_over: watch::Receiver<bool>,
    answered: watch::Sender<usize>,
) -> Device {
    let client = client();
    for url in urls.iter().cycle() {
        if *is_over.borrow() {
            break;
        }
        match device.renew(&client, url).await {
            Ok(StatusCode::OK) => answered.send_modify(|count| *count += 1),
            Ok(status) => assert!(status.is_server_error(), "an honest device was rejected: {status}"),
            Err(_) => {}
        }
    }
    device
}

/// Runs these commands of `cluster.sh` while the devices renew.
async fn run_commands(mut cluster: Cluster, words: &'static [&'static str]) -> Cluster {
    let finished = tokio::task::spawn_blocking(move || {
        for word in words {
            cluster.tell(word);
        }
        cluster
    });
    finished.await.expect("a restarted database")
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_wrongly_rejected_or_accepted_during_failures_of_a_server_and_the_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut cluster = Cluster::start(&[]);
    let database = cluster.database().await;
    let mut servers: Vec<_> = (0..3).map(|_| server(folder.path(), &database)).collect();
    let urls: Vec<_> = servers.iter().map(|server| server.url.clone()).collect();
    let client = client();
    let mut spent = Vec::new();
    let mut running = Running::new();
    for number in 0..DEVICES {
        let device = Device::register(&client, &urls[0], &format!("device{number}")).await;
        let mut victim = Device::register(&client, &urls[1], &format!("victim{number}")).await;
        spent.push(victim.clone());
        for url in &urls[..2] {
            assert_eq!(victim.renew_until_served(&client, url).await, StatusCode::OK);
        }
        running.start(device, urls.clone());
    }

    running.go_on().await;
    servers.remove(0).kill();
    running.go_on().await;
    for words in [&["restart"] as &[&str], &["crash", "start"]] {
        cluster = run_commands(cluster, words).await;
        running.go_on().await;
    }

    for mut device in running.stop().await {
        assert_eq!(device.renew_until_served(&client, &urls[1]).await, StatusCode::OK);
        assert_eq!(device.me(&client, &urls[2]).await, StatusCode::OK);
    }
    sleep(GRACE).await;
    for (number, mut stolen) in spent.into_iter().enumerate() {
        let status = stolen.renew_until_served(&client, &urls[1 + number % 2]).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "a token spent two renewals ago was accepted");
    }
    assert!(servers.into_iter().all(Process::stop), "they exit with success");
    drop(cluster);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_database_is_a_503_until_it_accepts_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let cluster = Cluster::start(&["fsync=off"]);
    let database = cluster.database().await;
    let server = server(folder.path(), &database);
    let client = client();
    let mut device = Device::register(&client, &server.url, "ada").await;
    // A standby, as before it is promoted.
    cluster.set_read_only(true).await;
    let before = device.clone();
    for _ in 0..3 {
        let status = device.renew(&client, &server.url).await.expect("an answer");
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(device.leave(&client, &server.url).await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(device.me(&client, &server.url).await, StatusCode::OK, "reading writes nothing");
    }
    until("the server is not ready", async || server.probe("/readyz").await == StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(server.probe("/healthz").await, StatusCode::OK);
    assert_eq!(device.refresh, before.refresh);
    cluster.set_read_only(false).await;
    until("the server is ready", async || server.probe("/readyz").await == StatusCode::OK).await;
    assert_eq!(device.renew(&client, &server.url).await.expect("an answer"), StatusCode::OK);
    assert_ne!(device.refresh, before.refresh);
    assert_eq!(device.me(&client, &server.url).await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_sent_to_all_servers_at_once_is_renewed_once() {
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
                assert_eq!(device.renew_until_served(&client, &url).await, StatusCode::OK);
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
async fn a_sign_out_takes_effect_at_every_server() {
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
    for server in &servers {
        let is_out = async || device.me(&client, &server.url).await == StatusCode::UNAUTHORIZED;
        until("the server was notified of the sign-out", is_out).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_notified_of_a_sign_out_at_another() {
    let cluster = Cluster::start(&["fsync=off"]);
    let world = World::at(cluster.database().await, settings()).await;
    let other = world.restarted(settings()).await;
    eventually("it listens", other.wait_for_revocations()).await;
    let ada = world.signed_in("ada").await;
    assert!(other.authenticate(&ada.access, &[TokenType::Access]).await.is_ok());
    world.auth.blacklist(&ada.refresh, Origin::default()).await.expect("an end");
    eventually("it is notified", other.wait_for_revocations()).await;
    other.follow_revocations().await.expect("the revocations");
    assert!(other.authenticate(&ada.access, &[TokenType::Access]).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn revocations_are_followed_on_a_database_with_lower_transaction_ids() {
    let folder = tempfile::tempdir().expect("a folder");
    let (before, after) = (Cluster::start(&["fsync=off"]), Cluster::start(&["fsync=off"]));
    let (old, new) = (before.database().await, after.database().await);
    before.execute("DO 'BEGIN FOR i IN 1..3000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END'").await;
    let network = Network::to(before.port()).await;
    let follower = server(folder.path(), &old.replace(&before.port().to_string(), &network.port.to_string()));
    let client = client();
    let gone = Device::register(&client, &follower.url, "gone").await;
    assert_eq!(gone.leave(&client, &follower.url).await, StatusCode::OK);
    // As after a logical fail-over: the other server's sessions are valid here.
    let other = server(folder.path(), &new);
    network.lead_to(after.port());
    let device = Device::register(&client, &other.url, "ada").await;
    assert_eq!(device.me(&client, &follower.url).await, StatusCode::OK);
    assert_eq!(device.leave(&client, &other.url).await, StatusCode::OK);
    let is_out = async || device.me(&client, &follower.url).await == StatusCode::UNAUTHORIZED;
    until("the server has read the revocation", is_out).await;
    assert_eq!(gone.me(&client, &follower.url).await, StatusCode::UNAUTHORIZED, "known revocations stay in effect");
    let log = follower.stop_and_read();
    assert_eq!(log.matches("to an earlier state").count(), 1, "{log}");
}
