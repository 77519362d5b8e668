//! Asking for the next pair: one request at a time across tabs, where the browser supports locks.

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
const LOOK_EVERY: u32 = 40;

/// What a refresh needs.
#[derive(Clone)]
pub(crate) struct Refresher {
    pub(crate) storage: SharedStorage,
    pub(crate) api: Rc<dyn RefreshApi>,
    pub(crate) config: EngineConfig,
    pub(crate) log: SharedLog,
}

impl Refresher {
    /// Asks while no other tab does. Otherwise waits for that tab's answer: briefly if the server's grace allows asking
    /// in parallel, else until that tab releases the lock.
    pub(crate) async fn ask(self, pair: StoredPair) -> Outcome {
        let may_ask_beside = turn::may_ask_beside(self.config.grace_millis());
        let lock = format!("{}:refresh:{}:{}", self.config.storage_key, pair.sid, pair.received_at);
        let mut is_locked_out = false;
        for waited in (0..).step_by(LOOK_EVERY as usize) {
            if !is_locked_out {
                match with_lock_if_available(&lock, self.clone().ask_now(pair.clone()), hold_after).await {
                    Locked::Done(outcome) => return outcome,
                    Locked::Taken => is_locked_out = may_ask_beside,
                    Locked::Rejected => is_locked_out = true,
                }
            }
            if is_superseded(&pair, &self.storage.borrow()) {
                return Outcome::Superseded;
            }
            if is_locked_out && waited >= turn::PATIENCE {
                break;
            }
            Delay::millis(LOOK_EVERY).pass().await;
        }
        self.ask_now(pair).await
    }

    async fn ask_now(self, pair: StoredPair) -> Outcome {
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
        Outcome::Renewed(_) | Outcome::SignedOut => turn::PATIENCE,
        Outcome::Superseded | Outcome::Retry(_) | Outcome::Rejected(_) => 0,
    }
}
