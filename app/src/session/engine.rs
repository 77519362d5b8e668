//! The engine's own life: it shows what is stored, sets the timer for the next renewal, and backs
//! off when the server does not answer.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use leptos::{prelude::*, task::spawn_local};

use super::{
    backoff, browser,
    outcome::Outcome,
    pair::{Stored, StoredPair},
    refresh, schedule,
    state::{Connection, Session, SessionState},
    storage,
};
use crate::wire::SessionClaims;

/// The longest that a timer is set for: browsers count them in 31 bits, and sleep through them.
const MAX_TIMER_MILLIS: i64 = 60 * 60 * 1000;

thread_local! {
    static ENGINE: RefCell<Engine> = const { RefCell::new(Engine { session: None, timer: None, failures: 0, renewed_at: None }) };
}

struct Engine {
    session: Option<Session>,
    /// The next renewal or attempt; dropping it cancels it.
    timer: Option<Timeout>,
    /// Attempts that failed one after another.
    failures: u32,
    /// When this tab last received a pair, on the monotonic clock.
    renewed_at: Option<i64>,
}

/// From now on `session` is kept up to date.
pub(super) fn attach(session: Session) {
    ENGINE.with_borrow_mut(|engine| engine.session = Some(session));
}

/// Looks at what is stored, shows it, and renews it if it is time: at the start, when another tab
/// wrote, and whenever the tab comes back.
pub(super) fn wake() {
    match storage::load() {
        Some(Stored::Pair(pair)) => match pair.claims() {
            Some(claims) => wake_with(&pair, &claims),
            None => show_signed_out(None),
        },
        Some(Stored::Tombstone(tombstone)) => show_signed_out(tombstone.ended),
        None => show_signed_out(None),
    }
}

fn wake_with(pair: &StoredPair, claims: &SessionClaims) {
    let now = browser::now();
    if schedule::remaining(claims, pair.skew, now) > 0 {
        show_signed_in(pair, claims);
    }
    plan(pair, claims);
}

/// Sets the timer for the next renewal. A hidden tab sets none: it looks again when it is seen.
fn plan(pair: &StoredPair, claims: &SessionClaims) {
    if !browser::is_visible() {
        return set_timer(None);
    }
    let due = schedule::renew_in(claims, pair.skew, browser::now(), browser::random());
    let is_dead = schedule::remaining(claims, pair.skew, browser::now()) <= 0;
    let is_backing_off = ENGINE.with_borrow(|engine| engine.failures > 0 && engine.timer.is_some());
    if is_backing_off && !is_dead {
        return;
    }
    set_timer(Some(due.max(rest_after_renewal(pair, claims))));
}

/// Whatever the clocks say, a pair that has just arrived, here or in another tab, is left alone for a
/// quarter of its life: a clock that is wrong in a way we did not think of must not become a storm.
fn rest_after_renewal(pair: &StoredPair, claims: &SessionClaims) -> i64 {
    let quarter = (claims.exp - claims.iat).max(0) * 1000 / 4;
    let renewed_at = ENGINE.with_borrow(|engine| engine.renewed_at);
    let since_own = renewed_at.map_or(i64::MAX, |renewed_at| browser::monotonic() - renewed_at);
    let since_any = browser::now() - pair.received_at;
    [since_own, since_any]
        .into_iter()
        .filter(|since| (0..quarter).contains(since))
        .map(|since| quarter - since)
        .max()
        .unwrap_or(0)
}

fn set_timer(due_millis: Option<i64>) {
    let timer = due_millis.map(|due| {
        let is_far = due > MAX_TIMER_MILLIS;
        let millis = u32::try_from(due.clamp(0, MAX_TIMER_MILLIS)).unwrap_or(0);
        Timeout::new(millis, move || {
            ENGINE.with_borrow_mut(|engine| engine.timer = None);
            if is_far { wake() } else { renew_now() }
        })
    });
    ENGINE.with_borrow_mut(|engine| engine.timer = timer);
}

/// Renews, unless nobody is signed in. What it comes to is shown by [`settle`].
pub(super) fn renew_now() {
    spawn_local(async {
        refresh::renew().await;
    });
}

/// Shows what a refresh came to and plans the next one.
pub(super) fn settle(outcome: &Outcome) {
    match outcome {
        Outcome::Renewed => {
            ENGINE.with_borrow_mut(|engine| {
                engine.failures = 0;
                engine.renewed_at = Some(browser::monotonic());
            });
            show_connection(Connection::Fine);
            wake();
        }
        Outcome::Retry(wished) => back_off(*wished),
        Outcome::Refused(_) => wait_for_the_end(),
        Outcome::SignedOut => {
            ENGINE.with_borrow_mut(|engine| engine.failures = 0);
            show_connection(Connection::Fine);
            wake();
        }
    }
}

fn back_off(wished: Option<u32>) {
    let failures = ENGINE.with_borrow_mut(|engine| {
        engine.failures = engine.failures.saturating_add(1);
        engine.failures
    });
    let remaining = show_stale();
    if !browser::is_online() {
        show_connection(Connection::Offline);
        // The `online` event wakes the engine; until then there is only the token's end to be shown.
        return set_timer(remaining);
    }
    show_connection(Connection::Unreachable);
    set_timer(Some(i64::from(backoff::delay(failures, wished, browser::random()))));
}

/// The refresh token is lost while the access token lives: it is used to its end, and then asked
/// again.
fn wait_for_the_end() {
    if let Some(Stored::Pair(pair)) = storage::load()
        && let Some(claims) = pair.claims()
    {
        show_signed_in(&pair, &claims);
        set_timer(Some(schedule::remaining(&claims, pair.skew, browser::now()).max(1000)));
    }
}

/// Forgets earlier failures: the network is back, or the person is.
pub(super) fn wake_afresh() {
    ENGINE.with_borrow_mut(|engine| {
        engine.failures = 0;
        engine.timer = None;
    });
    wake();
}

fn session() -> Option<Session> {
    ENGINE.with_borrow(|engine| engine.session)
}

/// Writes a signal if that changes it; the page it belongs to may be gone.
fn show<T: PartialEq + Clone + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_get_untracked().is_some_and(|shown| shown != value) {
        signal.try_set(value);
    }
}

fn show_signed_in(pair: &StoredPair, claims: &SessionClaims) {
    let Some(session) = session() else { return };
    show(session.username, claims.username.clone());
    show(session.access_ends_at, Some(claims.exp * 1000 - pair.skew));
    show(session.ended, None);
    show(session.state, SessionState::SignedIn);
}

fn show_signed_out(ended: Option<crate::wire::Ended>) {
    set_timer(None);
    let Some(session) = session() else { return };
    show(session.username, None);
    show(session.access_ends_at, None);
    show(session.ended, ended);
    show(session.state, SessionState::SignedOut);
}

/// The access token is dead and cannot be renewed now. While it lives nothing is stale: answers how
/// long it still does, milliseconds.
fn show_stale() -> Option<i64> {
    let session = session()?;
    let Some(Stored::Pair(pair)) = storage::load() else {
        return None;
    };
    let claims = pair.claims()?;
    show(session.username, claims.username.clone());
    let remaining = schedule::remaining(&claims, pair.skew, browser::now());
    if remaining > 0 {
        return Some(remaining);
    }
    show(session.state, SessionState::Stale);
    None
}

fn show_connection(connection: Connection) {
    if let Some(session) = session() {
        show(session.connection, connection);
    }
}
