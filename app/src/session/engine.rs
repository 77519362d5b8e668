//! The engine's own life: it shows what is stored, sets the timer for the next renewal, and backs
//! off when the server does not answer.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use hallpass_types::{Secret, SessionClaims, millis};
use leptos::{prelude::*, task::spawn_local};

use super::{
    browser,
    flight::{self, Deed},
    outcome::Outcome,
    pair::{Stored, StoredPair, Tombstone},
    refresh, schedule, sign_in, sign_out, staff,
    state::{Connection, Session, SessionState},
    storage,
};
use crate::delay::Delay;

thread_local! {
    static ENGINE: RefCell<Engine> = const {
        RefCell::new(Engine {
            session: None,
            timer: None,
            failures: 0,
            attempt_at: 0,
            is_wished: false,
            arrived_at: None,
            looked_at: None,
            own: None,
            lost: None,
        })
    };
}

struct Engine {
    session: Option<Session>,
    /// The next renewal or attempt; dropping it cancels it.
    timer: Option<Timeout>,
    /// Attempts that failed one after another.
    failures: u32,
    /// When to try again after a failure, on the monotonic clock.
    attempt_at: i64,
    /// Whether that is the server's own wish, which goes for everybody who asks.
    is_wished: bool,
    /// When this tab last received a pair, on the monotonic clock.
    arrived_at: Option<i64>,
    /// The access token that was last seen in storage.
    looked_at: Option<Secret>,
    /// The access token that this tab has got itself.
    own: Option<Secret>,
    /// The access token whose refresh token the server did not take: it is used to its end.
    lost: Option<Secret>,
}

impl Engine {
    /// The next attempt is made when it is due, unless the server wished otherwise.
    fn forget_failures(&mut self) {
        self.failures = 0;
        if !self.is_wished {
            self.attempt_at = 0;
        }
    }
}

/// From now on `session` is kept up to date.
pub(super) fn attach(session: Session) {
    ENGINE.with_borrow_mut(|engine| engine.session = Some(session));
}

/// Looks at what is stored, shows it, and renews it if it is time: at the start, when another tab
/// wrote, and whenever the tab comes back. Goes on with a sign-out that its tab could not finish.
pub(super) fn wake() {
    match storage::load() {
        Some(Stored::Pair(pair)) => match pair.claims() {
            Some(claims) => wake_with(&pair, &claims),
            None => show_signed_out(None),
        },
        Some(Stored::Tombstone(tombstone)) => show_signed_out(Some(&tombstone)),
        None => show_signed_out(None),
    }
    sign_out::finish_later();
}

fn wake_with(pair: &StoredPair, claims: &SessionClaims) {
    sign_in::give_way(&pair.sid);
    look(pair);
    if is_living(pair) {
        show_signed_in(pair, claims);
    } else if ENGINE.with_borrow(|engine| engine.failures > 0) || shows_another(&pair.sid) {
        show_stale(pair, claims);
    }
    plan(pair, claims);
}

/// Whether the pages of this session are shown.
pub(super) fn is_shown(sid: &str) -> bool {
    shown_sid().is_some_and(|shown| shown == sid)
}

/// Whether the pages of another session are shown.
fn shows_another(sid: &str) -> bool {
    shown_sid().is_some_and(|shown| shown != sid)
}

fn shown_sid() -> Option<String> {
    session().and_then(|session| session.sid.try_get_untracked().flatten())
}

/// Takes note of the pair. One that another tab has renewed makes this tab's failures a thing of the
/// past.
fn look(pair: &StoredPair) {
    let is_news = ENGINE.with_borrow_mut(|engine| {
        let is_news = engine.looked_at.as_ref() != Some(&pair.access);
        if is_news {
            note_news(engine, pair);
            engine.looked_at = Some(pair.access.clone());
            engine.forget_failures();
        }
        is_news
    });
    if is_news {
        show_connection(Connection::Fine);
    }
}

/// Writes down where a pair came from that was not here before.
fn note_news(engine: &Engine, pair: &StoredPair) {
    if engine.own.as_ref() == Some(&pair.access) {
        return;
    }
    flight::note(if engine.looked_at.is_some() { Deed::Adopted } else { Deed::Started });
}

/// A pair that this tab has got itself is about to be stored.
pub(super) fn expect_own(pair: &StoredPair) {
    ENGINE.with_borrow_mut(|engine| engine.own = Some(pair.access.clone()));
}

fn has_news() -> bool {
    let Some(Stored::Pair(pair)) = storage::load() else {
        return true;
    };
    ENGINE.with_borrow(|engine| engine.looked_at.as_ref() != Some(&pair.access))
}

/// Whether the access token is worth sending: it is not at its end, or has only just arrived, whatever
/// the clocks say.
pub(super) fn is_living(pair: &StoredPair) -> bool {
    pair.claims().is_some_and(|claims| {
        schedule::remaining(&claims, pair.skew, browser::now()) > 0 || rest_after_arrival(pair, &claims) > 0
    })
}

/// Whether the server has asked for more time than has passed since.
pub(super) fn must_wait() -> bool {
    ENGINE.with_borrow(|engine| engine.is_wished) && wait() > 0
}

/// How long until the next attempt, after a failure. The `online` event makes it earlier.
fn wait() -> i64 {
    ENGINE.with_borrow(|engine| engine.attempt_at) - browser::monotonic()
}

/// Sets the timer for the next renewal. A hidden tab sets none: it looks again when it is seen.
fn plan(pair: &StoredPair, claims: &SessionClaims) {
    if !browser::is_visible() {
        return set_timer(None);
    }
    let now = browser::now();
    let rest = rest_after_arrival(pair, claims);
    let end = schedule::remaining(claims, pair.skew, now).max(rest);
    let is_lost = ENGINE.with_borrow(|engine| engine.lost.as_ref() == Some(&pair.access));
    let due = if is_lost { end } else { schedule::renew_in(claims, pair.skew, now, browser::random()).max(rest) };
    let attempt = due.max(wait());
    // An attempt that comes after the token's end does not keep the end from being shown.
    set_timer(Some(if end > 0 { attempt.min(end) } else { attempt }));
}

/// How long the pair is left alone because it has just arrived, here or in another tab.
fn rest_after_arrival(pair: &StoredPair, claims: &SessionClaims) -> i64 {
    let since_here = ENGINE.with_borrow(|engine| engine.arrived_at).map(|at| browser::monotonic() - at);
    let since_any = Some(browser::now() - pair.received_at);
    [since_here, since_any].into_iter().flatten().map(|since| schedule::rest(claims, since)).max().unwrap_or(0)
}

fn set_timer(due_millis: Option<i64>) {
    let timer = due_millis.map(|due| {
        let delay = Delay::millis(due);
        let is_far = i64::from(delay.as_millis()) < due;
        delay.then(move || {
            ENGINE.with_borrow_mut(|engine| engine.timer = None);
            // While it ran, another tab may have renewed, or this one been hidden.
            let is_early = is_far || wait() > 0 || !browser::is_visible();
            if is_early || has_news() { wake() } else { renew_now() }
        })
    });
    ENGINE.with_borrow_mut(|engine| engine.timer = timer);
}

/// Renews, unless nobody is signed in. What it comes to is shown by [`settle`].
fn renew_now() {
    spawn_local(async {
        refresh::renew().await;
    });
}

/// Shows what a refresh came to and plans the next one.
pub(super) fn settle(outcome: &Outcome) {
    match outcome {
        Outcome::Renewed => {
            note_arrival();
            wake_afresh();
        }
        Outcome::Retry(wished) => back_off(*wished),
        Outcome::Refused(_) => wait_for_the_end(),
        Outcome::Superseded | Outcome::SignedOut => wake_afresh(),
    }
}

/// A pair has just arrived in this tab.
pub(super) fn note_arrival() {
    ENGINE.with_borrow_mut(|engine| {
        engine.arrived_at = Some(browser::monotonic());
        engine.is_wished = false;
        engine.forget_failures();
    });
}

fn back_off(wished: Option<u32>) {
    ENGINE.with_borrow_mut(|engine| {
        engine.failures = engine.failures.saturating_add(1);
        let delay = Delay::after_failures(engine.failures, wished, browser::random()).as_millis();
        engine.attempt_at = browser::monotonic() + i64::from(delay);
        engine.is_wished = wished.is_some();
        flight::note(Deed::Retrying(delay));
    });
    show_connection(if browser::is_online() { Connection::Unreachable } else { Connection::Offline });
    wake();
}

/// The refresh token is lost while the access token lives: it is used to its end, and then asked
/// again.
fn wait_for_the_end() {
    if let Some(Stored::Pair(pair)) = storage::load() {
        flight::note(Deed::Refused);
        ENGINE.with_borrow_mut(|engine| engine.lost = Some(pair.access));
    }
    wake();
}

/// Forgets earlier failures, and looks again: the network is back, or a pair has come.
pub(super) fn wake_afresh() {
    ENGINE.with_borrow_mut(Engine::forget_failures);
    show_connection(Connection::Fine);
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
    show_holder(session, pair, claims);
    show(session.generation, Some(pair.generation));
    show(session.access_ends_at, Some(millis(claims.exp).saturating_sub(pair.skew)));
    show(session.ended, None);
    staff::find_out(session, pair);
    show(session.state, SessionState::SignedIn);
}

/// Whose session it is.
fn show_holder(session: Session, pair: &StoredPair, claims: &SessionClaims) {
    if !is_shown(&pair.sid) {
        show(session.is_staff, false);
    }
    show(session.sid, Some(pair.sid.clone()));
    show(session.username, claims.username.clone());
}

fn show_signed_out(tombstone: Option<&Tombstone>) {
    set_timer(None);
    if ENGINE.with_borrow_mut(|engine| engine.looked_at.take()).is_some() {
        flight::note(Deed::Ended);
    }
    let Some(session) = session() else { return };
    show(session.sid, None);
    show(session.generation, None);
    show(session.username, None);
    show(session.is_staff, false);
    show(session.access_ends_at, None);
    let ended = tombstone.and_then(|tombstone| tombstone.notice(browser::now()));
    show(session.ended, ended.cloned());
    show(session.ended_username, tombstone.and_then(|tombstone| tombstone.username.clone()));
    show(session.state, SessionState::SignedOut);
}

/// The access token is dead and cannot be renewed now.
fn show_stale(pair: &StoredPair, claims: &SessionClaims) {
    let Some(session) = session() else { return };
    show_holder(session, pair, claims);
    show(session.state, SessionState::Stale);
}

fn show_connection(connection: Connection) {
    if let Some(session) = session() {
        show(session.connection, connection);
    }
}
