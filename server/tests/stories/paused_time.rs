//! Tokio's clock, advanced by hand: timeouts of connections and bodies expire when the test says so, and never
//! because a machine is slow.

use std::{
    pin::pin,
    sync::mpsc::{Sender, channel},
    time::{Duration, Instant},
};

use tokio::{task, time};

use crate::patience::PATIENCE;

/// While it exists, time stands still except for what it lets pass. Needs a runtime with one thread.
pub(crate) struct PausedTime {
    _blocking: Sender<()>,
}

impl PausedTime {
    pub(crate) fn begin() -> Self {
        time::pause();
        // An idle runtime advances a paused clock by itself, but not while a blocking task runs. This task ends with
        // the test, or when the test hangs: then the clock runs, and the timeout of the test's wait ends it.
        let (blocking, ended) = channel::<()>();
        drop(task::spawn_blocking(move || ended.recv_timeout(PATIENCE)));
        Self { _blocking: blocking }
    }

    /// Lets some time pass.
    pub(crate) async fn pass(&self, duration: Duration) {
        // Timers expire at the next whole millisecond.
        time::advance(duration + Duration::from_millis(1)).await;
    }

    /// The outcome of a future while time passes step by step.
    pub(crate) async fn pass_until<T>(&self, step: Duration, future: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let mut future = pin!(future);
        loop {
            tokio::select! {
                biased;
                outcome = &mut future => return outcome,
                () = self.pass(step) => assert!(begun.elapsed() < PATIENCE, "still waiting after {PATIENCE:?}"),
            }
        }
    }
}
