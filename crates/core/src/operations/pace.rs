//! The pace of long work. A batch is short, and after it others have the database for three times as long: a process
//! that waits for the lock of a SQLite file asks for it now and then, and has to find it free.

use std::time::Duration;

use tokio::time::{self, Instant};

/// How much longer than a batch took the pause after it is.
const REST: u32 = 3;

/// The shortest pause.
const MIN_REST: Duration = Duration::from_millis(2);

/// Does one batch, and rests.
pub(super) async fn batch<T>(work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let done = work.await;
    time::sleep(MIN_REST.max(begun.elapsed() * REST)).await;
    done
}
