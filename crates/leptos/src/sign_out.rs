//! Revoking sessions at the server after they ended in this browser.

use std::{cell::RefCell, collections::BTreeSet, rc::Rc};

use hallpass_types::Secret;
use leptos::task::spawn_local;

use crate::{
    api::RefreshApi,
    browser,
    delay::Delay,
    outcome::RefreshError,
    pair::{SignOut, Stored},
    shared::SharedStorage,
};

/// After so many attempts the tab waits until it becomes visible again.
const MAX_ATTEMPTS: u32 = 12;

/// The time for which other tabs leave a sign-out to the tab in which it began, milliseconds.
const HEAD_START: u32 = 3_000;

/// The sign-outs that the server has not confirmed.
#[derive(Clone)]
pub(crate) struct SignOuts {
    storage: SharedStorage,
    api: Rc<dyn RefreshApi>,
    /// The sessions that this tab is revoking. Prevents duplicate requests when the network comes back.
    running: Rc<RefCell<BTreeSet<String>>>,
}

impl SignOuts {
    /// The sign-outs in this storage.
    pub(crate) fn new(storage: SharedStorage, api: Rc<dyn RefreshApi>) -> Self {
        Self { storage, api, running: Rc::default() }
    }

    /// Revokes every session that ended in this browser, including those of closed tabs and earlier visits.
    pub(crate) fn finish(&self) {
        let stored = self.storage.borrow().load();
        for sign_out in stored.iter().flat_map(Stored::unfinished) {
            self.revoke(sign_out);
        }
    }

    /// Revokes the sessions in the stored value later, unless the tab in which they ended has done so.
    pub(crate) fn finish_later(&self, stored: Option<&Stored>) {
        if stored.is_none_or(|stored| stored.unfinished().is_empty()) {
            return;
        }
        let sign_outs = self.clone();
        spawn_local(async move {
            let jitter = Delay::after_failures(1, None, browser::random());
            Delay::millis(HEAD_START + jitter.as_millis()).pass().await;
            sign_outs.finish();
        });
    }

    /// Revokes the session at the server; retries while the server cannot be reached.
    pub(crate) fn revoke(&self, SignOut { sid, refresh }: SignOut) {
        if !self.running.borrow_mut().insert(sid.clone()) {
            return;
        }
        let sign_outs = self.clone();
        spawn_local(async move {
            if sign_outs.is_confirmed(&refresh).await {
                sign_outs.storage.borrow_mut().finish_sign_out(&sid);
            }
            sign_outs.running.borrow_mut().remove(&sid);
        });
    }

    /// Whether the server confirmed, within the allowed attempts, that the session has ended, now or earlier.
    async fn is_confirmed(&self, refresh: &Secret) -> bool {
        for attempt in 1..=MAX_ATTEMPTS {
            let Err(RefreshError::Retry(retry_after)) = self.api.revoke(refresh.clone()).await else { return true };
            Delay::after_failures(attempt, retry_after, browser::random()).pass().await;
        }
        false
    }
}
