//! Checks that the database accepts writes, by writing. Concurrent checks share one write per second.

use std::time::Duration;

use tokio::sync::Mutex;

use super::{Error, store::Store};

/// The time for which a result is reused.
const STANDS_FOR: Duration = Duration::from_secs(1);

/// The last write and its result.
#[derive(Default)]
pub(super) struct WriteProbe(Mutex<Option<Probed>>);

#[derive(Clone, Copy)]
struct Probed {
    /// Monotonic time.
    at: Duration,
    is_written: bool,
}

impl WriteProbe {
    /// Writes, unless a write was attempted within the last second. `now` is monotonic time.
    ///
    /// # Errors
    /// `Unavailable`, with the cause for the caller that wrote.
    pub(super) async fn check(&self, store: &dyn Store, now: Duration) -> Result<(), Error> {
        let mut last = self.0.lock().await;
        if let Some(probed) = last.filter(|probed| now.saturating_sub(probed.at) < STANDS_FOR) {
            let failed = Error::Unavailable { retry_after: STANDS_FOR, cause: None };
            return if probed.is_written { Ok(()) } else { Err(failed) };
        }
        let written = store.probe_write().await;
        *last = Some(Probed { at: now, is_written: written.is_ok() });
        Ok(written?)
    }
}
