//! Signing out: here at once, at the server as soon as it can be reached.

use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;

use super::{
    backoff, browser, engine,
    outcome::{self, Outcome},
    pair::{Incoming, Stored, Tombstone, VERSION},
    storage,
};
use crate::{api::session, wire::Secret};

/// After so many attempts the next visit goes on.
const MAX_ATTEMPTS: u32 = 12;

/// Signs out. The tombstone comes first, so that nothing on its way can bring the session back.
pub fn sign_out() {
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
    spawn_local(async move {
        for attempt in 1..=MAX_ATTEMPTS {
            let wished = match session::blacklist(refresh.clone()).await.map_err(outcome::of) {
                Err(Outcome::Retry(wished)) => wished,
                // Ended by this, or over already.
                Ok(()) | Err(Outcome::Renewed | Outcome::Refused(_) | Outcome::SignedOut) => {
                    return storage::settle_sign_out(&sid);
                }
            };
            TimeoutFuture::new(backoff::delay(attempt, wished, browser::random())).await;
        }
    });
}
