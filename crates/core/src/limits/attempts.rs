//! Attempts to prove a password, by account and network. An attempt in progress reserves one of the remaining
//! allowed failures, so that concurrent attempts verify no more guesses than sequential ones. Further attempts wait in a
//! queue until one in progress has its result. Only failures count: concurrent attempts with a correct password all
//! succeed, unless the queue is full or an attempt waits too long in it.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::oneshot, time};

use super::failures::Failures;
use crate::clock::Clock;

/// The maximum queue length per account and network; further attempts are rejected at once.
pub(super) const MAX_WAITING: usize = 64;

/// The maximum time in the queue.
const MAX_QUEUE_TIME: Duration = Duration::from_secs(5);

/// The `Retry-After` of an attempt that finds the queue full, or that waited too long in it.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The failed attempts and those in progress, by account and network (the hash of both is the key).
pub(super) struct Attempts {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    failures: Failures,
    /// The keys with an attempt in progress. Each belongs to a running request, so nothing needs to be evicted.
    in_progress: HashMap<u64, InProgress>,
}

#[derive(Default)]
struct InProgress {
    count: u32,
    /// Senders to the waiting attempts. Empty whenever `count` is zero.
    queue: VecDeque<oneshot::Sender<Admission>>,
}

/// A reservation, or the time after which to try again.
type Admission = Result<(), Duration>;

/// The result of an attempt.
#[derive(Clone, Copy)]
pub(super) enum Outcome {
    /// The password was correct: earlier failures are removed.
    Succeeded,
    /// The password was wrong.
    Failed,
    /// The password was not verified: nothing is counted.
    NotVerified,
}

impl Attempts {
    pub(super) fn new(free: u32, clock: Arc<dyn Clock>) -> Self {
        let state = State { failures: Failures::new(free), in_progress: HashMap::new() };
        Self { clock, state: Mutex::new(state) }
    }

    /// Reserves one of the remaining allowed failures. Waits while attempts in progress hold all of them.
    ///
    /// # Errors
    /// The time after which to try again.
    pub(super) async fn begin(&self, key: u64) -> Result<Reservation<'_>, Duration> {
        let now = self.clock.elapsed();
        let queued = self.state().begin(key, now)?;
        if let Some(receiver) = queued {
            let mut queued_attempt = QueuedAttempt { attempts: self, key, receiver, was_admitted: false };
            queued_attempt.wait().await?;
        }
        Ok(Reservation { attempts: self, key, outcome: Outcome::Failed })
    }

    /// The number of attempts that wait.
    pub(super) fn waiting(&self) -> usize {
        self.state().in_progress.values().map(InProgress::waiting).sum()
    }

    fn end(&self, key: u64, outcome: Outcome) {
        let now = self.clock.elapsed();
        self.state().end(key, outcome, now);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns `None` if the attempt may start now, or a receiver if it must wait in the queue.
    fn begin(&mut self, key: u64, now: Duration) -> Result<Option<oneshot::Receiver<Admission>>, Duration> {
        if let Some(wait) = self.failures.wait(key, now) {
            return Err(wait);
        }
        let allowed = self.failures.allowed_at_once(key, now);
        let attempts = self.in_progress.entry(key).or_default();
        if attempts.queue.is_empty() && attempts.count < allowed {
            attempts.count += 1;
            return Ok(None);
        }
        attempts.queue.retain(|waiting| !waiting.is_closed());
        if attempts.queue.len() >= MAX_WAITING {
            return Err(RETRY_AFTER);
        }
        let (sender, receiver) = oneshot::channel();
        attempts.queue.push_back(sender);
        Ok(Some(receiver))
    }

    fn end(&mut self, key: u64, outcome: Outcome, now: Duration) {
        match outcome {
            Outcome::Succeeded => self.failures.clear(key),
            Outcome::Failed => self.failures.add(key, now),
            Outcome::NotVerified => {}
        }
        let Some(attempts) = self.in_progress.get_mut(&key) else { return };
        attempts.count = attempts.count.saturating_sub(1);
        match self.failures.wait(key, now) {
            Some(wait) => attempts.refuse(wait),
            None => attempts.admit(self.failures.allowed_at_once(key, now)),
        }
        if attempts.count == 0 {
            self.in_progress.remove(&key);
        }
    }
}

impl InProgress {
    /// Gives reservations to the first in the queue. A sender whose receiver was dropped gets none.
    fn admit(&mut self, allowed: u32) {
        while self.count < allowed
            && let Some(next) = self.queue.pop_front()
        {
            self.count += u32::from(next.send(Ok(())).is_ok());
        }
    }

    fn refuse(&mut self, wait: Duration) {
        for waiting in self.queue.drain(..) {
            // A dropped receiver needs no answer.
            _ = waiting.send(Err(wait));
        }
    }

    fn waiting(&self) -> usize {
        self.queue.iter().filter(|waiting| !waiting.is_closed()).count()
    }
}

/// A place in the queue. Dropping it returns a reservation that arrived meanwhile.
struct QueuedAttempt<'a> {
    attempts: &'a Attempts,
    key: u64,
    receiver: oneshot::Receiver<Admission>,
    was_admitted: bool,
}

impl QueuedAttempt<'_> {
    async fn wait(&mut self) -> Admission {
        let Ok(Ok(admission)) = time::timeout(MAX_QUEUE_TIME, &mut self.receiver).await else {
            return Err(RETRY_AFTER);
        };
        self.was_admitted = true;
        admission
    }
}

impl Drop for QueuedAttempt<'_> {
    fn drop(&mut self) {
        self.receiver.close();
        if !self.was_admitted && matches!(self.receiver.try_recv(), Ok(Ok(()))) {
            self.attempts.end(self.key, Outcome::NotVerified);
        }
    }
}

/// An attempt in progress. Dropping it without a result counts as a failure, because the password may have been
/// verified.
pub(super) struct Reservation<'a> {
    attempts: &'a Attempts,
    key: u64,
    outcome: Outcome,
}

impl Reservation<'_> {
    /// Records the result.
    pub(super) fn settle(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        self.attempts.end(self.key, self.outcome);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::{FutureExt, future::join_all};

    use super::{Attempts, MAX_QUEUE_TIME, MAX_WAITING, Outcome, RETRY_AFTER, Reservation};
    use crate::clock::SystemClock;

    fn attempts(free: u32) -> Attempts {
        Attempts::new(free, Arc::new(SystemClock))
    }

    /// Begins an attempt that does not have to wait.
    fn begin(attempts: &Attempts) -> Reservation<'_> {
        attempts.begin(1).now_or_never().expect("no queue").expect("not refused")
    }

    #[tokio::test]
    async fn attempts_beyond_the_remaining_failures_wait_for_those_in_progress() {
        let attempts = attempts(1);
        let (first, _second) = (begin(&attempts), begin(&attempts));
        let mut third = Box::pin(attempts.begin(1));
        assert!((&mut third).now_or_never().is_none());
        assert_eq!(attempts.waiting(), 1);
        first.settle(Outcome::Succeeded);
        assert!(third.await.is_ok());
        assert_eq!(attempts.waiting(), 0);
    }

    #[tokio::test]
    async fn a_failure_that_causes_a_wait_rejects_the_whole_queue() {
        let attempts = attempts(0);
        let first = begin(&attempts);
        let mut waiting = Box::pin(join_all((0..5).map(|_| attempts.begin(1))));
        assert!((&mut waiting).now_or_never().is_none());
        drop(first);
        let refused = waiting.await.iter().filter(|outcome| outcome.is_err()).count();
        assert_eq!(refused, 5);
    }

    #[tokio::test]
    async fn an_attempt_without_a_password_check_frees_its_reservation() {
        let attempts = attempts(0);
        for _ in 0..3 {
            begin(&attempts).settle(Outcome::NotVerified);
        }
        drop(begin(&attempts));
        assert!(attempts.begin(1).await.is_err());
    }

    #[tokio::test]
    async fn the_queue_is_bounded_and_leaving_it_frees_a_place() {
        let attempts = attempts(0);
        let first = begin(&attempts);
        let mut waiting: Vec<_> = (0..MAX_WAITING).map(|_| Box::pin(attempts.begin(1))).collect();
        for place in &mut waiting {
            assert!(place.now_or_never().is_none());
        }
        assert_eq!(attempts.begin(1).now_or_never().and_then(Result::err), Some(RETRY_AFTER));
        waiting.truncate(1);
        assert!(attempts.begin(1).now_or_never().is_none(), "a place in the queue");
        first.settle(Outcome::Succeeded);
        assert!(waiting.remove(0).await.is_ok());
        assert!(attempts.state().in_progress.is_empty(), "nothing of a finished attempt is kept");
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_longer_than_the_bound() {
        let attempts = attempts(0);
        let first = begin(&attempts);
        let begun = tokio::time::Instant::now();
        assert_eq!(attempts.begin(1).await.err(), Some(RETRY_AFTER));
        assert_eq!(begun.elapsed(), MAX_QUEUE_TIME);
        first.settle(Outcome::Succeeded);
        assert!(attempts.begin(1).await.is_ok(), "the place in the queue was given back");
    }

    #[tokio::test]
    async fn a_reservation_that_arrives_too_late_is_returned() {
        let attempts = attempts(0);
        let first = begin(&attempts);
        let mut gone = Box::pin(attempts.begin(1));
        assert!((&mut gone).now_or_never().is_none());
        first.settle(Outcome::Succeeded);
        drop(gone);
        begin(&attempts).settle(Outcome::NotVerified);
    }
}
