//! Retries of one piece of work within its time limit.

use std::time::Duration;

use tokio::time::{self, Instant};

use super::failure::Failure;

const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// The time limit of a piece of work, and the pauses between its attempts.
pub(super) struct Attempts {
    /// Time when the work began.
    pub(super) begun: Instant,
    /// Time when the limit is reached.
    pub(super) until: Instant,
    pause: Duration,
}

impl Attempts {
    pub(super) fn within(time: Duration) -> Self {
        let begun = Instant::now();
        Self { begun, until: begun + time, pause: FIRST_PAUSE }
    }

    /// Waits before the next attempt.
    ///
    /// # Errors
    /// The same error if another attempt would fail as well, or the time is over.
    pub(super) async fn pause_after(&mut self, error: sqlx::Error) -> sqlx::Result<()> {
        if Failure::of(&error) == Failure::Permanent || !self.pause().await { Err(error) } else { Ok(()) }
    }

    /// Waits before the next attempt, twice as long each time. Returns `false` if no time is left for it.
    pub(super) async fn pause(&mut self) -> bool {
        let next = Instant::now() + self.pause;
        if next >= self.until {
            return false;
        }
        time::sleep_until(next).await;
        self.pause = LONGEST_PAUSE.min(self.pause * 2);
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Attempts;
    use crate::postgres::failure::no_answer;

    #[tokio::test(start_paused = true)]
    async fn a_lost_connection_is_retried_until_the_time_limit() {
        let mut attempts = Attempts::within(Duration::from_secs(5));
        let mut count = 0;
        while attempts.pause_after(no_answer("BEGIN")).await.is_ok() {
            count += 1;
        }
        assert!((20..30).contains(&count), "{count} attempts");
        assert!(attempts.begun < attempts.until);
    }

    #[tokio::test(start_paused = true)]
    async fn a_permanent_error_is_not_retried() {
        let mut attempts = Attempts::within(Duration::from_secs(5));
        assert!(attempts.pause_after(sqlx::Error::RowNotFound).await.is_err());
    }
}
