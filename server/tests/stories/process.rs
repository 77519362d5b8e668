//! The real process, in a folder of its own, as it is started, killed and started again.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::actors::PASSWORD;

/// A running server.
pub(crate) struct Process {
    child: Child,
    pub(crate) url: String,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Process {
    /// Starts the server on the database in `folder`, as a shell would after `prelude`.
    pub(crate) fn start(folder: &Path, prelude: &str) -> Self {
        let mut child = Command::new("sh")
            .args(["-c", &format!("{prelude} exec \"$0\" serve"), env!("CARGO_BIN_EXE_hallpass")])
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HALLPASS_LISTEN", "127.0.0.1:0")
            .env("HALLPASS_LIMITS", "off")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary");
        let log = Arc::new(Mutex::new(String::new()));
        let mut lines = {
            let (log, lines) = (log.clone(), BufReader::new(child.stderr.take().expect("the log")).lines());
            lines.map_while(Result::ok).inspect(move |line| {
                let mut log = log.lock().expect("no panic");
                log.push_str(line);
                log.push('\n');
            })
        };
        let url = lines.find_map(|line| address(&line, "serving http://")).expect("an address");
        // Whoever is not read stops writing at some time.
        let reader = thread::spawn(move || lines.for_each(drop));
        Self { child, url, log, reader: Some(reader) }
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no panic").clone()
    }

    /// Where its metrics are.
    pub(crate) fn metrics_url(&self) -> String {
        let address = self.log().lines().find_map(|line| address(line, "metrics at http://"));
        format!("{}/metrics", address.expect("an address of the metrics"))
    }

    /// Tells it to stop, and does not wait.
    pub(crate) fn tell_to_stop(&self) {
        assert!(run("kill", &["-TERM", &self.id()]), "a process to ask");
    }

    /// Asks it to stop, and answers all that it logged.
    pub(crate) fn stop_and_read(mut self) -> String {
        self.tell_to_stop();
        assert!(self.child.wait().expect("an end").success(), "it stops in good order");
        self.reader.take().expect("a reader").join().expect("no panic");
        self.log()
    }

    /// `kill -9`, and gone.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a process to kill");
        self.child.wait().expect("an end");
    }

    /// Asks it to stop, and answers whether it did so in good order.
    pub(crate) fn stop(mut self) -> bool {
        self.tell_to_stop();
        self.child.wait().expect("an end").success()
    }

    /// How large a file it may write, bytes.
    pub(crate) fn limit_files(&self, bytes: &str) {
        assert!(run("prlimit", &["--pid", &self.id(), &format!("--fsize={bytes}:")]), "a limit");
    }

    fn id(&self) -> String {
        self.child.id().to_string()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has gone already where the story went well.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn address(line: &str, before: &str) -> Option<String> {
    let rest = line.split_once(before)?.1;
    let address = rest.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == ':')).next()?;
    Some(format!("http://{address}"))
}

fn run(program: &str, arguments: &[&str]) -> bool {
    Command::new(program).args(arguments).status().is_ok_and(|status| status.success())
}

/// Somebody with a pair of tokens, who speaks REST.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Device {
    /// Makes an account and its first pair.
    pub(crate) async fn register(client: &Client, url: &str, username: &str) -> Self {
        let account = json!({"username": username, "email": "", "password": PASSWORD});
        let (status, body) = post(client, url, "/api/register/", &account).await.expect("an answer");
        assert_eq!(status, StatusCode::CREATED, "{body}");
        Self::sign_in(client, url, username).await
    }

    /// A pair more for an account.
    pub(crate) async fn sign_in(client: &Client, url: &str, username: &str) -> Self {
        let account = json!({"username": username, "password": PASSWORD});
        let (_, body) = post(client, url, "/api/token/", &account).await.expect("an answer");
        Self::read(&body).expect("a pair")
    }

    /// Renews the pair. `Err` when there was no answer.
    pub(crate) async fn renew(&mut self, client: &Client, url: &str) -> reqwest::Result<StatusCode> {
        let (status, body) = post(client, url, "/api/token/refresh/", &json!({"refresh": self.refresh})).await?;
        if let Some(renewed) = Self::read(&body) {
            *self = renewed;
        }
        Ok(status)
    }

    fn read(body: &Value) -> Option<Self> {
        let token = |name: &str| Some(body.get(name)?.as_str()?.to_owned());
        Some(Self { access: token("access")?, refresh: token("refresh")? })
    }

    /// What the access token opens.
    pub(crate) async fn me(&self, client: &Client, url: &str) -> StatusCode {
        client.get(format!("{url}/api/me/")).bearer_auth(&self.access).send().await.expect("an answer").status()
    }

    /// Signs out.
    pub(crate) async fn leave(&self, client: &Client, url: &str) -> StatusCode {
        post(client, url, "/api/token/blacklist/", &json!({"refresh": self.refresh})).await.expect("an answer").0
    }
}

async fn post(client: &Client, url: &str, path: &str, body: &Value) -> reqwest::Result<(StatusCode, Value)> {
    let response = client.post(format!("{url}{path}")).json(body).send().await?;
    let status = response.status();
    Ok((status, response.json().await.unwrap_or_default()))
}
