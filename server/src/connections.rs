//! Connections: taken, served, and closed again. Each of them has bounds, so that clients that are slow,
//! broken or bent on it hold little for a short time, and the others do not notice.

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

/// The largest head of a request that is read: more is a 431. Tokens are a tenth of it.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// What a connection may have read and not yet looked at.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// What connections may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many there may be at a time; further ones wait to be taken.
    pub connections: usize,
    /// How long a new one may take to say what it wants.
    pub first_head: Duration,
    /// How long one may be idle, and take to say what it wants next. Longer than proxies keep a
    /// connection that they do not use, so that none is closed under a request.
    pub next_head: Duration,
    /// How long one may take nothing of an answer.
    pub write: Duration,
    /// How long requests that were begun may take once the server is told to stop.
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

/// What answers requests.
pub trait App:
    Service<Request<Body>, Response = Response, Error = Infallible, Future: Send + 'static> + Clone + Send + 'static
{
}

impl<S> App for S where
    S: Service<Request<Body>, Response = Response, Error = Infallible, Future: Send + 'static> + Clone + Send + 'static
{
}

/// How many connections are open, for whoever counts them.
pub type Open = Arc<AtomicUsize>;

/// Serves `app` until `stop`, and then finishes what was begun.
pub async fn serve(listener: TcpListener, app: impl App, bounds: Bounds, open: Open, stop: impl Future<Output = ()>) {
    let server = Server::new(app, bounds);
    let graceful = GracefulShutdown::new();
    let (stopping, is_stopping) = watch::channel(false);
    let mut stop = pin!(stop);
    loop {
        let taken = async {
            let place = server.places.clone().acquire_owned().await.expect("the semaphore is never closed");
            (accept(&listener).await, place)
        };
        let ((stream, peer), place) = tokio::select! {
            taken = taken => taken,
            () = &mut stop => break,
        };
        let connection = server.clone().serve(stream, peer, graceful.watcher(), is_stopping.clone());
        tokio::spawn(holding(Held::new(open.clone(), place), connection));
    }
    drop(listener);
    stopping.send_replace(true);
    if time::timeout(server.bounds.finish, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests took too long and were broken off");
    }
}

/// The next connection. What goes wrong with one is no reason to take no other.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_connection(&error) => {}
            Err(error) => {
                // Too many open files, most likely: there is nothing to do but wait until some are closed.
                tracing::error!(%error, "no connection could be taken");
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

async fn holding(held: Held, connection: impl Future<Output = ()>) {
    connection.await;
    drop(held);
}

/// What an open connection takes, until it is dropped.
struct Held {
    open: Open,
    _place: OwnedSemaphorePermit,
}

impl Held {
    fn new(open: Open, place: OwnedSemaphorePermit) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        Self { open, _place: place }
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
    places: Arc<Semaphore>,
}

impl<A: App> Server<A> {
    fn new(app: A, bounds: Bounds) -> Self {
        let mut http = Builder::new();
        // Answers are small: one copy into a buffer costs less than telling the system of two.
        http.writev(false)
            .timer(TokioTimer::new())
            .header_read_timeout(bounds.next_head)
            .max_header_size(MAX_HEAD_BYTES)
            .max_buf_size(MAX_BUFFER_BYTES);
        let places = Arc::new(Semaphore::new(bounds.connections.min(Semaphore::MAX_PERMITS)));
        Self { app: TowerToHyperService::new(app), http, bounds, places }
    }

    async fn serve(self, stream: TcpStream, peer: SocketAddr, watcher: Watcher, stopping: watch::Receiver<bool>) {
        let asked = Arc::new(SetOnce::new());
        let asks = asked.clone();
        let app = service_fn(move |mut request: Request<Incoming>| {
            if !asks.initialized() {
                // Another request of the same connection cannot be the first as well.
                drop(asks.set(()));
            }
            request.extensions_mut().insert(ConnectInfo(peer));
            answer(&self.app, request)
        });
        let connection = self.http.serve_connection(TokioIo::new(bounded(stream, &self.bounds)), app);
        let mut connection = pin!(watcher.watch(connection));
        tokio::select! {
            // How a connection ends is its client's business.
            _ = &mut connection => return,
            () = asked_nothing(self.bounds.first_head, stopping) => return,
            () = asked.wait() => {}
        }
        drop(connection.await);
    }
}

fn answer<A: App>(
    app: &TowerToHyperService<A>,
    request: Request<Incoming>,
) -> impl Future<Output = Result<Response, Infallible>> + use<A> {
    app.call(request.map(Body::new))
}

/// Ends when a connection that asks nothing has had its time for that, or when the server stops.
async fn asked_nothing(within: Duration, mut stopping: watch::Receiver<bool>) {
    tokio::select! {
        () = time::sleep(within) => {}
        _ = stopping.wait_for(|is_stopping| *is_stopping) => {}
    }
}

/// A stream that gives up when nothing of an answer is taken.
fn bounded(stream: TcpStream, bounds: &Bounds) -> Pin<Box<TimeoutStream<TcpStream>>> {
    // An answer is written as a whole; there is nothing to wait for.
    drop(stream.set_nodelay(true));
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(bounds.write));
    Box::pin(stream)
}
