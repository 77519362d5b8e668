//! A PostgreSQL server of one's own, which can be made to fall.

use std::{
    io::{BufRead, BufReader, Lines, Write},
    net::TcpListener,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

use sqlx::{Connection, PgConnection};

/// Where the stories are told: `postgres`, or otherwise files.
const WHERE: &str = "HALLPASS_STORIES_ON";

/// The one that all stories share when they are told on PostgreSQL. What a machine that loses power would
/// lose does not matter to it.
pub(crate) fn shared() -> Option<&'static Cluster> {
    static SHARED: LazyLock<Option<Cluster>> = LazyLock::new(|| {
        let is_wanted = std::env::var(WHERE).is_ok_and(|place| place == "postgres");
        is_wanted.then(|| Cluster::start(&["fsync=off", "synchronous_commit=off", "max_connections=500"]))
    });
    SHARED.as_ref()
}

/// A running server. It goes when this goes, whatever becomes of the process.
pub(crate) struct Cluster {
    port: u16,
    child: Child,
    words: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
    databases: AtomicU32,
}

impl Cluster {
    pub(crate) fn start(settings: &[&str]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let mut child = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stories/cluster.sh"))
            .arg(port.to_string())
            .args(settings)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let answers = BufReader::new(child.stdout.take().expect("its output")).lines();
        let words = child.stdin.take();
        let mut cluster = Self { port, child, words, answers, databases: AtomicU32::new(0) };
        cluster.wait();
        cluster
    }

    /// Makes a new, empty database. Answers its address.
    pub(crate) async fn database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::SeqCst);
        let mut connection = PgConnection::connect(&self.url("postgres")).await.expect("the server");
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE story{number}"));
        sqlx::query(create).execute(&mut connection).await.expect("a database");
        self.url(&format!("story{number}"))
    }

    /// Has a setting of the whole server changed, and taken up soon by all who are connected.
    pub(crate) async fn tell_sql(&self, statement: &'static str) {
        let mut connection = PgConnection::connect(&self.url("postgres")).await.expect("the server");
        for statement in ["SET default_transaction_read_only = off", statement, "SELECT pg_reload_conf()"] {
            sqlx::query(statement).execute(&mut connection).await.expect("good SQL");
        }
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://hallpass@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// Tells it something (see `cluster.sh`), and waits until it is done.
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

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.words.take());
        drop(self.child.wait());
    }
}
