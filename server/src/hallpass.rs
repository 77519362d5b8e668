//! The server as a library: [`Hallpass::builder`] starts what the binary starts, with an application's own policy,
//! observer, tables and endpoints.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    extract::{DefaultBodyLimit, FromRef},
};
use hallpass_core::{
    Auth,
    limits::Limits,
    observer::{Observation, Observer},
    policy::{DefaultPolicy, Policy},
};
use hallpass_store::{ApplicationPool, Timeouts};
use sqlx::migrate::Migrator;
use tokio::net::TcpListener;

use crate::{
    background, body,
    commands::{Failure, LostKey, keep_key, open_core},
    config::{Config, KeySource, Observability},
    connections::{self, App, Bounds, Open},
    http_options::HttpOptions,
    layers,
    metrics::{Metrics, MetricsState},
    router,
    signals::Signals,
    telemetry::DroppedLines,
};

/// The connections that the metrics listener serves at a time.
const METRICS_CONNECTIONS: usize = 32;

/// The interface for an application's endpoints: the operations on accounts and sessions, and the database.
///
/// As the state of a `Router` it serves the extractors of [`extract`](crate::extract).
#[derive(Clone)]
pub struct Hallpass {
    auth: Arc<Auth>,
    pool: ApplicationPool,
}

impl Hallpass {
    /// Begins a server with these settings.
    pub fn builder(config: Config) -> Builder {
        Builder {
            config,
            lost_key: LostKey::Refuse,
            policy: Arc::new(DefaultPolicy),
            observers: Vec::new(),
            migrations: None,
            routes: None,
            dropped_lines: DroppedLines::default(),
        }
    }

    /// The operations on accounts, sessions and tokens.
    pub fn auth(&self) -> &Arc<Auth> {
        &self.auth
    }

    /// Connections to the database, for the application's own tables.
    pub fn pool(&self) -> &ApplicationPool {
        &self.pool
    }
}

impl FromRef<Hallpass> for Arc<Auth> {
    fn from_ref(hallpass: &Hallpass) -> Self {
        hallpass.auth.clone()
    }
}

/// Builds the application's endpoints from the server that they are part of.
type Routes = Box<dyn FnOnce(Hallpass) -> Router + Send>;

/// Builds a server.
#[must_use]
pub struct Builder {
    config: Config,
    lost_key: LostKey,
    policy: Arc<dyn Policy>,
    observers: Vec<Arc<dyn Observer>>,
    migrations: Option<Migrator>,
    routes: Option<Routes>,
    dropped_lines: DroppedLines,
}

impl Builder {
    /// Decides with this policy: who may sign in, and which claims tokens carry.
    pub fn policy(self, policy: impl Policy + 'static) -> Self {
        Self { policy: Arc::new(policy), ..self }
    }

    /// Reports to this observer, in addition to the metrics.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// Applies the application's migrations after Hallpass's own. They are noted in a table of their own.
    pub fn migrations(self, migrations: Migrator) -> Self {
        Self { migrations: Some(migrations), ..self }
    }

    /// Adds the application's endpoints. They get the same security headers, deadlines, logs and metrics as the others.
    /// Extractors read at most 64 kB of a body, unless a route has another `DefaultBodyLimit`.
    ///
    /// # Panics
    /// [`build`](Self::build) panics when a path is one of Hallpass's own, or the router has a fallback.
    pub fn routes(self, routes: impl FnOnce(Hallpass) -> Router + Send + 'static) -> Self {
        Self { routes: Some(Box::new(routes)), ..self }
    }

    /// Sets the reaction to a missing signing key. By default the start is refused.
    pub fn lost_key(self, lost_key: LostKey) -> Self {
        Self { lost_key, ..self }
    }

    /// Publishes and logs how many log lines were dropped.
    pub fn dropped_lines(self, dropped_lines: DroppedLines) -> Self {
        Self { dropped_lines, ..self }
    }

    /// Opens the database and applies the migrations.
    ///
    /// # Errors
    /// When the database does not open, or a setting or key cannot be used.
    pub async fn build(self) -> Result<Server, Failure> {
        let config = keep_key(self.config, self.lost_key).await?;
        log_notices(&config);
        let (listen, observability, http) = (config.listen, config.observability.clone(), config.http.clone());
        let (connections, keys) = (config.max_connections, config.keys.clone());
        let pool = ApplicationPool::new(&config.database_url, Timeouts::default());
        let metrics = observability.metrics_listen.map(|_| Arc::new(Metrics::default()));
        let mut observers = self.observers;
        observers.extend(metrics.clone().map(|metrics| metrics as Arc<dyn Observer>));
        let auth = open_core(config).await?.with_policy(self.policy).observed_by(Arc::new(Observers(observers)));
        let auth = Arc::new(auth);
        auth.follow_revocations().await?;
        if let Some(migrations) = self.migrations {
            pool.migrate(migrations).await?;
        }
        let hallpass = Hallpass { auth: auth.clone(), pool };
        let mut router = router::router(auth.clone(), &http.stopping);
        if let Some(routes) = self.routes {
            let body_limit = DefaultBodyLimit::max(body::MAX_BODY_BYTES);
            router = router.merge(routes(hallpass.clone()).layer(body_limit));
        }
        if let Some(metrics) = &metrics {
            router = metrics.around(router);
        }
        let bounds = Bounds { connections, ..Bounds::default() };
        let dropped_lines = self.dropped_lines;
        Ok(Server { hallpass, router, keys, listen, observability, http, bounds, metrics, dropped_lines })
    }

    /// Builds the server and serves it until the process receives SIGTERM or SIGINT.
    ///
    /// # Errors
    /// Those of [`build`](Self::build), and when the address is in use.
    pub async fn serve(self) -> Result<(), Failure> {
        // Opening the database makes a large future, which ends before the server serves.
        Box::pin(self.build()).await?.serve().await
    }
}

/// Observers, each of which gets every report.
struct Observers(Vec<Arc<dyn Observer>>);

impl Observer for Observers {
    fn observe(&self, observation: Observation) {
        for observer in &self.0 {
            observer.observe(observation);
        }
    }
}

fn log_notices(config: &Config) {
    if let Some(notice) = config.new_key_notice() {
        tracing::warn!("{notice}");
    }
    if !config.ignored_variables.is_empty() {
        tracing::info!(names = config.ignored_variables.join(", "), "variables that Kubernetes sets are ignored");
    }
    if config.auth.limits == Limits::OFF {
        tracing::warn!(
            "LIMITS ARE OFF: anyone can try any number of passwords and register any number of accounts. This is for \
             benchmarks; remove limits = off from the configuration (HALLPASS_LIMITS)."
        );
    }
}

/// A server with everything open that it needs.
pub struct Server {
    hallpass: Hallpass,
    router: Router,
    keys: KeySource,
    listen: SocketAddr,
    observability: Observability,
    http: HttpOptions,
    bounds: Bounds,
    metrics: Option<Arc<Metrics>>,
    dropped_lines: DroppedLines,
}

impl Server {
    /// The operations and the database of this server.
    pub fn hallpass(&self) -> &Hallpass {
        &self.hallpass
    }

    /// The service that answers requests, for tests without a socket.
    pub fn service(&self) -> impl App {
        layers::wrap(self.router.clone(), self.http.clone())
    }

    /// Starts the background tasks and serves until the process receives SIGTERM or SIGINT. Then finishes the requests in
    /// progress.
    ///
    /// # Errors
    /// When an address is in use, or signals cannot be handled.
    pub async fn serve(self) -> Result<(), Failure> {
        let signals = Signals::listen().map_err(Failure::Signals)?;
        let listener = listen(self.listen, "HALLPASS_LISTEN").await?;
        let open = Open::default();
        self.publish_metrics(&open).await?;
        background::start(&self.hallpass.auth, self.keys.clone(), self.dropped_lines.clone());
        tracing::info!("serving http://{}", listener.local_addr().unwrap_or(self.listen));
        let stop = signals.stop(self.http.stopping.clone(), self.observability.stop_delay);
        connections::serve(listener, self.service(), self.bounds, open, stop).await;
        // Last writes. They fail if the database was moved or is unavailable, which must not fail the shutdown.
        background::log_failure(self.hallpass.auth.write_seen().await);
        background::log_failure(self.hallpass.auth.write_failed_sign_ins().await);
        tracing::info!("stopped");
        Ok(())
    }

    /// Serves the metrics on a listener of their own, as long as the process lives.
    async fn publish_metrics(&self, open: &Open) -> Result<(), Failure> {
        let (Some(address), Some(metrics)) = (self.observability.metrics_listen, self.metrics.clone()) else {
            return Ok(());
        };
        let (auth, dropped_lines) = (self.hallpass.auth.clone(), self.dropped_lines.clone());
        let state = MetricsState { metrics, auth, open: open.clone(), dropped_lines };
        let listener = listen(address, "HALLPASS_METRICS_LISTEN").await?;
        tracing::info!("metrics at http://{}/metrics", listener.local_addr().unwrap_or(address));
        let bounds = Bounds { connections: METRICS_CONNECTIONS, ..Bounds::default() };
        tokio::spawn(connections::serve(listener, state.router(), bounds, Open::default(), std::future::pending()));
        Ok(())
    }
}

async fn listen(address: SocketAddr, setting: &'static str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|cause| Failure::Listen { address, setting, cause })
}
