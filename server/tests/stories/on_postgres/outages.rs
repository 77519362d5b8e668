//! PostgreSQL restarts, fails over, falls silent, or has no connection to spare: requests are answered late where
//! possible, and the server recovers without help.

use std::{sync::Arc, time::Duration};

use hallpass_core::{session::Origin, token::TokenType};
use hallpass_store::Timeouts;
use serde_json::json;
use sqlx::{Connection, PgConnection};
use tokio::{sync::watch, task::JoinSet};

use crate::{
    actors::{Actor, PASSWORD, World, settings, timeouts},
    cluster::Cluster,
    network::Network,
    patience::{eventually, until},
};

/// Devices that renew at the same time.
const DEVICES: usize = 8;

/// The URL of the same database behind a network.
fn behind(network: &Network, database: &str, cluster: &Cluster) -> String {
    database.replace(&cluster.port().to_string(), &network.port.to_string())
}

/// Users who renew and register without a pause until `over`. Counts responses; any failure fails the story.
async fn keep_busy(world: Arc<World>, name: String, over: watch::Receiver<bool>, answered: watch::Sender<usize>) {
    let mut device = world.signed_in(&name).await;
    for round in 0.. {
        if *over.borrow() {
            return;
        }
        device.refresh().await;
        answered.send_modify(|count| *count += 1);
        if round % 8 == 0 {
            let account = json!({ "username": format!("{name}-{round}"), "email": "", "password": PASSWORD });
            let answer = world.post("/api/register/", account).await;
            assert_eq!(answer.status, 201, "{answer:?}");
        }
    }
}

/// Keeps several users busy while `disturb` runs repeatedly, and waits for more responses after each time.
async fn nobody_fails_while(world: World, times: usize, mut disturb: impl AsyncFnMut(usize)) {
    let (world, over) = (Arc::new(world), watch::Sender::new(false));
    let (mut people, mut answers) = (JoinSet::new(), Vec::new());
    for number in 0..DEVICES {
        let (answered, count) = watch::channel(0);
        answers.push(count);
        people.spawn(keep_busy(world.clone(), format!("device{number}"), over.subscribe(), answered));
    }
    for time in 0..times {
        disturb(time).await;
        for count in &mut answers {
            let enough = *count.borrow() + 5;
            drop(eventually("a device is answered", count.wait_for(|count| *count >= enough)).await.expect("a device"));
        }
    }
    over.send_replace(true);
    people.join_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_during_a_restart_are_answered_after_it() {
    let cluster = Cluster::start(&["fsync=off"]);
    let world = World::at(cluster.database().await, settings()).await;
    let mut cluster = Some(cluster);
    nobody_fails_while(world, 4, async |_| {
        let mut restarting = cluster.take().expect("the server");
        let restarted = tokio::task::spawn_blocking(move || {
            restarting.tell("restart");
            restarting
        });
        cluster = Some(restarted.await.expect("the server is up again"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_survive_the_termination_of_their_database_sessions() {
    let cluster = Cluster::start(&["fsync=off"]);
    let world = World::at(cluster.database().await, settings()).await;
    let terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hallpass'";
    nobody_fails_while(world, 12, async |_| cluster.execute(terminate).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_isolation_level_of_the_database_is_not_inherited() {
    let cluster = Cluster::start(&["fsync=off"]);
    for level in ["repeatable read", "serializable"] {
        let database = cluster.database().await;
        let name = database.rsplit_once('/').and_then(|(_, name)| name.split_once('?')).expect("a database").0;
        cluster.execute(&format!("ALTER DATABASE {name} SET default_transaction_isolation = '{level}'")).await;
        let world = World::at(database, settings()).await;
        let ada = world.signed_in("ada").await;
        // All of them wait for the same row.
        for _ in 0..3 {
            let answers = futures::future::join_all((0..24).map(|_| ada.try_refresh())).await;
            assert!(answers.iter().all(|answer| answer.status == 200), "{level}: {answers:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_at_the_connection_limit_serves_with_the_connections_it_has() {
    let cluster = Cluster::start(&["fsync=off", "max_connections=20", "superuser_reserved_connections=0"]);
    let database = cluster.database().await;
    let world = World::at(database.clone(), settings()).await;
    let mut devices = Vec::new();
    for number in 0..24 {
        devices.push(world.signed_in(&format!("device{number}")).await);
    }
    let mut others = Vec::new();
    while let Ok(connection) = PgConnection::connect(&database).await {
        others.push(connection);
    }
    let answers = futures::future::join_all(devices.iter().map(Actor::try_refresh)).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
    drop(others);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_name_that_temporarily_leads_to_a_standby_is_retried() {
    let mut cluster = Cluster::start(&["fsync=off"]);
    let network = Network::to(cluster.port()).await;
    let database = behind(&network, &cluster.database().await, &cluster);
    let world = World::at(database.clone(), settings()).await;
    let mut ada = world.signed_in("ada").await;
    let standby = cluster.add_standby();
    network.lead_to(standby);
    let reached = network.accepted();
    let (answer, ()) = tokio::join!(ada.try_refresh(), async {
        until("the standby is asked", async || network.accepted() > reached + 2).await;
        network.lead_to(cluster.port());
    });
    assert_eq!(answer.status, 200, "{answer:?}");
    ada.refresh().await;
    world.sign_in("ada").await;
    let readiness = world.request("GET", "/readyz").send().await.expect("an answer");
    assert_eq!(readiness.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_does_not_start_on_a_standby() {
    let mut cluster = Cluster::start(&["fsync=off"]);
    let database = cluster.migrated_database().await;
    let standby = cluster.add_standby();
    let database = database.replace(&cluster.port().to_string(), &standby.to_string());
    let refused = hallpass_store::connect(&database.parse().expect("a URL")).await.err().expect("an error").to_string();
    assert!(refused.contains("is a standby"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_database_connections_are_replaced() {
    let cluster = Cluster::start(&["fsync=off"]);
    let network = Network::to(cluster.port()).await;
    let database = behind(&network, &cluster.database().await, &cluster);
    let brief = Timeouts { answer: Duration::from_secs(2), ..timeouts() };
    let world = World::at_within(database, settings(), brief).await;
    let mut devices = Vec::new();
    for number in 0..DEVICES {
        devices.push(world.signed_in(&format!("device{number}")).await);
    }
    for _ in 0..2 {
        // As many connections as there are devices.
        let answers = futures::future::join_all(devices.iter().map(Actor::try_refresh)).await;
        assert!(answers.iter().all(|answer| answer.status == 200), "{answers:?}");
        network.forget_connections();
        for device in &devices {
            until("the device is served", async || device.try_refresh().await.status == 200).await;
        }
        until("the server is ready", async || {
            world.request("GET", "/readyz").send().await.expect("an answer").status() == 200
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_answer_is_a_503_until_it_does() {
    let cluster = Cluster::start(&["fsync=off"]);
    let network = Network::to(cluster.port()).await;
    let database = behind(&network, &cluster.database().await, &cluster);
    let brief = Timeouts { answer: Duration::from_millis(500), ..timeouts() };
    let world = World::at_within(database, settings(), brief).await;
    world.user("ada").await;
    let ada = until_signed_in(&world).await;
    network.fall_silent();
    for path in ["/healthz", "/readyz"] {
        let answer = world.request("GET", path).send().await.expect("an answer");
        assert_eq!(answer.status(), 503, "{path}");
    }
    assert_eq!(ada.try_refresh().await.status, 503);
    let sign_in = world.post("/api/token/", json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!(sign_in.status, 503, "{sign_in:?}");
    network.speak_again();
    until("the server serves again", async || ada.try_refresh().await.status == 200).await;
}

async fn until_signed_in(world: &World) -> Actor<'_> {
    let account = json!({ "username": "ada", "password": PASSWORD });
    until("somebody can sign in", async || world.post("/api/token/", account.clone()).await.status == 200).await;
    world.sign_in("ada").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_listen_connection_is_replaced() {
    let cluster = Cluster::start(&["fsync=off"]);
    let network = Network::to(cluster.port()).await;
    let direct = cluster.database().await;
    let brief = Timeouts { answer: Duration::from_secs(2), ..timeouts() };
    let world = World::at(direct.clone(), settings()).await;
    let other = World::at_within(behind(&network, &direct, &cluster), settings(), brief).await;
    eventually("it listens", other.auth.wait_for_revocations()).await;
    let ada = world.signed_in("ada").await;
    assert!(other.auth.authenticate(&ada.access, &[TokenType::Access]).await.is_ok());
    network.forget_connections();
    eventually("it listens again", other.auth.wait_for_revocations()).await;
    world.auth.blacklist(&ada.refresh, Origin::default()).await.expect("an end");
    eventually("it is notified", other.auth.wait_for_revocations()).await;
    until("it reads the revocations", async || other.auth.follow_revocations().await.is_ok()).await;
    assert!(other.auth.authenticate(&ada.access, &[TokenType::Access]).await.is_err());
}
