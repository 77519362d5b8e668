//! The background tasks of a server.

use std::{future::ready, sync::Arc, time::Duration};

use hallpass_core::{Auth, Error};
use tokio::time;

use crate::{config::KeySource, key_follower::KeyFollower, telemetry::DroppedLines};

/// Interval of polling for revocations by other processes, in addition to notifications.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);
/// Interval of writing the generations that clients have used to the database.
const WRITE_SEEN_EVERY: Duration = Duration::from_secs(1);
/// Interval of fetching another issuer's keys again (`PyJWT`: `lifespan`).
const REFETCH_FOREIGN_KEYS_EVERY: Duration = Duration::from_mins(5);
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
    every(WRITE_SEEN_EVERY, auth, |auth| async move { auth.write_seen().await });
    every(FLUSH_EVERY, auth, flush);
    let mut follower = KeyFollower::new(keys);
    every(FOLLOW_EVERY, auth, move |auth| {
        follower.check(&auth);
        ready(Ok(()))
    });
    every(REFETCH_FOREIGN_KEYS_EVERY, auth, |auth| async move {
        auth.renew_foreign_keys().await;
        Ok(())
    });
    every(WRITE_FAILURES_EVERY, auth, |auth| async move { auth.write_failed_sign_ins().await });
    every(REMOVE_IDLE_EVERY, auth, |auth| {
        auth.remove_idle();
        ready(Ok(()))
    });
    let mut reported = 0;
    every(REPORT_DROPPED_LINES_EVERY, auth, move |_| {
        reported = dropped_lines.report(reported);
        ready(Ok(()))
    });
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

async fn flush(auth: Arc<Auth>) -> Result<(), Error> {
    let flushed = auth.flush_expired_tokens().await?;
    let events = auth.flush_events().await?;
    tracing::info!(flushed, events, "expired tokens and old security events deleted");
    Ok(())
}

/// Starts a task that repeats `work`. A failure is logged, and the next repetition tries again.
fn every<F>(period: Duration, auth: &Arc<Auth>, mut work: impl FnMut(Arc<Auth>) -> F + Send + 'static)
where
    F: Future<Output = Result<(), Error>> + Send,
{
    let auth = auth.clone();
    tokio::spawn(async move {
        let mut ticks = ticks(period);
        loop {
            ticks.tick().await;
            log_failure(work(auth.clone()).await);
        }
    });
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
