//! The load of signed-in clients: each renews its own session on its own connection, repeatedly, always with the
//! latest token. `load ADDRESS PATH SECONDS TOKENS`, where TOKENS is a file with a refresh token per client. Prints
//! one line of JSON, latencies in microseconds.

use std::{
    env,
    error::Error,
    fs,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use http::{Request, header};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::Bytes,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;
use tokio::{net::TcpStream, task::JoinSet, time::timeout_at};

/// The warm-up, which does not count: caches fill and connections open.
const WARM_UP: Duration = Duration::from_secs(1);

/// The timeout of a response.
const PATIENCE: Duration = Duration::from_mins(1);

type Failure = Box<dyn Error + Send + Sync>;

#[derive(Deserialize)]
struct Pair {
    refresh: String,
}

/// The measured period.
#[derive(Clone, Copy)]
struct Window {
    from: Instant,
    until: Instant,
}

/// A client with its session.
struct Client {
    address: String,
    path: String,
    connection: SendRequest<Full<Bytes>>,
    refresh: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [address, path, seconds, tokens] = arguments.as_slice() else {
        return Err("usage: load ADDRESS PATH SECONDS TOKENS".into());
    };
    let measured = Duration::from_secs(seconds.parse()?);
    let from = Instant::now() + WARM_UP;
    let window = Window { from, until: from + measured };
    let mut clients = JoinSet::new();
    for token in fs::read_to_string(tokens)?.lines() {
        let (address, path, refresh) = (address.clone(), path.clone(), token.to_owned());
        clients.spawn(async move { Client::connect(address, path, refresh).await?.renew_during(window).await });
    }
    let mut latencies = Histogram::<u64>::new(3)?;
    for of_client in clients.join_all().await {
        latencies.add(of_client?)?;
    }
    let at = |quantile| latencies.value_at_quantile(quantile);
    let figures = json!({
        "requests": latencies.len(), "seconds": measured.as_secs_f64(),
        "p50": at(0.5), "p99": at(0.99), "p999": at(0.999),
    });
    println!("{figures}");
    Ok(())
}

impl Client {
    async fn connect(address: String, path: String, refresh: String) -> Result<Self, Failure> {
        let connection = connect(&address).await?;
        Ok(Self { address, path, connection, refresh })
    }

    /// Renews until the period ends. The first failure ends the chain.
    async fn renew_during(mut self, window: Window) -> Result<Histogram<u64>, Failure> {
        let mut latencies = Histogram::new(3)?;
        loop {
            let begun = Instant::now();
            self.renew().await?;
            let done = Instant::now();
            if done >= window.until {
                return Ok(latencies);
            }
            if done >= window.from {
                latencies.record(u64::try_from((done - begun).as_micros())?)?;
            }
            // Some servers close after each response.
            if self.connection.ready().await.is_err() {
                self.connection = connect(&self.address).await?;
            }
        }
    }

    async fn renew(&mut self) -> Result<(), Failure> {
        let body = json!({ "refresh": self.refresh }).to_string();
        let request = Request::post(&self.path)
            .header(header::HOST, &self.address)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(body))?;
        let deadline = tokio::time::Instant::now() + PATIENCE;
        let response = timeout_at(deadline, self.connection.send_request(request)).await??;
        let status = response.status();
        let body = timeout_at(deadline, response.into_body().collect()).await??.to_bytes();
        if !status.is_success() {
            return Err(format!("a refresh was answered {status}: {}", String::from_utf8_lossy(&body)).into());
        }
        self.refresh = serde_json::from_slice::<Pair>(&body)?.refresh;
        Ok(())
    }
}

async fn connect(address: &str) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    // The sending task reports how the connection ends.
    tokio::spawn(connection);
    Ok(sender)
}
