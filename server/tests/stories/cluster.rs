//! A PostgreSQL server for a story, which can be made to fail.

use std::{
    io::{BufRead, BufReader, Lines, Write},
    net::TcpListener,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::sync::OnceCell;

use crate::patience::until;

/// The database that the stories run on: `postgres`, otherwise SQLite.
const WHERE: &str = "HALLPASS_STORIES_ON";

/// The template database.
const TEMPLATE: &str = "migrated";

/// The cluster that all stories share on PostgreSQL. Runs without fsync: its data need not survive a power failure.
pub(crate) fn shared() -> Option<&'static Cluster> {
    static SHARED: LazyLock<Option<Cluster>> = LazyLock::new(|| {
        let is_wanted = std::env::var(WHERE).is_ok_and(|place| place == "postgres");
        is_wanted.then(|| Cluster::start(&["fsync=off", "synchronous_commit=off", "max_connections=500"]))
    });
    SHARED.as_ref()
}

/// A running server. Stopped on drop, or when the process ends in any way.
pub(crate) struct Cluster {
    port: u16,
    child: Child,
    words: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
    databases: AtomicU32,
    template: OnceCell<()>,
}

impl Cluster {
    pub(crate) fn start(settings: &[&str]) -> Self {
        let port = free_port();
        let mut child = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stories/cluster.sh"))
            .arg(port.to_string())
            .args(settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let answers = BufReader::new(child.stdout.take().expect("its output")).lines();
        let words = child.stdin.take();
        let mut cluster = Self { port, child, words, answers, databases: AtomicU32::new(0), template: OnceCell::new() };
        cluster.wait();
        cluster
    }

    /// Creates an empty database. Returns its URL.
    pub(crate) async fn database(&self) -> String {
        self.create("template1").await
    }

    /// Creates a database with all tables and no rows, as a copy of one that was migrated once. Returns its URL.
    pub(crate) async fn migrated_database(&self) -> String {
        self.template.get_or_init(|| self.migrate_template()).await;
        self.create(TEMPLATE).await
    }

    async fn create(&self, template: &str) -> String {
        let number = self.databases.fetch_add(1, Ordering::SeqCst);
        let create = AssertSqlSafe(format!("CREATE DATABASE story{number} TEMPLATE {template}"));
        self.connect().await.execute(create).await.expect("a database");
        self.url(&format!("story{number}"))
    }

    async fn migrate_template(&self) {
        let mut connection = self.connect().await;
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {TEMPLATE}"))).await.expect("a database");
        drop(hallpass_store::connect(&self.url(TEMPLATE).parse().expect("a URL")).await.expect("the tables"));
        // PostgreSQL copies a database only while nobody is connected to it.
        let close = AssertSqlSafe(format!("ALTER DATABASE {TEMPLATE} ALLOW_CONNECTIONS false"));
        connection.execute(close).await.expect("no new connections");
        until("nobody is connected to the template", async || {
            let disconnect = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
            let connected = sqlx::query(disconnect).bind(TEMPLATE).fetch_all(&mut connection).await;
            connected.expect("the connections").is_empty()
        })
        .await;
    }

    /// Sets `default_transaction_read_only`. Every later statement of every connection obeys.
    pub(crate) async fn set_read_only(&self, is_read_only: bool) {
        let (value, mut connection) = (if is_read_only { "on" } else { "off" }, self.connect().await);
        let alter = AssertSqlSafe(format!("ALTER SYSTEM SET default_transaction_read_only = {value}"));
        connection.execute("SET default_transaction_read_only = off").await.expect("good SQL");
        connection.execute(alter).await.expect("good SQL");
        connection.execute("SELECT pg_reload_conf()").await.expect("good SQL");
        // The server signals its processes before it starts the next one with the new value, and each of them reloads
        // the file before its next statement.
        until("the server has read its configuration again", async || {
            let shown = sqlx::query_scalar::<_, String>("SHOW default_transaction_read_only");
            shown.fetch_one(&mut self.connect().await).await.expect("a value") == value
        })
        .await;
    }

    /// The number of deadlocks of one database in the server's log.
    pub(crate) async fn deadlocks(&self, url: &str) -> usize {
        let log = "SELECT pg_read_file(current_setting('unix_socket_directories') || '/log')";
        let log: String = sqlx::query_scalar(log).fetch_one(&mut self.connect().await).await.expect("the log");
        let (_, rest) = url.rsplit_once('/').expect("a database");
        let database = format!(":{}:", rest.split('?').next().unwrap_or(rest));
        log.lines().filter(|line| line.contains(&database) && line.contains("deadlock detected")).count()
    }

    /// The server's port.
    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// Creates a hot standby of the server. Returns its port.
    pub(crate) fn add_standby(&mut self) -> u16 {
        let port = free_port();
        self.tell(&format!("standby {port}"));
        port
    }

    /// Runs SQL as the superuser.
    pub(crate) async fn execute(&self, sql: &str) {
        self.execute_in("postgres", sql).await;
    }

    /// The same in a database.
    pub(crate) async fn execute_in(&self, database: &str, sql: &str) {
        let mut connection = PgConnection::connect(&self.url(database)).await.expect("the server");
        connection.execute(AssertSqlSafe(sql.to_owned())).await.expect("good SQL");
    }

    /// Opens connections until the server has none left.
    pub(crate) async fn take_connections(&self) -> Vec<PgConnection> {
        let mut taken = Vec::new();
        while let Ok(connection) = PgConnection::connect(&self.url("postgres")).await {
            taken.push(connection);
        }
        // Leave one for the test and one for the server under test, which cannot serve without any.
        taken.truncate(taken.len().saturating_sub(3));
        taken
    }

    /// Makes commits wait for the standby.
    pub(crate) async fn wait_for_standby(&self) {
        let is_synchronous = "SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync')";
        until("the standby is synchronous", async || {
            sqlx::query_scalar(is_synchronous).fetch_one(&mut self.connect().await).await.expect("an answer")
        })
        .await;
    }

    async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.url("postgres")).await.expect("the server")
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://hallpass@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// Runs a command of `cluster.sh` and waits until it is done.
    pub(crate) fn tell(&mut self, word: &str) {
        let words = self.words.as_mut().expect("its input");
        writeln!(words, "{word}").expect("a listening server");
        self.wait();
    }

    fn wait(&mut self) {
        let answer = self.answers.next().expect("an answer").expect("text");
        assert_eq!(answer, "done");
    }
}

fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    free.local_addr().expect("an address").port()
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.words.take());
        drop(self.child.wait());
    }
}
