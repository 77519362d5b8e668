//! The background tasks of a server.

use std::{sync::Arc, time::Duration};

use hallpass_core::{Auth, Error};
use tokio::time;

use crate::{config::KeySource, key_follower::KeyFollower, telemetry::DroppedLines};

/// Interval of polling for revocations by other processes, in addition to notifications.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);
/// Interval of writing the generations that clients have used to the database.
const WRITE_SEEN_EVERY: Duration = Duration::from_secs(1);
/// Interval of fetching another issuer's keys again (`PyJWT`: `lifespan`).
const RENEW_FOREIGN_KEYS_EVERY: Duration = Duration::from_mins(5);
/// Interval of writing rejected sign-ins to the database.
const WRITE_FAILURES_EVERY: Duration = Duration::from_secs(5);
/// Interval of reporting dropped log lines.
const REPORT_DROPPED_LINES_EVERY: Duration = Duration::from_secs(1);
/// Interval of removing entries that no longer count from the limits.
const REMOVE_IDLE_EVERY: Duration = Duration::from_secs(10);
/// Interval of deleting expired tokens and old security events.
const FLUSH_EVERY: Duration = Duration::from_hours(1);

/// Starts every background task. They run as long as the runtime.
pub(crate) fn start(auth: &Arc<Auth>, keys: KeySource, dropped_lines: DroppedLines) {
    tokio::spawn(follow(auth.clone()));
    tokio::spawn(write_seen(auth.clone()));
    tokio::spawn(flush(auth.clone()));
    tokio::spawn(follow_keys(auth.clone(), keys));
    tokio::spawn(renew_foreign_keys(auth.clone()));
    tokio::spawn(write_failures(auth.clone()));
    tokio::spawn(remove_idle(auth.clone()));
    tokio::spawn(report_dropped_lines(dropped_lines));
}

async fn follow(auth: Arc<Auth>) {
    let mut ticks = ticks(FOLLOW_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = auth.wait_for_revocations() => {}
        }
        log_failure(auth.follow_revocations().await);
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

async fn remove_idle(auth: Arc<Auth>) {
    every(REMOVE_IDLE_EVERY, || {
        auth.remove_idle();
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
        tracing::info!(flushed, events, "expired tokens and old security events deleted");
        Ok(())
    })
    .await;
}

/// Repeats `work`. A failure is logged, and the next repetition tries again.
async fn every<F: Future<Output = Result<(), Error>>>(period: Duration, mut work: impl FnMut() -> F) {
    let mut ticks = ticks(period);
    loop {
        ticks.tick().await;
        log_failure(work().await);
    }
}

fn ticks(period: Duration) -> time::Interval {
    let mut ticks = time::interval(period);
    ticks.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    ticks
}

pub(crate) fn log_failure(done: Result<(), Error>) {
    if let Err(error) = done {
        tracing::warn!(error = &error as &dyn std::error::Error, "background work failed");
    }
}
