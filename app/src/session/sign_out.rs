//! Signing out: here at once, at the server as soon as it can be reached.

use std::{cell::RefCell, collections::BTreeSet};

use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;

use super::{
    backoff, browser, engine,
    flight::{self, Deed},
    outcome::{self, Outcome},
    pair::{Incoming, Stored, Tombstone, VERSION},
    storage,
};
use crate::{api::session, wire::Secret};

thread_local! {
    /// The sessions whose end the server is being told: each once, however often the network comes back.
    static TELLING: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// After so many attempts the next visit goes on.
const MAX_ATTEMPTS: u32 = 12;

/// Signs out. The tombstone comes first, so that nothing on its way can bring the session back.
pub(super) fn sign_out() {
    let Some(Stored::Pair(pair)) = storage::load() else {
        return engine::wake();
    };
    storage::store(Incoming::SignOut(Tombstone {
        v: VERSION,
        sid: pair.sid.clone(),
        signed_out: browser::now(),
        ended: None,
        pending: Some(pair.refresh.clone()),
    }));
    flight::note(Deed::SignedOut);
    engine::wake_afresh();
    tell_server(pair.sid, pair.refresh);
}

/// Goes on with a sign-out that an earlier visit could not finish.
pub(super) fn finish_pending() {
    if let Some(Stored::Tombstone(Tombstone { sid, pending: Some(refresh), .. })) = storage::load() {
        tell_server(sid, refresh);
    }
}

/// Ends the session at the server, trying again while it cannot be reached.
pub(super) fn tell_server(sid: String, refresh: Secret) {
    if !TELLING.with_borrow_mut(|telling| telling.insert(sid.clone())) {
        return;
    }
    spawn_local(async move {
        if is_told(&refresh).await {
            storage::settle_sign_out(&sid);
        }
        TELLING.with_borrow_mut(|telling| telling.remove(&sid));
    });
}

/// Whether the server has taken note, after as many attempts as it takes, or as are allowed.
async fn is_told(refresh: &Secret) -> bool {
    for attempt in 1..=MAX_ATTEMPTS {
        let wished = match session::blacklist(refresh.clone()).await.map_err(outcome::of) {
            Err(Outcome::Retry(wished)) => wished,
            // Ended by this, or over already.
            Ok(()) | Err(Outcome::Renewed | Outcome::Refused(_) | Outcome::SignedOut) => return true,
        };
        TimeoutFuture::new(backoff::delay(attempt, wished, browser::random())).await;
    }
    false
}
