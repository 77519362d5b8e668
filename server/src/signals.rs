//! What tells the process to stop.

use std::{io, time::Duration};

#[cfg(unix)]
use tokio::signal::unix::{self, SignalKind};
#[cfg(windows)]
use tokio::signal::windows;
use tokio::time;

use crate::http_options::Stopping;

/// `SIGINT` and `SIGTERM`, or Ctrl-C. From its making on none of them ends the process by itself: one that comes
/// before it is waited for is kept.
#[derive(Debug)]
pub(super) struct Signals {
    #[cfg(unix)]
    interrupt: unix::Signal,
    #[cfg(unix)]
    terminate: unix::Signal,
    #[cfg(windows)]
    interrupt: windows::CtrlC,
}

impl Signals {
    /// Begins to listen.
    ///
    /// # Errors
    /// When the system does not let signals be handled.
    #[cfg(unix)]
    pub(super) fn listen() -> io::Result<Self> {
        Self::ignore_hangup()?;
        Ok(Self {
            interrupt: unix::signal(SignalKind::interrupt())?,
            terminate: unix::signal(SignalKind::terminate())?,
        })
    }

    /// Ignores `SIGHUP`, as long as the process lives: keys are read again by themselves, settings at the next start.
    #[cfg(unix)]
    fn ignore_hangup() -> io::Result<()> {
        let mut hangup = unix::signal(SignalKind::hangup())?;
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                tracing::info!("SIGHUP is ignored: keys are read again by themselves, and settings at the next start");
            }
        });
        Ok(())
    }

    #[cfg(windows)]
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: windows::ctrl_c()? })
    }

    /// Waits for a signal, after which `/readyz` answers 503, and then for `delay`, in which load balancers notice.
    /// A second signal ends the delay.
    pub(super) async fn stop(mut self, stopping: Stopping, delay: Duration) {
        self.next().await;
        stopping.begin();
        if !delay.is_zero() {
            tracing::info!(seconds = delay.as_secs(), "told to stop: no longer ready, and serving on for a while");
            tokio::select! {
                () = time::sleep(delay) => {}
                () = self.next() => {}
            }
        }
        tracing::info!("stopping: finishing what was begun");
    }

    /// Waits for the next.
    async fn next(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        #[cfg(windows)]
        self.interrupt.recv().await;
    }
}
