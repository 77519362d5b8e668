//! Signing out: in this browser at once, at the server when it can be reached.

use std::{cell::RefCell, collections::BTreeSet};

use hallpass_types::Secret;
use leptos::task::spawn_local;

use super::{
    browser, engine,
    flight::{self, EngineEvent},
    outcome::{self, Outcome},
    pair::{Incoming, SignOut, Stored, Tombstone, VERSION},
    storage,
};
use crate::{api::session, delay::Delay};

thread_local! {
    /// The sessions that this tab is revoking at the server. Prevents duplicate requests when the network comes back.
    static ENDING: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// After so many attempts the tab waits until it becomes visible again.
const MAX_ATTEMPTS: u32 = 12;

/// The time for which other tabs leave a sign-out to the tab in which it began, milliseconds.
const HEAD_START: u32 = 3_000;

/// Signs out. Writes the tombstone first, so that no late reply can restore the session.
pub(super) fn sign_out() {
    let Some(Stored::Pair(pair)) = storage::load() else {
        return engine::wake();
    };
    storage::store(Incoming::SignOut(Tombstone {
        v: VERSION,
        sid: pair.sid.clone(),
        signed_out: browser::now(),
        ended: None,
        username: None,
        pending: Some(pair.refresh.clone()),
        unfinished: Vec::new(),
    }));
    flight::note(EngineEvent::SignedOut);
    engine::wake_afresh();
    finish();
}

/// Revokes every session that ended in this browser, including those of closed tabs and earlier visits.
pub(super) fn finish() {
    let stored = storage::load();
    for sign_out in stored.iter().flat_map(Stored::unfinished) {
        end_at_server(sign_out);
    }
}

/// Revokes these sessions later, unless the tab in which they ended has done so.
pub(super) fn finish_later() {
    if storage::load().is_none_or(|stored| stored.unfinished().is_empty()) {
        return;
    }
    spawn_local(async {
        let jitter = Delay::after_failures(1, None, browser::random());
        Delay::millis(HEAD_START + jitter.as_millis()).pass().await;
        finish();
    });
}

/// Revokes the session at the server; retries while the server cannot be reached.
pub(super) fn end_at_server(SignOut { sid, refresh }: SignOut) {
    if !ENDING.with_borrow_mut(|ending| ending.insert(sid.clone())) {
        return;
    }
    spawn_local(async move {
        if is_told(&refresh).await {
            storage::finish_sign_out(&sid);
        }
        ENDING.with_borrow_mut(|ending| ending.remove(&sid));
    });
}

/// Whether the server confirmed, within the allowed attempts.
async fn is_told(refresh: &Secret) -> bool {
    for attempt in 1..=MAX_ATTEMPTS {
        let retry_after = match session::blacklist(refresh.clone()).await.map_err(outcome::of) {
            Err(Outcome::Retry(retry_after)) => retry_after,
            // Ended now or earlier.
            Ok(()) | Err(Outcome::Renewed | Outcome::Superseded | Outcome::Rejected(_) | Outcome::SignedOut) => {
                return true;
            }
        };
        Delay::after_failures(attempt, retry_after, browser::random()).pass().await;
    }
    false
}
