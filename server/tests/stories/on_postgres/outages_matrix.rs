//! Every kind of PostgreSQL outage under load, with one server and with three: no response is wrong, no acknowledged
//! write is lost, no token gets two successors, and the server recovers without help.

use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinSet, time};

use crate::{
    actors::PASSWORD,
    cluster::Cluster,
    network::Network,
    patience::{eventually, until},
    process::{Device, Process, client, post, post_until_served},
};

/// Users who act without a pause.
const PEOPLE: usize = 6;

/// Duration of an outage without an end of its own: shorter than a server waits, longer than a probe.
const WHILE: Duration = Duration::from_secs(4);

/// The operations and their results.
#[derive(Default)]
struct Ledger {
    tried: AtomicUsize,
    acknowledged: AtomicUsize,
    unavailable: AtomicUsize,
    registered: Mutex<Vec<String>>,
    left: Mutex<Vec<Device>>,
}

impl Ledger {
    /// Records a response. Returns whether it acknowledges the request; any other response must be a server error,
    /// never a rejection.
    fn note(&self, what: &str, answer: reqwest::Result<(StatusCode, Value)>) -> Option<Value> {
        self.tried.fetch_add(1, Ordering::SeqCst);
        match answer {
            Ok((status, body)) if status.is_success() => {
                self.acknowledged.fetch_add(1, Ordering::SeqCst);
                Some(body)
            }
            Ok((status, body)) => {
                assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "a wrong answer to {what}: {body}");
                self.unavailable.fetch_add(1, Ordering::SeqCst);
                None
            }
            Err(error) => panic!("no answer to {what}: {error}"),
        }
    }
}

/// A user with a device, who uses one server after the other.
struct Person {
    name: String,
    device: Device,
    urls: Vec<String>,
    client: Client,
    ledger: Arc<Ledger>,
}

impl Person {
    /// Acts until the outage is over, and counts the renewals that were answered.
    async fn act(mut self, over: watch::Receiver<bool>, renewed: watch::Sender<usize>) -> Self {
        for round in 0.. {
            if *over.borrow() {
                break;
            }
            if self.renew(round).await {
                renewed.send_modify(|count| *count += 1);
            }
            match round % 12 {
                3 => self.register(round).await,
                9 => self.sign_in_and_out(round).await,
                _ => {}
            }
        }
        self
    }

    fn url(&self, round: usize) -> &str {
        &self.urls[round % self.urls.len()]
    }

    async fn ask(&self, round: usize, path: &str, body: Value) -> Option<Value> {
        self.ledger.note(path, post(&self.client, self.url(round), path, &body).await)
    }

    /// Sends the token twice at once, as two tabs do, to two servers if there are several.
    async fn renew(&mut self, round: usize) -> bool {
        let refresh = json!({ "refresh": self.device.refresh });
        let (first, second) = tokio::join!(
            self.ask(round, "/api/token/refresh/", refresh.clone()),
            self.ask(round + 1, "/api/token/refresh/", refresh.clone()),
        );
        if let (Some(first), Some(second)) = (&first, &second) {
            assert_eq!(first["refresh"], second["refresh"], "a token has two successors");
        }
        let Some(renewed) = first.or(second).as_ref().and_then(Device::read) else { return false };
        self.device = renewed;
        true
    }

    async fn register(&self, round: usize) {
        let name = format!("{}-{round}", self.name);
        let account = json!({ "username": name, "email": "", "password": PASSWORD });
        if self.ask(round, "/api/register/", account).await.is_some() {
            self.ledger.registered.lock().expect("no panic").push(name);
        }
    }

    async fn sign_in_and_out(&self, round: usize) {
        let account = json!({ "username": self.name, "password": PASSWORD });
        let Some(pair) = self.ask(round, "/api/token/", account).await else { return };
        let device = Device::read(&pair).expect("a pair");
        if self.ask(round, "/api/token/blacklist/", json!({ "refresh": device.refresh })).await.is_some() {
            self.ledger.left.lock().expect("no panic").push(device);
        }
    }
}

/// A kind of outage.
#[derive(Clone, Copy, Debug)]
enum Outage {
    Restart,
    Crash,
    TerminatedSessions,
    CancelledStatements,
    ForgottenConnections,
    Silence,
    ReadOnly,
    StandbyForAWhile,
    ConnectionLimit,
    IsolationLevel,
    Promotion,
}

/// The last one replaces the server.
const OUTAGES: [Outage; 11] = [
    Outage::Restart,
    Outage::Crash,
    Outage::TerminatedSessions,
    Outage::CancelledStatements,
    Outage::ForgottenConnections,
    Outage::Silence,
    Outage::ReadOnly,
    Outage::StandbyForAWhile,
    Outage::ConnectionLimit,
    Outage::IsolationLevel,
    Outage::Promotion,
];

/// A PostgreSQL server behind a network, with a synchronous standby.
struct Site {
    cluster: Option<Cluster>,
    network: Network,
    primary: u16,
    standby: u16,
}

impl Site {
    async fn new() -> Self {
        let mut cluster = Cluster::start(&["max_connections=100"]);
        let (primary, network) = (cluster.port(), Network::to(cluster.port()).await);
        let standby = cluster.add_standby();
        Self { cluster: Some(cluster), network, primary, standby }
    }

    fn cluster(&self) -> &Cluster {
        self.cluster.as_ref().expect("the server")
    }

    async fn tell(&mut self, words: &'static [&'static str]) {
        let mut cluster = self.cluster.take().expect("the server");
        let finished = tokio::task::spawn_blocking(move || {
            for word in words {
                cluster.tell(word);
            }
            cluster
        });
        self.cluster = Some(finished.await.expect("the server"));
    }

    async fn sessions(&self, function: &str) {
        for _ in 0..10 {
            let sql = format!("SELECT {function}(pid) FROM pg_stat_activity WHERE application_name = 'hallpass'");
            self.cluster().execute(&sql).await;
            time::sleep(WHILE / 40).await;
        }
    }

    async fn suffer(&mut self, outage: Outage) {
        match outage {
            Outage::Restart => self.tell(&["restart"]).await,
            Outage::Crash => self.tell(&["crash", "start"]).await,
            Outage::TerminatedSessions => self.sessions("pg_terminate_backend").await,
            Outage::CancelledStatements => self.sessions("pg_cancel_backend").await,
            Outage::ForgottenConnections => self.network.forget_connections(),
            Outage::Silence => {
                self.network.fall_silent();
                time::sleep(WHILE).await;
                self.network.speak_again();
            }
            Outage::ReadOnly => {
                self.cluster().set_read_only(true).await;
                time::sleep(WHILE / 4).await;
                self.cluster().set_read_only(false).await;
            }
            Outage::StandbyForAWhile => {
                self.network.lead_to(self.standby);
                time::sleep(WHILE).await;
                self.network.lead_to(self.primary);
            }
            Outage::ConnectionLimit => {
                let held = self.cluster().take_connections().await;
                self.sessions("pg_terminate_backend").await;
                drop(held);
            }
            Outage::IsolationLevel => {
                self.cluster().execute("ALTER SYSTEM SET default_transaction_isolation = 'serializable'").await;
                self.cluster().execute("SELECT pg_reload_conf()").await;
                self.sessions("pg_terminate_backend").await;
            }
            Outage::Promotion => {
                // From now on, acknowledged writes are on the standby too.
                self.cluster().execute("ALTER SYSTEM SET synchronous_standby_names = '*'").await;
                self.cluster().execute("SELECT pg_reload_conf()").await;
                self.cluster().wait_for_standby().await;
                self.tell(&["crash", "promote"]).await;
                self.network.lead_to(self.standby);
            }
        }
    }
}

fn server(folder: &Path, database: &str) -> Process {
    let key = "one key for all servers, of more than 32 bytes";
    Process::start(folder, &format!("export HALLPASS_DATABASE_URL='{database}' HALLPASS_SIGNING_KEY='{key}';"))
}

async fn everything_comes_back(servers: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut site = Site::new().await;
    let database = site.cluster().database().await;
    let database = database.replace(&site.primary.to_string(), &site.network.port.to_string());
    let servers: Vec<_> = (0..servers).map(|_| server(folder.path(), &database)).collect();
    let urls: Vec<_> = servers.iter().map(|server| server.url.clone()).collect();
    let (ledger, over) = (Arc::new(Ledger::default()), watch::Sender::new(false));
    let (mut people, mut renewals) = (JoinSet::new(), Vec::new());
    for number in 0..PEOPLE {
        let (name, client) = (format!("person{number}"), client());
        let device = Device::register(&client, &urls[0], &name).await;
        let (renewed, count) = watch::channel(0);
        renewals.push(count);
        let person = Person { name, device, urls: urls.clone(), client, ledger: ledger.clone() };
        people.spawn(person.act(over.subscribe(), renewed));
    }
    for outage in OUTAGES {
        let before = ledger.unavailable.load(Ordering::SeqCst);
        site.suffer(outage).await;
        for count in &mut renewals {
            let enough = *count.borrow() + 5;
            let renewed = eventually("renewals after the outage", count.wait_for(|count| *count >= enough)).await;
            drop(renewed.unwrap_or_else(|_| panic!("somebody got a wrong answer during {outage:?}")));
        }
        for server in &servers {
            until("the server is ready", async || server.probe("/readyz").await == StatusCode::OK).await;
        }
        println!("{outage:?}: {} answers were 503", ledger.unavailable.load(Ordering::SeqCst) - before);
    }
    over.send_replace(true);
    for person in people.join_all().await {
        check(&person, &urls).await;
    }
    let (registered, left) = check_ledger(&ledger, &urls).await;
    println!(
        "{} servers, {} outages: {} operations, {} acknowledged, {} were 503; {registered} registrations and {left} sign-outs kept",
        urls.len(),
        OUTAGES.len(),
        ledger.tried.load(Ordering::SeqCst),
        ledger.acknowledged.load(Ordering::SeqCst),
        ledger.unavailable.load(Ordering::SeqCst),
    );
    assert!(servers.into_iter().all(Process::stop), "they exit with success");
}

/// Asserts that each user's last pair is valid.
async fn check(person: &Person, urls: &[String]) {
    for url in urls {
        let mut device = person.device.clone();
        assert_eq!(device.me(&person.client, url).await, StatusCode::OK, "{} is out", person.name);
        assert_eq!(device.renew_until_served(&person.client, url).await, StatusCode::OK, "{} is out", person.name);
    }
}

/// Asserts that registered users can sign in, and that sign-outs are in effect.
async fn check_ledger(ledger: &Ledger, urls: &[String]) -> (usize, usize) {
    let client = client();
    let registered = ledger.registered.lock().expect("no panic").clone();
    for name in &registered {
        let account = json!({ "username": name, "password": PASSWORD });
        let (status, body) = post_until_served(&client, &urls[0], "/api/token/", &account).await;
        assert_eq!(status, StatusCode::OK, "the registration of {name} is lost: {body}");
    }
    let left = ledger.left.lock().expect("no panic").clone();
    for device in &left {
        for url in urls {
            until("the sign-out is known", async || device.me(&client, url).await == StatusCode::UNAUTHORIZED).await;
        }
        let status = device.clone().renew_until_served(&client, &urls[0]).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "a sign-out is lost");
    }
    (registered.len(), left.len())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_server_recovers_from_every_outage_and_loses_nothing() {
    everything_comes_back(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_servers_recover_from_every_outage_and_lose_nothing() {
    everything_comes_back(3).await;
}
