//! Clients that are slow, broken or too many, on bare sockets.

use std::time::{Duration, Instant};

use futures::future::join_all;
use server::{connections::Bounds, edge::Edge};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::actors::{Surroundings, World, settings};

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(10);

async fn world(bounds: Bounds, body_within: Duration) -> World {
    let edge = Edge { body_within, ..Edge::default() };
    World::surrounded(settings(), Surroundings { edge, bounds }).await
}

pub(crate) async fn connect(world: &World) -> TcpStream {
    TcpStream::connect(world.url.trim_start_matches("http://")).await.expect("a connection")
}

pub(crate) async fn send(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).await.expect("it is taken");
}

/// Everything until the server closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A connection that is reset has ended as well.
    drop(timeout(LONG, stream.read_to_end(&mut bytes)).await.expect("the server closes"));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What has come by now, something at least.
pub(crate) async fn some(stream: &mut TcpStream) -> String {
    let mut bytes = vec![0; 64 * 1024];
    let length = timeout(LONG, stream.read(&mut bytes)).await.expect("an answer").expect("an open connection");
    String::from_utf8_lossy(&bytes[..length]).into_owned()
}

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

fn post(path: &str, length: usize) -> String {
    let kind = if path.starts_with("/oauth/") { "application/x-www-form-urlencoded" } else { "application/json" };
    format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n")
}

#[tokio::test]
async fn a_head_that_is_never_finished_is_given_up() {
    let world = world(Bounds { first_head: SHORT, ..Bounds::default() }, LONG).await;
    for begun in ["", "G", "GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: "] {
        let mut stream = connect(&world).await;
        send(&mut stream, begun).await;
        assert_eq!(rest(&mut stream).await, "", "{begun}");
    }
}

#[tokio::test]
async fn a_connection_is_kept_between_requests_and_not_for_ever() {
    let world = world(Bounds { first_head: SHORT / 3, next_head: SHORT, ..Bounds::default() }, LONG).await;
    for second in ["", "GET /healthz HTTP/1.1\r\n"] {
        let mut stream = connect(&world).await;
        send(&mut stream, HEALTH).await;
        assert!(some(&mut stream).await.starts_with("HTTP/1.1 200 "));
        sleep(SHORT / 2).await;
        send(&mut stream, HEALTH).await;
        assert!(some(&mut stream).await.starts_with("HTTP/1.1 200 "), "longer than a new connection has");
        send(&mut stream, second).await;
        assert_eq!(rest(&mut stream).await, "", "{second}");
    }
}

#[tokio::test]
async fn a_body_that_is_dribbled_is_told_that_it_is_too_late() {
    let clients = app::auth::clients::Client::with_secret("gateway", "5b0fd3a1c4e7429f8d6a1b2c3d4e5f60");
    let settings =
        app::auth::settings::Settings { clients: [clients.expect("a client")].into_iter().collect(), ..settings() };
    let edge = Edge { body_within: SHORT, ..Edge::default() };
    let world = World::surrounded(settings, Surroundings { edge, ..Surroundings::default() }).await;
    for path in ["/api/token/", "/api/register/", "/rpc/session/obtain", "/oauth/introspect"] {
        let mut stream = connect(&world).await;
        send(&mut stream, &post(path, 1000)).await;
        let (mut reader, mut writer) = stream.split();
        let dribble = async {
            while writer.write_all(b" ").await.is_ok() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        let mut bytes = Vec::new();
        let begun = Instant::now();
        tokio::select! {
            () = dribble => {}
            _ = reader.read_to_end(&mut bytes) => {}
        }
        let answer = String::from_utf8_lossy(&bytes);
        assert!(answer.starts_with("HTTP/1.1 408 "), "{path}: {answer}");
        assert!(answer.contains("x-content-type-options: nosniff") && answer.contains("connection: close"), "{answer}");
        assert!(begun.elapsed() < LONG, "{path}: {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn a_body_that_takes_its_time_and_arrives_is_answered() {
    let world = world(Bounds::default(), LONG).await;
    let mut stream = connect(&world).await;
    let body = r#"{"token":"none"}"#;
    send(&mut stream, &post("/api/token/verify/", body.len())).await;
    for half in [&body[..5], &body[5..]] {
        sleep(SHORT / 3).await;
        send(&mut stream, half).await;
    }
    assert!(some(&mut stream).await.starts_with("HTTP/1.1 401 "));
}

#[tokio::test]
async fn heads_and_bodies_that_are_too_large_are_told_so_and_not_kept() {
    let world = world(Bounds::default(), LONG).await;
    let large = "x".repeat(17 * 1024);
    let many: String = (0..200).map(|number| format!("X-{number}: y\r\n")).collect();
    for head in [format!("X-A: {large}\r\n"), many] {
        let mut stream = connect(&world).await;
        send(&mut stream, &format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{head}\r\n")).await;
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }
    // Without an end, and without a length that would tell.
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
async fn three_hundred_idle_connections_do_not_keep_others_out() {
    let world = world(Bounds::default(), LONG).await;
    let mut idle = join_all((0..300).map(|_| connect(&world))).await;
    for stream in idle.iter_mut().step_by(2) {
        send(stream, "GET /healthz HTTP/1.1\r\nX-A: ").await;
    }
    let begun = Instant::now();
    assert_eq!(world.request("GET", "/healthz").send().await.expect("an answer").status(), 200);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn who_finds_every_connection_taken_is_served_when_idle_ones_have_had_their_time() {
    let world = world(Bounds { connections: 10, first_head: SHORT, ..Bounds::default() }, LONG).await;
    let idle = join_all((0..30).map(|_| connect(&world))).await;
    assert_eq!(world.request("GET", "/healthz").send().await.expect("an answer").status(), 200);
    drop(idle);
}

#[tokio::test]
async fn who_does_not_read_the_answers_is_let_go() {
    let world = world(Bounds { write: SHORT, ..Bounds::default() }, LONG).await;
    let mut stream = connect(&world).await;
    let asked = 400;
    let schema = "GET /api/schema/ HTTP/1.1\r\nHost: x\r\n\r\n".repeat(asked);
    // The server may let go while it is still being asked.
    drop(timeout(Duration::from_secs(2), stream.write_all(schema.as_bytes())).await);
    sleep(SHORT * 4).await;
    let answers = rest(&mut stream).await.matches("HTTP/1.1 200 ").count();
    assert!(answers < asked, "all {asked} were kept for somebody who does not read");
}

#[tokio::test]
async fn a_server_that_is_told_to_stop_finishes_what_it_began_and_begins_nothing_else() {
    let world = world(Bounds::default(), LONG).await;
    let (_silent, mut idle, mut busy) = (connect(&world).await, connect(&world).await, connect(&world).await);
    send(&mut idle, HEALTH).await;
    some(&mut idle).await;
    let body = r#"{"token":"none"}"#;
    send(&mut busy, &post("/api/token/verify/", body.len())).await;
    send(&mut busy, &body[..5]).await;
    sleep(SHORT).await;
    let address = world.url.trim_start_matches("http://").to_owned();
    let begun = Instant::now();
    let client = async {
        assert_eq!(rest(&mut idle).await, "", "nobody waits for it");
        let refused = TcpStream::connect(&address).await;
        assert!(refused.is_err(), "no new connection is taken");
        send(&mut busy, &body[5..]).await;
        rest(&mut busy).await
    };
    let ((), answer) = tokio::join!(world.stop(), client);
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_keep_a_server_from_stopping() {
    let world = world(Bounds { finish: SHORT, ..Bounds::default() }, LONG).await;
    let mut stream = connect(&world).await;
    send(&mut stream, &post("/api/token/verify/", 1000)).await;
    sleep(SHORT / 3).await;
    timeout(LONG / 2, world.stop()).await.expect("the server stops");
}
