//! Shutdown signals.

use std::{io, time::Duration};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time,
};

use crate::http_options::Stopping;

/// `SIGINT` and `SIGTERM`. Once created, it catches these signals, including those that arrive before
/// [`stop`](Self::stop).
#[derive(Debug)]
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Installs the signal handlers.
    ///
    /// # Errors
    /// When a signal handler cannot be installed.
    pub(super) fn listen() -> io::Result<Self> {
        Self::ignore_hangup()?;
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Ignores `SIGHUP` for the life of the process: keys are reloaded automatically, settings at the next start.
    fn ignore_hangup() -> io::Result<()> {
        let mut hangup = signal(SignalKind::hangup())?;
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                tracing::info!("SIGHUP is ignored: keys are reloaded automatically, and settings at the next start");
            }
        });
        Ok(())
    }

    /// Waits for a signal, makes `/readyz` respond with 503, and waits for `delay`, so that load balancers notice. A
    /// second signal ends the delay.
    pub(super) async fn stop(mut self, stopping: Stopping, delay: Duration) {
        self.next().await;
        stopping.begin();
        if !delay.is_zero() {
            tracing::info!(seconds = delay.as_secs(), "shutting down: no longer ready, still serving");
            tokio::select! {
                () = time::sleep(delay) => {}
                () = self.next() => {}
            }
        }
        tracing::info!("shutting down: finishing requests in progress");
    }

    /// Waits for the next signal.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
