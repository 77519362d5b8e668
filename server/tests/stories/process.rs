//! The real process in its own folder: started, killed and restarted.

use std::{
    io::{BufRead, BufReader, Lines},
    path::Path,
    process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, mpsc},
    thread::{self, JoinHandle},
};

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::{
    actors::PASSWORD,
    patience::{PATIENCE, eventually, until},
};

/// A running server. Its access tokens outlive every story.
pub(crate) struct Process {
    child: Child,
    pub(crate) url: String,
    log: Arc<Log>,
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
            .env("HALLPASS_ACCESS_TOKEN_LIFETIME", "1d")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary");
        let log = Arc::<Log>::default();
        let lines = BufReader::new(child.stderr.take().expect("the log")).lines();
        let reader = {
            let log = log.clone();
            thread::spawn(move || log.write(lines))
        };
        let url = log.find("serving http://");
        Self { child, url, log, reader: Some(reader) }
    }

    /// Waits for a log line with this text.
    pub(crate) fn wait_for_log(&self, text: &str) {
        self.log.wait_for(text, |line| line.contains(text).then_some(()));
    }

    /// Stops reading the log, like a collector that hangs.
    pub(crate) fn stop_reading(&self) {
        self.log.set_reading(false);
    }

    /// Reads the log again.
    pub(crate) fn read_again(&self) {
        self.log.set_reading(true);
    }

    /// Waits for the process's end without reading its log.
    pub(crate) async fn wait_for_end_unread(mut self) {
        until("the process has ended", async || self.child.try_wait().expect("a process to ask").is_some()).await;
    }

    /// The URL of the metrics.
    pub(crate) fn metrics_url(&self) -> String {
        format!("{}/metrics", self.log.find("metrics at http://"))
    }

    /// The status of one of the server's own endpoints.
    pub(crate) async fn probe(&self, path: &str) -> StatusCode {
        client().get(format!("{}{path}", self.url)).send().await.expect("an answer").status()
    }

    /// Sends the stop signal without waiting.
    pub(crate) fn tell_to_stop(&self) {
        assert!(run("kill", &["-TERM", &self.id()]), "a process to ask");
    }

    /// Stops the process and returns its log.
    pub(crate) fn stop_and_read(mut self) -> String {
        self.tell_to_stop();
        assert!(self.wait().success(), "it exits with success");
        self.reader.take().expect("a reader").join().expect("no panic");
        self.log.written.lock().expect("no panic").text.clone()
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a process to kill");
        self.wait();
    }

    /// Stops the process and returns whether it exited with success.
    pub(crate) fn stop(mut self) -> bool {
        self.tell_to_stop();
        self.wait().success()
    }

    fn wait(&mut self) -> ExitStatus {
        // The log ends with the process, which holds the other end of the pipe.
        self.log.wait_for_end();
        self.child.wait().expect("an end")
    }

    /// Limits the size of the files it may write, bytes.
    pub(crate) fn limit_files(&self, bytes: &str) {
        assert!(run("prlimit", &["--pid", &self.id(), &format!("--fsize={bytes}:")]), "a limit");
    }

    fn id(&self) -> String {
        self.child.id().to_string()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It has already ended if the story succeeded.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The log of a process so far.
#[derive(Default)]
struct Log {
    written: Mutex<Written>,
    changed: Condvar,
}

#[derive(Default)]
struct Written {
    text: String,
    has_ended: bool,
    is_unread: bool,
}

impl Log {
    fn write(&self, lines: Lines<BufReader<ChildStderr>>) {
        for line in lines.map_while(Result::ok) {
            let mut written = self.written.lock().expect("no panic");
            written.text.push_str(&line);
            written.text.push('\n');
            self.changed.notify_all();
            drop(self.changed.wait_while(written, |written| written.is_unread).expect("no panic"));
        }
        self.written.lock().expect("no panic").has_ended = true;
        self.changed.notify_all();
    }

    fn set_reading(&self, is_read: bool) {
        self.written.lock().expect("no panic").is_unread = !is_read;
        self.changed.notify_all();
    }

    /// The URL behind this text, in the first line that has it.
    fn find(&self, before: &str) -> String {
        self.wait_for(before, |line| address(line, before))
    }

    fn wait_for<T>(&self, what: &str, find: impl Fn(&str) -> Option<T>) -> T {
        let found = |written: &Written| written.text.lines().find_map(&find);
        let written = self.wait_while(|written| found(written).is_none() && !written.has_ended);
        found(&written).unwrap_or_else(|| panic!("no line with {what} in the log: {}", written.text))
    }

    fn wait_for_end(&self) {
        let written = self.wait_while(|written| !written.has_ended);
        assert!(written.has_ended, "the process is still running: {}", written.text);
    }

    fn wait_while(&self, is_so: impl Fn(&Written) -> bool) -> MutexGuard<'_, Written> {
        let written = self.written.lock().expect("no panic");
        self.changed.wait_timeout_while(written, PATIENCE, |written| is_so(written)).expect("no panic").0
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

/// Waits for the end of a command and returns its output.
pub(crate) fn output_of(child: Child) -> Output {
    let (id, (ended, output)) = (child.id().to_string(), mpsc::channel());
    thread::spawn(move || ended.send(child.wait_with_output()));
    let output = output.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        run("kill", &["-9", &id]);
        panic!("the command goes on after {PATIENCE:?}")
    });
    output.expect("an end")
}

/// An HTTP client without short timeouts.
pub(crate) fn client() -> Client {
    Client::builder().timeout(PATIENCE).build().expect("a client")
}

/// The holder of a pair, who uses the REST API.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl Device {
    /// Creates an account and its first pair.
    pub(crate) async fn register(client: &Client, url: &str, username: &str) -> Self {
        let account = json!({"username": username, "email": "", "password": PASSWORD});
        let (status, body) = post_until_served(client, url, "/api/register/", &account).await;
        assert_eq!(status, StatusCode::CREATED, "{body}");
        Self::sign_in(client, url, username).await
    }

    /// Opens another session of an account.
    pub(crate) async fn sign_in(client: &Client, url: &str, username: &str) -> Self {
        let account = json!({"username": username, "password": PASSWORD});
        let (_, body) = post_until_served(client, url, "/api/token/", &account).await;
        Self::read(&body).expect("a pair")
    }

    /// Renews the pair. `Err` without a response.
    pub(crate) async fn renew(&mut self, client: &Client, url: &str) -> reqwest::Result<StatusCode> {
        let (status, body) = post(client, url, "/api/token/refresh/", &json!({"refresh": self.refresh})).await?;
        if let Some(renewed) = Self::read(&body) {
            *self = renewed;
        }
        Ok(status)
    }

    /// Renews the pair, and retries temporary server errors.
    pub(crate) async fn renew_until_served(&mut self, client: &Client, url: &str) -> StatusCode {
        let refresh = json!({"refresh": self.refresh});
        let (status, body) = post_until_served(client, url, "/api/token/refresh/", &refresh).await;
        if let Some(renewed) = Self::read(&body) {
            *self = renewed;
        }
        status
    }

    pub(crate) fn read(body: &Value) -> Option<Self> {
        let token = |name: &str| Some(body.get(name)?.as_str()?.to_owned());
        Some(Self { access: token("access")?, refresh: token("refresh")? })
    }

    /// The status of a request with the access token.
    pub(crate) async fn me(&self, client: &Client, url: &str) -> StatusCode {
        client.get(format!("{url}/api/me/")).bearer_auth(&self.access).send().await.expect("an answer").status()
    }

    /// Signs out.
    pub(crate) async fn leave(&self, client: &Client, url: &str) -> StatusCode {
        post(client, url, "/api/token/blacklist/", &json!({"refresh": self.refresh})).await.expect("an answer").0
    }
}

/// Posts until the response is not a 503: a lock or a connection that another process holds for longer than a server
/// waits does not fail the story.
pub(crate) async fn post_until_served(client: &Client, url: &str, path: &str, body: &Value) -> (StatusCode, Value) {
    let served = async {
        loop {
            let answer = post(client, url, path, body).await.expect("an answer");
            if answer.0 != StatusCode::SERVICE_UNAVAILABLE {
                return answer;
            }
        }
    };
    eventually("the server answers", served).await
}

pub(crate) async fn post(client: &Client, url: &str, path: &str, body: &Value) -> reqwest::Result<(StatusCode, Value)> {
    let response = client.post(format!("{url}{path}")).json(body).send().await?;
    let status = response.status();
    Ok((status, response.json().await.unwrap_or_default()))
}
