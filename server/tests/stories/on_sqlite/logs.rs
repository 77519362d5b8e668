//! The log: never contains secrets, and no request can forge its lines.

use std::{collections::BTreeSet, path::Path};

use futures::future::join_all;
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use sqlx::{Executor, Row, SqliteConnection};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    actors::PASSWORD,
    patience::until,
    process::{Device, Process, client},
    sqlite,
};

const KEY: &str = "Zk3vQ8-this-key-signs-what-a-story-about-logs-needs-Wt71";
const CLIENT_SECRET: &str = "5b0fd3a1c4e7429f8d6a1b2c3d4e5f60";
const NEXT_PASSWORD: &str = "seven copper lanterns drift upstream";
const WRONG_PASSWORD: &str = "a guess that somebody typed by mistake";
const FORMATS: [&str; 2] = ["text", "json"];

/// A server at the most verbose log level.
fn talkative(folder: &Path, format: &str) -> Process {
    let clients = format!("{{gateway = {{secret = \"{CLIENT_SECRET}\"}}}}");
    let prelude = format!(
        "export RUST_LOG=trace HALLPASS_LOG_FORMAT={format} HALLPASS_SIGNING_KEY={KEY} HALLPASS_CLIENTS='{clients}';"
    );
    Process::start(folder, &prelude)
}

async fn database(folder: &Path) -> SqliteConnection {
    sqlite::connect(&sqlite::url(&folder.join("hallpass.db"))).await.expect("the database")
}

async fn hashes(folder: &Path) -> Vec<String> {
    let rows = database(folder).await.fetch_all("SELECT password FROM users").await.expect("users");
    rows.iter().map(|row| row.get("password")).collect()
}

async fn send(request: RequestBuilder) -> Response {
    request.send().await.expect("an answer")
}

/// Sends secrets in every way, valid and invalid. Returns all of them.
async fn tell_secrets(process: &Process, folder: &Path) -> BTreeSet<String> {
    let (client, url) = (client(), &process.url);
    let post = |path: &str| client.post(format!("{url}{path}"));
    let mut ada = Device::register(&client, url, "ada").await;
    let mut tokens = vec![ada.access.clone(), ada.refresh.clone()];
    for _ in 0..2 {
        let spent = ada.clone();
        ada.renew(&client, url).await.expect("an answer");
        spent.clone().renew(&client, url).await.expect("an answer");
        tokens.extend([ada.access.clone(), ada.refresh.clone()]);
    }
    ada.me(&client, url).await;
    for password in [WRONG_PASSWORD, PASSWORD] {
        send(post("/api/token/").form(&[("username", "ada"), ("password", password)])).await;
        send(post("/rpc/session/obtain").json(&json!({ "credentials": { "username": "ada", "password": password } })))
            .await;
    }
    let sliding = send(post("/api/token/sliding/").json(&json!({ "username": "ada", "password": PASSWORD }))).await;
    let sliding: Value = sliding.json().await.expect("a sliding token");
    tokens.push(sliding["token"].as_str().expect("a token").to_owned());

    // Careless error messages quote malformed values.
    for token in [ada.access.as_str(), &ada.refresh, &ada.access[1..], &format!("{}x", ada.refresh)] {
        send(client.get(format!("{url}/api/me/?token={token}")).bearer_auth(token)).await;
        send(client.get(format!("{url}/api/me/")).header("authorization", format!("Bearer {token} {token}"))).await;
        send(client.get(format!("{url}/sign-in?next={token}")).header("cookie", format!("token={token}"))).await;
        send(post("/api/token/verify/").json(&json!({ "token": token }))).await;
        send(post("/api/token/refresh/").json(&json!({ "refresh": [token] }))).await;
        send(post("/rpc/session/refresh").json(&json!({ "refresh": { "token": token } }))).await;
        for path in ["/oauth/introspect", "/oauth/revoke"] {
            send(post(path).basic_auth("gateway", Some(CLIENT_SECRET)).form(&[("token", token), ("x", "y")])).await;
        }
    }
    for body in [
        format!("{{\"username\":\"ada\",\"password\":\"{PASSWORD}\""),
        format!("{{\"username\":\"ada\",\"password\":[\"{PASSWORD}\"]}}"),
        format!("\"{PASSWORD}\""),
        PASSWORD.to_owned(),
    ] {
        for (path, kind) in [
            ("/api/token/", "application/json"),
            ("/api/token/", "multipart/form-data; boundary=x"),
            ("/api/register/", "application/json"),
            ("/rpc/session/register", "application/json"),
            ("/api/token/", "text/plain"),
        ] {
            send(post(path).header("content-type", kind).body(body.clone())).await;
        }
    }

    let mut again = Device::sign_in(&client, url, "ada").await;
    let before = hashes(folder).await;
    let change = json!({ "form": { "current_password": PASSWORD, "new_password": NEXT_PASSWORD } });
    let change = send(post("/rpc/account/change_password").bearer_auth(&again.access).json(&change)).await;
    assert_eq!(change.status(), 200, "{:?}", change.text().await);
    let secret_hashes = before.into_iter().chain(hashes(folder).await);
    let mut secrets: BTreeSet<String> = secret_hashes.collect();

    // And in server errors.
    database(folder).await.execute("ALTER TABLE sessions RENAME TO elsewhere").await.expect("a broken database");
    again.renew(&client, url).await.expect("an answer");
    let failed = send(post("/api/token/").json(&json!({ "username": "ada", "password": NEXT_PASSWORD }))).await;
    assert_eq!(failed.status(), 503);
    database(folder).await.execute("ALTER TABLE elsewhere RENAME TO sessions").await.expect("a whole one");

    tokens.extend([again.access, again.refresh]);
    for token in &tokens {
        // The whole, and the parts that suffice to forge or decode it.
        secrets.extend(token.split('.').skip(1).map(str::to_owned));
    }
    secrets.extend([KEY, CLIENT_SECRET, PASSWORD, NEXT_PASSWORD, WRONG_PASSWORD].map(str::to_owned));
    secrets
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_logged_at_any_level() {
    for format in FORMATS {
        let folder = tempfile::tempdir().expect("a folder");
        let process = talkative(folder.path(), format);
        let secrets = tell_secrets(&process, folder.path()).await;
        assert!(secrets.len() > 20, "{}", secrets.len());
        let log = process.stop_and_read();
        assert!(log.contains("DEBUG") && log.contains("sign-in rejected"), "all of it");
        assert!(log.contains("request failed"), "also what failed");
        for secret in secrets {
            let found = log.lines().find(|line| line.contains(&secret));
            assert_eq!(found, None, "{format}: a secret is in the log");
        }
    }
}

/// Whether a line begins like the server's own.
fn is_whole(line: &str, format: &str) -> bool {
    if format == "json" {
        return serde_json::from_str::<Value>(line).is_ok_and(|line| line["timestamp"].is_string());
    }
    let mut words = line.split_whitespace();
    let is_time = words.next().is_some_and(|time| time.len() == 27 && time.starts_with("20") && time.ends_with('Z'));
    is_time && words.next().is_some_and(|level| ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].contains(&level))
}

/// Sends raw bytes. Returns whether there was a response.
async fn is_answered(address: &str, head: &str) -> bool {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let mut answer = Vec::new();
    if stream.write_all(head.as_bytes()).await.is_ok() && stream.shutdown().await.is_ok() {
        drop(stream.read_to_end(&mut answer).await);
    }
    !answer.is_empty()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_can_inject_log_lines_or_terminal_escapes() {
    let forged = "2026-01-01T00:00:00.000000Z  INFO all is well";
    for format in FORMATS {
        let folder = tempfile::tempdir().expect("a folder");
        let process = talkative(folder.path(), format);
        let client = client();
        let evil = format!("ada\r\n{forged}\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}2J\u{2028}{forged}");
        for path in ["/api/token/", "/api/register/"] {
            let body = json!({ "username": evil, "email": evil, "password": PASSWORD });
            send(client.post(format!("{}{path}", process.url)).json(&body)).await;
        }
        let encoded: String = evil.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for path in ["/", "/api/", "/rpc/", "/pkg/", "/api/sessions/"] {
            send(client.get(format!("{}{path}{encoded}?{encoded}", process.url)).header("user-agent", "x\ty")).await;
        }
        let address = process.url.trim_start_matches("http://");
        for head in [
            "GET /\u{1b}[2J HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
            format!("GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: \u{1b}[2J\n{forged}\r\n\r\n"),
            format!("GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: {}\r\n\r\n", "\u{9b}2J\u{2028}"),
            format!("GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {}\r\nX-Request-Id: \u{9b}2J\r\n\r\n", "\u{9b}2J"),
            format!("\u{1b}[2J / HTTP/1.1\r\nHost: x\r\n\r\n{forged}\r\n"),
        ] {
            // After the timeout of the head, the server has closed without a response.
            until("the head is answered", async || is_answered(address, &head).await).await;
        }
        let log = process.stop_and_read();
        assert!(log.contains("answered"), "the requests were logged");
        for line in log.lines() {
            assert!(is_whole(line, format), "{format}: {line:?}");
            let controls = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
            assert!(!line.contains(controls), "{format}: {line:?}");
        }
    }
}

async fn named(process: &Process, ids: &[&[u8]]) -> String {
    let mut request = client().get(format!("{}/healthz", process.url));
    for id in ids {
        let id = reqwest::header::HeaderValue::from_bytes(id).expect("a header");
        request = request.header("x-request-id", id);
    }
    let answer = send(request).await;
    let answered: Vec<_> = answer.headers().get_all("x-request-id").iter().collect();
    assert_eq!(answered.len(), 1);
    answered[0].to_str().expect("plain text").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_request_id_is_in_the_response_and_in_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Process::start(folder.path(), "export RUST_LOG=debug;");
    let ours = named(&process, &[]).await;
    assert_eq!(ours.len(), 32, "128 bits: {ours}");
    let longest = "x".repeat(64);
    for kept in ["a", "01JDH3Q5.trace_7-b", longest.as_str()] {
        assert_eq!(named(&process, &[kept.as_bytes()]).await, kept);
    }
    let too_long = "y".repeat(65);
    for refused in
        [b"" as &[u8], b"two words", b"a;b", b"a=\"b\"", "\u{e9}".as_bytes(), b"a\tb", too_long.as_bytes(), b"<script>"]
    {
        assert_eq!(named(&process, &[refused]).await.len(), 32, "{refused:?}");
    }
    assert_eq!(named(&process, &[b"one-name", b"another-name"]).await.len(), 32);
    let log = process.stop_and_read();
    for kept in [ours.as_str(), "01JDH3Q5.trace_7-b", &longest] {
        let line = log.lines().find(|line| line.contains(&format!("request_id=\"{kept}\"")));
        assert!(line.is_some_and(|line| line.contains("answered") && line.contains("/healthz")), "{kept}: {log}");
    }
    for refused in ["two words", "another-name", "yyyyyyyy", "<script>"] {
        assert!(!log.contains(refused), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_log_line_of_a_request_has_its_id_at_every_level() {
    for (format, name) in [("text", "request_id=\"the-thief\""), ("json", "\"request_id\":\"the-thief\"")] {
        let folder = tempfile::tempdir().expect("a folder");
        let prelude = format!(
            "export RUST_LOG=server::hallpass=info,warn HALLPASS_LOG_FORMAT={format} HALLPASS_REFRESH_REUSE_GRACE=0;"
        );
        let process = Process::start(folder.path(), &prelude);
        let client = client();
        let mut ada = Device::register(&client, &process.url, "ada").await;
        let stolen = ada.refresh.clone();
        ada.renew(&client, &process.url).await.expect("an answer");
        let reuse = client.post(format!("{}/api/token/refresh/", process.url)).json(&json!({ "refresh": stolen }));
        assert_eq!(send(reuse.header("x-request-id", "the-thief")).await.status(), 401);
        let log = process.stop_and_read();
        let line = log.lines().find(|line| line.contains("refresh token reused")).expect("a warning");
        assert!(line.contains(name) && line.contains("/api/token/refresh/"), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_log_setting_is_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Process::start(folder.path(), "export RUST_LOG=app=everything;");
    assert!(process.stop_and_read().contains("RUST_LOG is not understood"));
}

/// A server whose log is not read any more, after it has logged more lines than the buffer holds. As in many
/// containers, standard output is the same pipe.
async fn unread(folder: &Path) -> Process {
    let process = Process::start(folder, "exec >&2; export RUST_LOG=trace HALLPASS_METRICS_LISTEN=127.0.0.1:0;");
    let (client, metrics) = (client(), process.metrics_url());
    process.stop_reading();
    until("more lines are logged than may wait", async || {
        let requests = (0..100).map(|_| send(client.get(format!("{}/api/me/", process.url))));
        assert!(join_all(requests).await.iter().all(|answer| answer.status() == 401));
        let text = send(client.get(&metrics)).await.text().await.expect("text");
        !text.contains("hallpass_log_lines_dropped_total 0\n")
    })
    .await;
    process
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unread_log_delays_no_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = unread(folder.path()).await;
    assert_eq!(send(client().get(format!("{}/healthz", process.url))).await.status(), 200);
    process.read_again();
    process.wait_for_log("log lines dropped because standard error was not read in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unread_log_does_not_prevent_a_stop() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = unread(folder.path()).await;
    process.tell_to_stop();
    process.wait_for_end_unread().await;
}
