//! Refreshing: one request at a time in a tab and, where the browser supports locks, across tabs.

use std::cell::RefCell;

use futures::future::{FutureExt, LocalBoxFuture, Shared};
use hallpass_types::{EndReason, Ended, SessionClaims, TokenPair};
use leptos::task::spawn_local;

use super::{
    browser, engine,
    flight::{self, EngineEvent},
    inspect::stored_pair,
    lock::{Locked, with_lock_if_available},
    outcome::{self, Outcome, Rejection},
    pair::{Incoming, Stored, StoredPair, Tombstone, VERSION},
    schedule, storage, turn,
};
use crate::{
    api::{
        client::{Access, TokenSource},
        session,
    },
    delay::Delay,
};

/// Polling interval of a tab that waits for another one, milliseconds.
const LOOK_EVERY: u32 = 40;

type Running = Shared<LocalBoxFuture<'static, Outcome>>;

thread_local! {
    static RUNNING: RefCell<Option<Running>> = const { RefCell::new(None) };
}

/// Renews the stored pair. All callers share one running refresh, which completes even if they are dropped: its reply
/// may hold the only copy of the next refresh token.
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

/// Asks while no other tab does. Otherwise waits for that tab's answer: briefly if the server's grace allows asking
/// in parallel, else until that tab releases the lock.
async fn ask_alone(pair: StoredPair) -> Outcome {
    let may_ask_beside = turn::may_ask_beside(browser::reuse_grace());
    let mut is_locked_out = false;
    for waited in (0..).step_by(LOOK_EVERY as usize) {
        if !is_locked_out {
            match with_lock_if_available(&lock_of(&pair), ask(pair.clone()), hold_after).await {
                Locked::Done(outcome) => return outcome,
                Locked::Taken => is_locked_out = may_ask_beside,
                Locked::Rejected => is_locked_out = true,
            }
        }
        if is_superseded(&pair) {
            return Outcome::Superseded;
        }
        if is_locked_out && waited >= turn::PATIENCE {
            break;
        }
        Delay::millis(LOOK_EVERY).pass().await;
    }
    ask(pair).await
}

/// The name of the lock, which is specific to the pair to renew.
fn lock_of(pair: &StoredPair) -> String {
    format!("hallpass:refresh:{}:{}", pair.sid, pair.received_at)
}

/// The time for which the lock is held after the answer, milliseconds. After a failure it is released at once.
const fn hold_after(outcome: &Outcome) -> u32 {
    match outcome {
        Outcome::Renewed | Outcome::SignedOut => turn::PATIENCE,
        Outcome::Superseded | Outcome::Retry(_) | Outcome::Rejected(_) => 0,
    }
}

/// Whether storage has changed: a newer pair, or a sign-out.
fn is_superseded(pair: &StoredPair) -> bool {
    !matches!(storage::load(), Some(Stored::Pair(stored)) if stored.access == pair.access)
}

async fn ask(pair: StoredPair) -> Outcome {
    if is_superseded(&pair) {
        return Outcome::Superseded;
    }
    let sent_at = browser::now();
    flight::note(EngineEvent::Asked);
    match session::refresh(pair.refresh.clone()).await {
        Ok(_) if turn::is_too_old(browser::now() - sent_at, browser::reuse_grace()) => Outcome::Retry(None),
        Ok(tokens) => received(tokens, Some(&pair), sent_at).map_or(Outcome::Retry(None), store),
        Err(error) => match outcome::of(error) {
            Outcome::Rejected(rejection) => rejected(&pair, rejection),
            outcome => outcome,
        },
    }
}

fn store(renewed: StoredPair) -> Outcome {
    engine::expect_own(&renewed);
    if !storage::store(Incoming::Renewal(renewed)) {
        return Outcome::Superseded;
    }
    flight::note(EngineEvent::Renewed);
    Outcome::Renewed
}

/// A response as a pair to store. `None` if the response is malformed.
pub(super) fn received(tokens: TokenPair, previous: Option<&StoredPair>, sent_at: i64) -> Option<StoredPair> {
    let received_at = browser::now();
    let claims = SessionClaims::read(tokens.access.expose())?;
    // Without rotation the server sends no refresh token: the current one stays valid.
    let refresh = tokens.refresh.or_else(|| previous.map(|pair| pair.refresh.clone()))?;
    let skew = schedule::skew(&claims, sent_at, received_at);
    let SessionClaims { sid, generation, .. } = claims;
    let unfinished = Vec::new();
    Some(StoredPair { v: VERSION, sid, generation, access: tokens.access, refresh, received_at, skew, unfinished })
}

/// Signs out if storage still holds the rejected token and either the session is over or the access token has expired
/// too.
fn rejected(pair: &StoredPair, rejection: Rejection) -> Outcome {
    if is_superseded(pair) {
        return Outcome::Superseded;
    }
    let remaining = pair.claims().map_or(0, |claims| schedule::remaining(&claims, pair.skew, browser::now()));
    if remaining > 0 && !rejection.is_immediate() {
        return Outcome::Rejected(rejection);
    }
    end(pair, rejection);
    Outcome::SignedOut
}

/// Signs out with the server's reason.
fn end(pair: &StoredPair, rejection: Rejection) {
    let signed_out = browser::now();
    let noticed = |reason| Ended { reason, at: signed_out / 1000, by: None };
    let ended = match rejection {
        Rejection::Lost => noticed(EndReason::Expired),
        Rejection::Inactive => noticed(EndReason::UserDeactivated),
        Rejection::Ended(ended) => ended.unwrap_or_else(|| noticed(EndReason::Revoked)),
    };
    storage::store(Incoming::SignOut(Tombstone {
        v: VERSION,
        sid: pair.sid.clone(),
        signed_out,
        ended: Some(ended),
        username: pair.claims().and_then(|claims| claims.username),
        pending: None,
        unfinished: Vec::new(),
    }));
}

/// Provides tokens for authenticated calls. A call belongs to the session that the page showed when it began; another
/// user's sign-in in between does not send it.
pub(super) struct Source;

impl TokenSource for Source {
    fn access(&self) -> LocalBoxFuture<'static, Access> {
        async {
            match stored_pair().filter(|pair| engine::is_shown(&pair.sid)) {
                Some(pair) if engine::is_living(&pair) => Access::Token(pair.access.into_exposed()),
                Some(pair) => access_after(renew().await, || access_of(&pair.sid)),
                None => signed_out(),
            }
        }
        .boxed_local()
    }

    fn renew(&self, refused: String) -> LocalBoxFuture<'static, Access> {
        async move {
            let Some(SessionClaims { sid, .. }) = SessionClaims::read(&refused) else { return signed_out() };
            let newer = || access_of(&sid).filter(|access| *access != refused);
            if let Some(access) = newer() {
                return Access::Token(access);
            }
            let Some(pair) = stored_pair().filter(|pair| pair.sid == sid) else { return signed_out() };
            let outcome = renew().await;
            // The server rejected both tokens of the pair: the session is over.
            if let Outcome::Rejected(rejection) = &outcome
                && !is_superseded(&pair)
            {
                end(&pair, rejection.clone());
                return signed_out();
            }
            access_after(outcome, newer)
        }
        .boxed_local()
    }
}

/// The token for a call after an attempt to renew.
fn access_after(outcome: Outcome, renewed: impl FnOnce() -> Option<String>) -> Access {
    match outcome {
        Outcome::Renewed | Outcome::Superseded => renewed().map_or_else(signed_out, Access::Token),
        Outcome::Retry(_) => Access::Unreachable,
        Outcome::Rejected(_) | Outcome::SignedOut => Access::SignedOut,
    }
}

/// The session of a call is gone. The page may not have noticed yet.
fn signed_out() -> Access {
    engine::wake();
    Access::SignedOut
}

/// The stored access token, if it belongs to this session.
fn access_of(sid: &str) -> Option<String> {
    stored_pair().filter(|pair| pair.sid == sid).map(|pair| pair.access.into_exposed())
}
