//! `serve`: the server, and what it does beside answering.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use hallpass_core::{Auth, Error, limits::Limits};
use tokio::{net::TcpListener, time};

use super::{Failure, LostKey, key_follower::KeyFollower, load, open_core, signals::Signals};
use crate::{
    config::KeySource,
    connections::{self, Bounds, Open},
    edge::Stopping,
    layers,
    metrics::{Metrics, Watched},
    router,
    telemetry::{self, DroppedLines},
};

/// How soon another process's revocations are learnt of where nobody tells.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);
/// How often the seen generations are written down.
const WRITE_SEEN_EVERY: Duration = Duration::from_secs(1);
/// How often another issuer's keys are fetched anew (`PyJWT`: `lifespan`).
const RENEW_FOREIGN_KEYS_EVERY: Duration = Duration::from_mins(5);
/// How often refused sign-ins are written down.
const WRITE_FAILURES_EVERY: Duration = Duration::from_secs(5);
/// How often dropped log lines are reported.
const REPORT_DROPPED_LINES_EVERY: Duration = Duration::from_secs(1);
/// How often limits forget whom nothing is held against any more.
const FORGET_IDLE_EVERY: Duration = Duration::from_secs(10);
/// How many may ask for the metrics at a time.
const METRICS_CONNECTIONS: usize = 32;
/// How often expired tokens are cleared away.
const FLUSH_EVERY: Duration = Duration::from_hours(1);

/// Serves until the process is told to stop, then finishes what it began.
///
/// # Errors
/// When the configuration is refused, the database does not open, or the address is taken.
pub async fn run(config: Option<PathBuf>, lost_key: LostKey) -> Result<(), Failure> {
    let config = load(config, lost_key).await?;
    let telemetry = telemetry::start(config.watch.log_format);
    let (address, watch) = (config.listen, config.watch.clone());
    let (keys, edge) = (config.keys.clone(), config.edge.clone());
    let (bounds, open) = (Bounds { connections: config.max_connections, ..Bounds::default() }, Open::default());
    if let Some(notice) = config.new_key_notice() {
        tracing::warn!("{notice}");
    }
    if !config.ignored_variables.is_empty() {
        tracing::info!(names = config.ignored_variables.join(", "), "variables that Kubernetes sets are ignored");
    }
    if config.auth.limits == Limits::OFF {
        tracing::warn!(
            "LIMITS ARE OFF: anybody may try passwords and register as often as they like. This is for benchmarks; \
             take limits = off out of the configuration (HALLPASS_LIMITS)."
        );
    }
    let metrics = watch.metrics_listen.map(|_| Arc::new(Metrics::default()));
    let auth = open_core(config).await?;
    let auth = Arc::new(match &metrics {
        Some(metrics) => auth.observed_by(metrics.clone()),
        None => auth,
    });
    auth.follow_revocations().await?;
    let signals = Signals::listen().map_err(Failure::Signals)?;
    let listener = listen(address, "HALLPASS_LISTEN").await?;
    let stopping = edge.stopping.clone();
    let mut app = router::router(auth.clone(), &stopping);
    if let (Some(address), Some(metrics)) = (watch.metrics_listen, metrics) {
        app = metrics.around(app);
        publish(
            address,
            Watched { metrics, auth: auth.clone(), open: open.clone(), dropped_lines: telemetry.dropped_lines.clone() },
        )
        .await?;
    }
    begin_work(&auth, keys);
    tokio::spawn(report_dropped_lines(telemetry.dropped_lines.clone()));
    tracing::info!("serving http://{}", listener.local_addr().unwrap_or(address));
    connections::serve(
        listener,
        layers::at_the_edge(app, edge),
        bounds,
        open,
        told_to_stop(signals, stopping, watch.stop_delay),
    )
    .await;
    // A database that was moved, or that fails, takes no last notes; the stop is in good order all the same.
    warn_of(auth.write_seen().await);
    warn_of(auth.write_failed_sign_ins().await);
    tracing::info!("stopped");
    telemetry.stop();
    Ok(())
}

async fn listen(address: SocketAddr, setting: &'static str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|cause| Failure::Listen { address, setting, cause })
}

/// Gives the metrics away on a listener of their own, as long as the process lives.
async fn publish(address: SocketAddr, watched: Watched) -> Result<(), Failure> {
    let listener = listen(address, "HALLPASS_METRICS_LISTEN").await?;
    tracing::info!("metrics at http://{}/metrics", listener.local_addr().unwrap_or(address));
    let bounds = Bounds { connections: METRICS_CONNECTIONS, ..Bounds::default() };
    tokio::spawn(connections::serve(listener, watched.router(), bounds, Open::default(), std::future::pending()));
    Ok(())
}

fn begin_work(auth: &Arc<Auth>, keys: KeySource) {
    tokio::spawn(follow(auth.clone()));
    tokio::spawn(write_seen(auth.clone()));
    tokio::spawn(flush(auth.clone()));
    tokio::spawn(follow_keys(auth.clone(), keys));
    tokio::spawn(renew_foreign_keys(auth.clone()));
    tokio::spawn(write_failures(auth.clone()));
    tokio::spawn(forget_idle(auth.clone()));
}

async fn follow(auth: Arc<Auth>) {
    let mut ticks = ticks(FOLLOW_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = auth.wait_for_revocations() => {}
        }
        warn_of(auth.follow_revocations().await);
    }
}

async fn follow_keys(auth: Arc<Auth>, source: KeySource) {
    let mut follower = KeyFollower::new(source);
    every(FOLLOW_EVERY, || {
        follower.look(&auth);
        std::future::ready(Ok(()))
    })
    .await;
}

async fn renew_foreign_keys(auth: Arc<Auth>) {
    every(RENEW_FOREIGN_KEYS_EVERY, || async {
        auth.renew_foreign_keys().await;
        Ok(())
    })
    .await;
}

async fn write_seen(auth: Arc<Auth>) {
    every(WRITE_SEEN_EVERY, || async { auth.write_seen().await }).await;
}

async fn write_failures(auth: Arc<Auth>) {
    every(WRITE_FAILURES_EVERY, || async { auth.write_failed_sign_ins().await }).await;
}

async fn forget_idle(auth: Arc<Auth>) {
    every(FORGET_IDLE_EVERY, || {
        auth.forget_idle();
        std::future::ready(Ok(()))
    })
    .await;
}

async fn report_dropped_lines(dropped: DroppedLines) {
    let mut reported = 0;
    every(REPORT_DROPPED_LINES_EVERY, || {
        reported = dropped.report(reported);
        std::future::ready(Ok(()))
    })
    .await;
}

async fn flush(auth: Arc<Auth>) {
    every(FLUSH_EVERY, || async {
        let flushed = auth.flush_expired_tokens().await?;
        let events = auth.flush_events().await?;
        tracing::info!(flushed, events, "expired tokens and old security events were deleted");
        Ok(())
    })
    .await;
}

/// Does `work` again and again. What fails is said and tried again the next time.
async fn every<F: Future<Output = Result<(), Error>>>(period: Duration, mut work: impl FnMut() -> F) {
    let mut ticks = ticks(period);
    loop {
        ticks.tick().await;
        warn_of(work().await);
    }
}

fn ticks(period: Duration) -> time::Interval {
    let mut ticks = time::interval(period);
    ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    ticks
}

fn warn_of(done: Result<(), Error>) {
    if let Err(error) = done {
        tracing::warn!(error = &error as &dyn std::error::Error, "background work failed");
    }
}

/// Ends when the process was told to stop and whoever shares out requests had time to notice: from the first
/// signal on `/readyz` says no, and a second one makes an end at once.
async fn told_to_stop(mut signals: Signals, stopping: Stopping, delay: Duration) {
    signals.next().await;
    stopping.begin();
    if !delay.is_zero() {
        tracing::info!(seconds = delay.as_secs(), "told to stop: no longer ready, and serving on for a while");
        tokio::select! {
            () = time::sleep(delay) => {}
            () = signals.next() => {}
        }
    }
    tracing::info!("stopping: finishing what was begun");
}
