//! One refresh at a time in a tab, whoever asks for it; and, as far as the browser helps, one at a
//! time in all tabs.

use std::cell::RefCell;

use futures::future::{FutureExt, LocalBoxFuture, Shared};
use gloo_timers::future::TimeoutFuture;
use leptos::task::spawn_local;

use super::{
    browser, engine,
    flight::{self, Deed},
    inspect::stored_pair,
    lock::with_lock_if_available,
    outcome::{self, Outcome, Refusal},
    pair::{Incoming, Stored, StoredPair, Tombstone, VERSION},
    schedule, storage,
};
use crate::{
    api::{
        client::{Access, TokenSource},
        session,
    },
    wire::{EndReason, Ended, SessionClaims, TokenPair},
};

/// How long to wait for the tab that holds the lock, and how often to look, milliseconds. Who renewed
/// holds it as long: what one tab writes to storage, another may still read as it was.
const PATIENCE: u32 = 2_000;
const LOOK_EVERY: u32 = 40;

/// The oldest reply that is taken, milliseconds: less than the server's grace.
const MAX_REPLY_AGE: i64 = 25_000;

type Running = Shared<LocalBoxFuture<'static, Outcome>>;

thread_local! {
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
}

/// Renews the stored pair. All callers share one running refresh, which runs to its end even when
/// they are gone: its reply may hold the only copy of the next refresh token.
pub(super) async fn renew() -> Outcome {
    if engine::must_wait() {
        return Outcome::Retry(None);
    }
    let running = RUNNING.with_borrow(Clone::clone);
    let running = running.unwrap_or_else(|| {
        let started = run().boxed_local().shared();
        RUNNING.with_borrow_mut(|slot| *slot = Some(started.clone()));
        spawn_local(started.clone().map(drop));
        started
    });
    running.await
}

async fn run() -> Outcome {
    let outcome = match storage::load() {
        Some(Stored::Pair(pair)) => ask_alone(pair).await,
        Some(Stored::Tombstone(_)) | None => Outcome::SignedOut,
    };
    RUNNING.with_borrow_mut(|slot| *slot = None);
    engine::settle(&outcome);
    outcome
}

/// Asks while no other tab does, or waits a moment for the one that does, then asks all the same.
async fn ask_alone(pair: StoredPair) -> Outcome {
    let held = with_lock_if_available(&lock_of(&pair), ask(pair.clone()), hold_after).await;
    if let Some(outcome) = held {
        return outcome;
    }
    for _ in 0..PATIENCE / LOOK_EVERY {
        TimeoutFuture::new(LOOK_EVERY).await;
        if is_superseded(&pair) {
            return Outcome::Renewed;
        }
    }
    ask(pair).await
}

/// The lock is of the pair that is to be renewed: the next one has its own.
fn lock_of(pair: &StoredPair) -> String {
    format!("hallpass:refresh:{}:{}", pair.sid, pair.received_at)
}

/// How long the lock is held after that, milliseconds. Who failed lets the others try.
const fn hold_after(outcome: &Outcome) -> u32 {
    match outcome {
        Outcome::Renewed | Outcome::SignedOut => PATIENCE,
        Outcome::Retry(_) | Outcome::Refused(_) => 0,
    }
}

/// Whether storage holds something else by now: a newer pair, or a sign-out.
fn is_superseded(pair: &StoredPair) -> bool {
    !matches!(storage::load(), Some(Stored::Pair(stored)) if stored.access == pair.access)
}

async fn ask(pair: StoredPair) -> Outcome {
    if is_superseded(&pair) {
        return Outcome::Renewed;
    }
    let sent_at = browser::now();
    flight::note(Deed::Asked);
    match session::refresh(pair.refresh.clone()).await {
        // A device that slept meanwhile holds a reply that is stale: others may have asked again with the
        // same token, and using this one now would make them look like thieves.
        Ok(_) if browser::now() - sent_at > MAX_REPLY_AGE => Outcome::Retry(None),
        Ok(tokens) => match received(tokens, Some(&pair), sent_at) {
            Some(renewed) => {
                engine::expect_own(&renewed);
                storage::store(Incoming::Renewal(renewed));
                flight::note(Deed::Renewed);
                Outcome::Renewed
            }
            None => Outcome::Retry(None),
        },
        Err(error) => match outcome::of(error) {
            Outcome::Refused(refusal) => refused(&pair, refusal),
            outcome => outcome,
        },
    }
}

/// A pair as it is stored. `None` when the answer is none that we understand.
pub(super) fn received(tokens: TokenPair, previous: Option<&StoredPair>, sent_at: i64) -> Option<StoredPair> {
    let received_at = browser::now();
    let claims = SessionClaims::read(tokens.access.expose())?;
    // A server that does not rotate sends no refresh token: the one at hand stays good.
    let refresh = tokens.refresh.or_else(|| previous.map(|pair| pair.refresh.clone()))?;
    let skew = schedule::skew(&claims, sent_at, received_at);
    let SessionClaims { sid, generation, .. } = claims;
    Some(StoredPair { v: VERSION, sid, generation, access: tokens.access, refresh, received_at, skew })
}

/// Signs out only if the stored token is still the one that was refused and the session is over at
/// once, or the access token is dead too.
fn refused(pair: &StoredPair, refusal: Refusal) -> Outcome {
    if is_superseded(pair) {
        return Outcome::Renewed;
    }
    let remaining = pair.claims().map_or(0, |claims| schedule::remaining(&claims, pair.skew, browser::now()));
    if remaining > 0 && !refusal.is_immediate() {
        return Outcome::Refused(refusal);
    }
    let signed_out = browser::now();
    let noticed = |reason| Some(Ended { reason, at: signed_out / 1000, by: None });
    let ended = match refusal {
        Refusal::Lost => noticed(EndReason::Expired),
        Refusal::Inactive => noticed(EndReason::UserDeactivated),
        Refusal::Ended(ended) => ended,
    };
    let tombstone = Tombstone { v: VERSION, sid: pair.sid.clone(), signed_out, ended, pending: None };
    storage::store(Incoming::SignOut(tombstone));
    Outcome::SignedOut
}

/// Gives protected calls their token. A call belongs to the session that it was begun in: another
/// person who signs in meanwhile does not send it.
pub(super) struct Source;

impl TokenSource for Source {
    fn access(&self) -> LocalBoxFuture<'static, Access> {
        async {
            let Some(pair) = stored_pair() else {
                return Access::SignedOut;
            };
            if engine::is_living(&pair) {
                return Access::Token(pair.access.into_exposed());
            }
            match renew().await {
                Outcome::Renewed => access_of(&pair.sid).map_or(Access::SignedOut, Access::Token),
                Outcome::Retry(_) => Access::Unreachable,
                Outcome::Refused(_) | Outcome::SignedOut => Access::SignedOut,
            }
        }
        .boxed_local()
    }

    fn renew(&self, refused: String) -> LocalBoxFuture<'static, Option<String>> {
        async move {
            let SessionClaims { sid, .. } = SessionClaims::read(&refused)?;
            let newer = || access_of(&sid).filter(|access| *access != refused);
            if let Some(access) = newer() {
                return Some(access);
            }
            renew().await;
            newer()
        }
        .boxed_local()
    }
}

/// The access token that is stored, if it is of this session.
fn access_of(sid: &str) -> Option<String> {
    stored_pair().filter(|pair| pair.sid == sid).map(|pair| pair.access.into_exposed())
}
