//! Accept loop with per-connection limits, so that slow or malicious clients cannot exhaust the server.

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{body::Body, extract::ConnectInfo, response::Response};
use http::Request;
use hyper::{
    body::Incoming,
    server::conn::http1::Builder,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::{GracefulShutdown, Watcher},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, SetOnce, watch},
    time,
};
use tokio_io_timeout::TimeoutStream;
use tower::Service;

/// Maximum size of a request head; larger ones get 431. Tokens take about a tenth of it.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// Maximum size of a connection's read buffer.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// Limits of connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Maximum number of open connections. Further ones wait in the accept queue.
    pub connections: usize,
    /// Timeout for the first request head of a connection.
    pub first_head: Duration,
    /// Timeout for the next request head, including idle time. Longer than the idle timeout of proxies, so that no
    /// connection is closed while they send a request.
    pub next_head: Duration,
    /// Timeout for the client to read any part of a response.
    pub write: Duration,
    /// Time for requests in progress to finish during shutdown.
    pub finish: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: 8192,
            first_head: Duration::from_secs(10),
            next_head: Duration::from_secs(75),
            write: Duration::from_secs(30),
            finish: Duration::from_secs(20),
        }
    }
}

/// A service that answers requests.
pub trait App:
    Service<Request<Body>, Response = Response, Error = Infallible, Future: Send + 'static> + Clone + Send + 'static
{
}

impl<S> App for S where
    S: Service<Request<Body>, Response = Response, Error = Infallible, Future: Send + 'static> + Clone + Send + 'static
{
}

/// The number of open connections, for metrics.
pub type Open = Arc<AtomicUsize>;

/// Serves `app` until `stop` resolves, then finishes the requests in progress.
pub async fn serve(listener: TcpListener, app: impl App, bounds: Bounds, open: Open, stop: impl Future<Output = ()>) {
    let server = Server::new(app, bounds);
    let graceful = GracefulShutdown::new();
    let (stopping, is_stopping) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let taken = async {
            let permit = server.permits.clone().acquire_owned().await.expect("the semaphore is never closed");
            (accept(&listener).await, permit)
        };
        let ((stream, peer), permit) = tokio::select! {
            taken = taken => taken,
            () = &mut stop => break,
        };
        let held = Held::new(open.clone(), permit);
        let connection = server.clone().serve(stream, peer, graceful.watcher(), is_stopping.clone());
        tokio::spawn(async move {
            connection.await;
            drop(held);
        });
    }
    drop(listener);
    stopping.send_replace(true);
    if time::timeout(server.bounds.finish, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests in progress were aborted at the shutdown timeout");
    }
}

/// Accepts the next connection. An error of one connection does not stop the loop.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_connection(&error) => {}
            Err(error) => {
                // Most likely too many open files: wait until some are closed.
                tracing::error!(%error, "connection not accepted");
                time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

fn is_of_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused | io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

/// The permit and count of an open connection, released on drop.
struct Held {
    open: Open,
    _permit: OwnedSemaphorePermit,
}

impl Held {
    fn new(open: Open, permit: OwnedSemaphorePermit) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        Self { open, _permit: permit }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Clone)]
struct Server<A> {
    app: TowerToHyperService<A>,
    http: Builder,
    bounds: Bounds,
    permits: Arc<Semaphore>,
}

impl<A: App> Server<A> {
    fn new(app: A, bounds: Bounds) -> Self {
        let mut http = Builder::new();
        // Responses are small: one copy into a buffer is cheaper than a vectored write.
        http.writev(false)
            .timer(TokioTimer::new())
            .header_read_timeout(bounds.next_head)
            .max_header_size(MAX_HEAD_BYTES)
            .max_buf_size(MAX_BUFFER_BYTES);
        let permits = Arc::new(Semaphore::new(bounds.connections.min(Semaphore::MAX_PERMITS)));
        Self { app: TowerToHyperService::new(app), http, bounds, permits }
    }

    async fn serve(self, stream: TcpStream, peer: SocketAddr, watcher: Watcher, stopping: watch::Receiver<bool>) {
        let asked = Arc::new(SetOnce::new());
        let asks = asked.clone();
        let app = service_fn(move |mut request: Request<Incoming>| {
            if !asks.initialized() {
                // Only the first request of a connection sets it.
                drop(asks.set(()));
            }
            request.extensions_mut().insert(ConnectInfo(peer));
            self.app.call(request.map(Body::new))
        });
        let connection = self.http.serve_connection(TokioIo::new(bounded(stream, &self.bounds)), app);
        let mut connection = pin!(watcher.watch(connection));
        tokio::select! {
            // Connection errors concern only the client.
            _ = &mut connection => return,
            () = idle(self.bounds.first_head, stopping) => return,
            () = asked.wait() => {}
        }
        drop(connection.await);
    }
}

/// Resolves when a connection has sent no request within the time, or when the server is shutting down.
async fn idle(within: Duration, mut stopping: watch::Receiver<bool>) {
    tokio::select! {
        () = time::sleep(within) => {}
        _ = stopping.wait_for(|is_stopping| *is_stopping) => {}
    }
}

/// A stream with a write timeout.
fn bounded(stream: TcpStream, bounds: &Bounds) -> Pin<Box<TimeoutStream<TcpStream>>> {
    // Responses are written at once, so Nagle's algorithm would only delay them.
    drop(stream.set_nodelay(true));
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(bounds.write));
    Box::pin(stream)
}
