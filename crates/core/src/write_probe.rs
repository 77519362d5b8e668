//! Whether the database takes writes, found out by writing. However many ask, it is written to once a second.

use std::time::Duration;

use tokio::sync::Mutex;

use super::{Error, store::Store};

/// How long an answer stands for others.
const STANDS_FOR: Duration = Duration::from_secs(1);

/// The last write, and what came of it.
#[derive(Default)]
pub(super) struct WriteProbe(Mutex<Option<Probed>>);

#[derive(Clone, Copy)]
struct Probed {
    /// Time of the process.
    at: Duration,
    is_written: bool,
}

impl WriteProbe {
    /// Writes, unless somebody did within the last second. `now` is the time of the process.
    ///
    /// # Errors
    /// `Unavailable`, with its cause for the one who wrote.
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
