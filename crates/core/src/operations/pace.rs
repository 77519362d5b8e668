//! Pauses between batches of long work. After a batch, the database is free for three times as long, so that a process
//! which polls for the lock of a SQLite file gets it.

use std::time::Duration;

use tokio::time::{self, Instant};

use crate::store::{Progress, StoreError};

/// The pause after a batch, as a multiple of its duration.
const REST: u32 = 3;

/// The minimum pause.
const MIN_REST: Duration = Duration::from_millis(2);

/// Runs one batch, then pauses.
pub(super) async fn batch<T>(work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let done = work.await;
    time::sleep(MIN_REST.max(begun.elapsed() * REST)).await;
    done
}

/// Runs batches until no row is left. Returns the total of their counts.
pub(super) async fn all_batches<F>(mut work: impl FnMut() -> F) -> Result<u64, StoreError>
where
    F: Future<Output = Result<Progress, StoreError>>,
{
    let mut total = 0;
    loop {
        let Progress { count, is_done } = batch(work()).await?;
        total += count;
        if is_done {
            return Ok(total);
        }
    }
}
