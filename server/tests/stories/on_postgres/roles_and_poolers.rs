//! Restricted PostgreSQL roles and connection poolers.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

use reqwest::StatusCode;
use tokio::task::JoinSet;

use crate::{
    actors::{World, settings},
    cluster::Cluster,
    command_line::said,
    patience::until,
    process::{Device, Process, client},
};

fn name_of(database: &str) -> &str {
    database.rsplit_once('/').and_then(|(_, name)| name.split_once('?')).expect("a database").0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_starts_and_serves_with_a_role_that_may_only_read_and_write_rows() {
    let cluster = Cluster::start(&["fsync=off"]);
    let database = cluster.migrated_database().await;
    cluster.execute("CREATE ROLE server LOGIN").await;
    let grants = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO server;
        REVOKE CREATE ON SCHEMA public FROM PUBLIC";
    cluster.execute_in(name_of(&database), grants).await;
    let world = World::at(database.replace("//hallpass@", "//server@"), settings()).await;
    let mut ada = world.signed_in("ada").await;
    ada.refresh().await;
    assert_eq!(ada.blacklist().await.status, 200);
    assert_eq!(world.request("GET", "/readyz").send().await.expect("an answer").status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_migrate_one_database_concurrently_all_start() {
    let cluster = Cluster::start(&["fsync=off"]);
    let database = cluster.database().await;
    let database = database.parse().expect("a database URL");
    let starting = (0..8).map(|_| hallpass_store::connect(&database));
    for started in futures::future::join_all(starting).await {
        started.map(drop).expect("a start");
    }
}

/// `PgBouncer` in front of a cluster, in a pooling mode.
struct Pooler {
    child: Child,
    port: u16,
}

impl Pooler {
    fn start(folder: &Path, cluster: &Cluster, mode: &str) -> Self {
        // PgBouncer runs as another user, which must read these files.
        Command::new("chmod").arg("755").arg(folder).status().expect("chmod");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let (configuration, users) = (folder.join("pgbouncer.ini"), folder.join("users.txt"));
        fs::write(&users, "\"hallpass\" \"\"\n").expect("a file");
        let text = format!(
            "[databases]\n* = host=127.0.0.1 port={}\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port={port}\n\
             unix_socket_dir=\nauth_type=trust\nauth_file={}\npool_mode={mode}\ndefault_pool_size=4\n",
            cluster.port(),
            users.display(),
        );
        fs::write(&configuration, text).expect("a file");
        // PgBouncer refuses to run as root.
        let run = "PATH=$PATH:/usr/sbin; test \"$(id -u)\" != 0 || set -- --user=nobody; exec pgbouncer \"$@\" \"$0\"";
        let mut command = Command::new("sh");
        command.args(["-c", run]).arg(&configuration).stderr(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().expect("a shell");
        let log = BufReader::new(child.stderr.take().expect("its log"));
        let mut lines = log.lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("process up")), "it starts");
        std::thread::spawn(move || lines.count());
        Self { child, port }
    }

    /// The URL of a database of the cluster, through the pooler.
    fn url(&self, cluster: &Cluster, database: &str) -> String {
        database.replace(&cluster.port().to_string(), &self.port.to_string())
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

async fn serves_behind_a_pooler(mode: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let cluster = Cluster::start(&["fsync=off"]);
    let pooler = Pooler::start(folder.path(), &cluster, mode);
    let database = pooler.url(&cluster, &cluster.database().await);
    let key = "one key for all servers, of more than 32 bytes";
    let prelude = format!("export HALLPASS_DATABASE_URL='{database}' HALLPASS_SIGNING_KEY='{key}';");
    // They migrate at the same time.
    let starting: Vec<_> = (0..3)
        .map(|_| {
            let (folder, prelude) = (folder.path().to_owned(), prelude.clone());
            std::thread::spawn(move || Process::start(&folder, &prelude))
        })
        .collect();
    let servers: Vec<_> = starting.into_iter().map(|server| server.join().expect("a server")).collect();
    let client = client();
    let mut devices = JoinSet::new();
    for number in 0..12 {
        let (client, urls) = (client.clone(), servers.iter().map(|server| server.url.clone()).collect::<Vec<_>>());
        devices.spawn(async move {
            let mut device = Device::register(&client, &urls[0], &format!("device{number}")).await;
            for url in urls.iter().cycle().take(12) {
                assert_eq!(device.renew(&client, url).await.expect("an answer"), StatusCode::OK);
            }
            assert_eq!(device.leave(&client, &urls[1]).await, StatusCode::OK);
            device
        });
    }
    for device in devices.join_all().await {
        for server in &servers {
            let is_out = async || device.me(&client, &server.url).await == StatusCode::UNAUTHORIZED;
            until("the server has read the revocation", is_out).await;
        }
    }
    assert!(servers.into_iter().all(Process::stop), "they exit with success");
    // Nothing is left behind that prevents the next start.
    assert!(Process::start(folder.path(), &prelude).stop());
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_start_and_serve_behind_a_pooler_in_transaction_mode() {
    serves_behind_a_pooler("transaction").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_start_and_serve_behind_a_pooler_in_session_mode() {
    serves_behind_a_pooler("session").await;
}

/// The output of `hallpass doctor` on a database. The command must succeed.
fn doctor(folder: &Path, database: &str) -> String {
    let key = "one key for all servers, of more than 32 bytes";
    let mut command = Command::new(env!("CARGO_BIN_EXE_hallpass"));
    command.arg("doctor").current_dir(folder).env_clear();
    let settings =
        [("HALLPASS_LISTEN", "127.0.0.1:0"), ("HALLPASS_DATABASE_URL", database), ("HALLPASS_SIGNING_KEY", key)];
    let output = command.envs(settings).output().expect("the binary");
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

/// A doctor behind a pooler reads others' writes, changes nothing, and can run repeatedly.
async fn doctor_reads_behind_a_pooler(mode: &str) {
    // With fsync, which the doctor checks.
    let (folder, cluster) = (tempfile::tempdir().expect("a folder"), Cluster::start(&[]));
    let pooler = Pooler::start(folder.path(), &cluster, mode);
    let (empty, migrated) = (cluster.database().await, cluster.migrated_database().await);
    let forgotten = "DELETE FROM _sqlx_migrations WHERE description = 'application id'";
    for _ in 0..3 {
        assert!(doctor(folder.path(), &pooler.url(&cluster, &empty)).contains("has no tables yet"));
        let current = doctor(folder.path(), &pooler.url(&cluster, &migrated));
        assert!(current.contains("opens and answers.") && current.contains("durability"), "{current}");
    }
    cluster.execute_in(name_of(&migrated), forgotten).await;
    for _ in 0..3 {
        let outdated = doctor(folder.path(), &pooler.url(&cluster, &migrated));
        assert!(outdated.contains("Pending migrations: 1."), "{outdated}");
    }
    // No session of the server is left in a transaction.
    for database in [&empty, &migrated] {
        let idle = format!(
            "DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM pg_stat_activity
                WHERE datname = '{}' AND state LIKE 'idle in transaction%'); END $$",
            name_of(database)
        );
        cluster.execute(&idle).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_reads_behind_a_pooler_in_transaction_mode() {
    doctor_reads_behind_a_pooler("transaction").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctor_reads_behind_a_pooler_in_session_mode() {
    doctor_reads_behind_a_pooler("session").await;
}
