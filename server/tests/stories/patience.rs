//! The timeout of every wait in the stories. No result depends on it: it only ends a test that would hang.

use std::{
    thread,
    time::{Duration, Instant},
};

use tokio::{task, time};

/// Longer than the slowest machine needs for anything that a story waits for.
pub(crate) const PATIENCE: Duration = Duration::from_mins(5);

/// The polling interval of [`until`].
const PAUSE: Duration = Duration::from_millis(5);

/// Waits for a future that has to end.
pub(crate) async fn eventually<T>(what: &str, future: impl Future<Output = T>) -> T {
    let outcome = time::timeout(PATIENCE, future).await;
    outcome.unwrap_or_else(|_| panic!("{what}: still waiting after {PATIENCE:?}"))
}

/// Polls a condition. Works while Tokio's clock is paused, and does not advance it: that clock stands still while a
/// blocking task runs.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "{what}: still waiting after {PATIENCE:?}");
        task::spawn_blocking(|| thread::sleep(PAUSE)).await.expect("sleeping does not panic");
    }
}
