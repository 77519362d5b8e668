//! Slow, broken and too many clients, on bare sockets. Tokio's clock is paused where a timeout is under test.

use std::time::Duration;

use futures::future::join_all;
use server::{connections::Bounds, http_options::HttpOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task,
    time::Instant,
};

use crate::{
    actors::{Surroundings, World, settings},
    patience::{eventually, until},
    paused_time::PausedTime,
};

/// A server with the default bounds.
async fn world(bounds: Bounds) -> World {
    World::surrounded(settings(), Surroundings { bounds, http: HttpOptions::default(), ..Surroundings::default() })
        .await
}

/// Longer than a test waits.
const NEVER: Duration = Duration::from_hours(24 * 365);

/// A server with the given bounds and no others.
async fn world_bounded_by(bounds: Bounds) -> World {
    let http = HttpOptions { body_timeout: NEVER, ..HttpOptions::default() };
    World::surrounded(settings(), Surroundings { http, bounds, ..Surroundings::default() }).await
}

/// No bounds.
fn unbounded() -> Bounds {
    Bounds { first_head: NEVER, next_head: NEVER, write: NEVER, finish: NEVER, ..Bounds::default() }
}

pub(crate) async fn connect(world: &World) -> TcpStream {
    TcpStream::connect(world.url.trim_start_matches("http://")).await.expect("a connection")
}

pub(crate) async fn send(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.expect("it is taken");
}

/// Reads until the server closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset connection has ended as well.
    drop(eventually("the server closes", stream.read_to_end(&mut bytes)).await);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads what has arrived, at least something.
pub(crate) async fn some(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 64 * 1024];
    let length = eventually("an answer", stream.read(&mut bytes)).await.expect("an open connection");
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

/// Waits until the server has so many open connections.
async fn accepted(world: &World, connections: usize) {
    until("the connections are accepted", async || world.open() == connections).await;
    // The last task may not have started its timer yet.
    task::yield_now().await;
}

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

/// Sends the head of a request with a body of this length, and waits until its handler reads the body.
async fn begin(stream: &mut TcpStream, path: &str, length: usize) {
    let kind = if path.starts_with("/oauth/") { "application/x-www-form-urlencoded" } else { "application/json" };
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
         Expect: 100-continue\r\n\r\n"
    );
    send(stream, &head).await;
    assert_eq!(some(stream).await, "HTTP/1.1 100 Continue\r\n\r\n");
}

#[tokio::test]
async fn an_unfinished_request_head_times_out() {
    let time = PausedTime::begin();
    let bounds = Bounds::default();
    let world = world(bounds.clone()).await;
    for begun in ["", "G", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: "] {
        let mut stream = connect(&world).await;
        send(&mut stream, begun).await;
        accepted(&world, 1).await;
        time.pass(bounds.first_head).await;
        assert_eq!(rest(&mut stream).await, "", "{begun}");
    }
}

#[tokio::test]
async fn the_keep_alive_timeout_is_longer_than_that_of_a_new_connection() {
    let time = PausedTime::begin();
    let bounds = Bounds::default();
    let world = world(bounds.clone()).await;
    let mut stream = connect(&world).await;
    send(&mut stream, HEALTH).await;
    assert!(some(&mut stream).await.starts_with("HTTP/1.1 200 "));
    time.pass(bounds.first_head * 2).await;
    send(&mut stream, HEALTH).await;
    assert!(some(&mut stream).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_connection_has_a_maximum_age() {
    let time = PausedTime::begin();
    let bounds = Bounds::default();
    let world = world(bounds.clone()).await;
    for second in ["", "GET /healthz HTTP/1.1\r\n"] {
        let mut stream = connect(&world).await;
        send(&mut stream, HEALTH).await;
        assert!(some(&mut stream).await.starts_with("HTTP/1.1 200 "));
        send(&mut stream, second).await;
        time.pass(bounds.next_head).await;
        assert_eq!(rest(&mut stream).await, "", "{second}");
    }
}

#[tokio::test]
async fn a_slow_body_is_answered_with_408() {
    let time = PausedTime::begin();
    let clients = hallpass_core::clients::Client::with_secret("gateway", "5b0fd3a1c4e7429f8d6a1b2c3d4e5f60");
    let settings =
        hallpass_core::settings::Settings { clients: [clients.expect("a client")].into_iter().collect(), ..settings() };
    let http = HttpOptions::default();
    let within = http.body_timeout;
    let world = World::surrounded(settings, Surroundings { http, ..Surroundings::default() }).await;
    for path in ["/api/token/", "/api/register/", "/rpc/session/obtain", "/oauth/introspect"] {
        let mut stream = connect(&world).await;
        begin(&mut stream, path, 1000).await;
        for _ in 0..10 {
            send(&mut stream, " ").await;
            time.pass(within / 10).await;
        }
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{path}: {answer}");
        assert!(answer.contains("x-content-type-options: nosniff") && answer.contains("connection: close"), "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_arrives_within_the_timeout_is_accepted() {
    let time = PausedTime::begin();
    let world = world(Bounds::default()).await;
    let mut stream = connect(&world).await;
    let body = r#"{"token":"none"}"#;
    begin(&mut stream, "/api/token/verify/", body.len()).await;
    for half in [&body[..5], &body[5..]] {
        time.pass(HttpOptions::default().body_timeout / 3).await;
        send(&mut stream, half).await;
    }
    assert!(some(&mut stream).await.starts_with("HTTP/1.1 401 "));
}

#[tokio::test]
async fn oversized_heads_are_rejected_with_431_and_bodies_with_413() {
    let world = World::new().await;
    let large = "x".repeat(17 * 1024);
    let many: String = (0..200).map(|number| format!("X-{number}: y\r\n")).collect();
    for head in [format!("X-A: {large}\r\n"), many] {
        let mut stream = connect(&world).await;
        send(&mut stream, &format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{head}\r\n")).await;
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }
    // A chunked body without an end, so without a length to check.
    let mut stream = connect(&world).await;
    let head =
        "POST /api/token/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    send(&mut stream, head).await;
    let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
    for _ in 0..65 {
        send(&mut stream, &chunk).await;
    }
    assert!(some(&mut stream).await.starts_with("HTTP/1.1 413 "));
    assert_eq!(world.request("GET", "/healthz").send().await.expect("an answer").status(), 200);
}

#[tokio::test]
async fn three_hundred_idle_connections_do_not_block_other_clients() {
    let world = World::new().await;
    let mut idle = Vec::new();
    while idle.len() < 300 {
        // In batches smaller than the listen backlog.
        idle.extend(join_all((0..50).map(|_| connect(&world))).await);
        accepted(&world, idle.len()).await;
    }
    for stream in idle.iter_mut().step_by(2) {
        send(stream, "GET /healthz HTTP/1.1\r\nX-A: ").await;
    }
    assert_eq!(world.request("GET", "/healthz").send().await.expect("an answer").status(), 200);
    assert_eq!(world.open(), 301, "all of them are still there");
}

#[tokio::test]
async fn a_client_beyond_the_connection_limit_is_served_when_idle_connections_time_out() {
    let time = PausedTime::begin();
    let bounds = Bounds { connections: 10, ..Bounds::default() };
    let world = world(bounds.clone()).await;
    let mut idle = Vec::new();
    for _ in 0..30 {
        idle.push(connect(&world).await);
    }
    let mut last = connect(&world).await;
    send(&mut last, HEALTH).await;
    for ten in idle.chunks_mut(10) {
        accepted(&world, 10).await;
        time.pass(bounds.first_head).await;
        for stream in ten {
            assert_eq!(rest(stream).await, "");
        }
    }
    assert!(some(&mut last).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected() {
    let time = PausedTime::begin();
    let write = Bounds::default().write;
    let world = world_bounded_by(Bounds { write, ..unbounded() }).await;
    let mut stream = connect(&world).await;
    let asked = 400;
    send(&mut stream, &"GET /api/schema/ HTTP/1.1\r\nHost: x\r\n\r\n".repeat(asked)).await;
    eventually("the first answer", stream.peek(&mut [0])).await.expect("an open connection");
    let waiting = Instant::now();
    time.pass_until(write, until("the server lets go", async || world.open() == 0)).await;
    assert!(waiting.elapsed() < NEVER, "it was let go after {:?}", waiting.elapsed());
    let answers = rest(&mut stream).await.matches("HTTP/1.1 200 ").count();
    assert!((1..asked).contains(&answers), "{answers} of {asked} were kept for somebody who does not read");
}

#[tokio::test]
async fn a_stopping_server_finishes_running_requests_and_accepts_no_new_ones() {
    // No timeout is in effect here.
    let _time = PausedTime::begin();
    let world = world(Bounds::default()).await;
    let (_silent, mut idle, mut busy) = (connect(&world).await, connect(&world).await, connect(&world).await);
    send(&mut idle, HEALTH).await;
    some(&mut idle).await;
    let body = r#"{"token":"none"}"#;
    begin(&mut busy, "/api/token/verify/", body.len()).await;
    send(&mut busy, &body[..5]).await;
    let address = world.url.trim_start_matches("http://").to_owned();
    let client = async {
        assert_eq!(rest(&mut idle).await, "", "nobody waits for it");
        let refused = TcpStream::connect(&address).await;
        assert!(refused.is_err(), "no new connection is taken");
        send(&mut busy, &body[5..]).await;
        rest(&mut busy).await
    };
    let ((), answer) = tokio::join!(eventually("the server stops", world.stop()), client);
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_prevent_a_stop() {
    let time = PausedTime::begin();
    let finish = Bounds::default().finish;
    let world = world_bounded_by(Bounds { finish, ..unbounded() }).await;
    let mut stream = connect(&world).await;
    begin(&mut stream, "/api/token/verify/", 1000).await;
    let stopping = Instant::now();
    time.pass_until(finish, world.stop()).await;
    // Time passes in steps while the server's tasks run; without the bound it would take a year.
    assert!(stopping.elapsed() < NEVER, "it stopped after {:?}", stopping.elapsed());
}
