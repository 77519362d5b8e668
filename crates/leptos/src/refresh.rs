//! One refresh across tabs, coordinated by a Web Lock.

use std::rc::Rc;

use crate::{
    api::RefreshApi,
    browser,
    config::EngineConfig,
    delay::Delay,
    lock::{Locked, with_lock_if_available},
    log::EngineEvent,
    outcome::Outcome,
    pair::StoredPair,
    reply::{Asked, is_superseded},
    shared::{SharedLog, SharedStorage},
    turn,
};

/// Polling interval of a tab that waits for another one, milliseconds.
const POLL_INTERVAL: u32 = 40;

/// The dependencies of a refresh.
#[derive(Clone)]
pub(crate) struct Refresher {
    pub(crate) storage: SharedStorage,
    pub(crate) api: Rc<dyn RefreshApi>,
    pub(crate) config: EngineConfig,
    pub(crate) log: SharedLog,
}

impl Refresher {
    /// Sends the request if no other tab is refreshing. Otherwise waits for that tab's pair: briefly if the server's grace
    /// allows a parallel request, else until that tab releases the lock. A browser that refuses locks waits briefly.
    pub(crate) async fn ask(self, pair: StoredPair) -> Outcome {
        let may_send_in_parallel = turn::may_send_in_parallel(self.config.grace_millis());
        let lock = format!("{}:refresh:{}:{}", self.config.storage_key, pair.sid, pair.received_at);
        let mut skips_lock = false;
        for waited in (0..).step_by(POLL_INTERVAL as usize) {
            if !skips_lock {
                match with_lock_if_available(&lock, self.clone().send(pair.clone()), hold_after).await {
                    Locked::Done(outcome) => return outcome,
                    Locked::Taken => skips_lock = may_send_in_parallel,
                    Locked::Rejected => skips_lock = true,
                }
            }
            if is_superseded(&pair, &self.storage.borrow()) {
                return Outcome::Superseded;
            }
            if skips_lock && waited >= turn::LOCK_WAIT {
                break;
            }
            Delay::millis(POLL_INTERVAL).pass().await;
        }
        self.send(pair).await
    }

    async fn send(self, pair: StoredPair) -> Outcome {
        if is_superseded(&pair, &self.storage.borrow()) {
            return Outcome::Superseded;
        }
        let sent_at = browser::now();
        self.log.note(EngineEvent::Asked);
        let answer = self.api.refresh(pair.refresh.clone()).await;
        let (answered_at, grace) = (browser::now(), self.config.grace_millis());
        let asked = Asked { pair: &pair, sent_at, answered_at, grace };
        let outcome = asked.settle(answer, &mut self.storage.borrow_mut());
        if matches!(outcome, Outcome::Renewed(_)) {
            self.log.note(EngineEvent::Renewed);
        }
        outcome
    }
}

/// The time for which the lock is held after the answer, milliseconds. After a failure it is released at once.
const fn hold_after(outcome: &Outcome) -> u32 {
    match outcome {
        Outcome::Renewed(_) | Outcome::SignedOut => turn::LOCK_WAIT,
        Outcome::Superseded | Outcome::Retry(_) | Outcome::Rejected(_) => 0,
    }
}
