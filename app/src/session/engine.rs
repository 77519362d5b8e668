//! The token engine of one tab: shows the stored session, schedules the next renewal, and backs off when the server
//! does not answer.

use std::cell::RefCell;

use gloo_timers::callback::Timeout;
use hallpass_types::{Secret, SessionClaims, millis};
use leptos::{prelude::*, task::spawn_local};

use super::{
    browser,
    flight::{self, EngineEvent},
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
            is_requested: false,
            arrived_at: None,
            looked_at: None,
            own: None,
            lost: None,
        })
    };
}

struct Engine {
    session: Option<Session>,
    /// The timer of the next attempt. Dropping it cancels it.
    timer: Option<Timeout>,
    /// Consecutive failed attempts.
    failures: u32,
    /// Earliest time of the next attempt after a failure, on the monotonic clock.
    attempt_at: i64,
    /// Whether the server asked for that delay, which then applies to every caller.
    is_requested: bool,
    /// Time when this tab last received a pair, on the monotonic clock.
    arrived_at: Option<i64>,
    /// The access token last seen in storage.
    looked_at: Option<Secret>,
    /// The access token that this tab received itself.
    own: Option<Secret>,
    /// The access token whose refresh token the server rejected. It is used until it expires.
    lost: Option<Secret>,
}

impl Engine {
    /// Skips the backoff, unless the server asked for it.
    fn forget_failures(&mut self) {
        self.failures = 0;
        if !self.is_requested {
            self.attempt_at = 0;
        }
    }
}

/// Keeps `session` up to date from now on.
pub(super) fn attach(session: Session) {
    ENGINE.with_borrow_mut(|engine| engine.session = Some(session));
}

/// Reads storage, shows the session and renews it if due: at the start, after another tab's write, and when the tab
/// becomes visible. Also continues sign-outs that another tab could not finish.
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

/// Whether pages of this session are shown.
pub(super) fn is_shown(sid: &str) -> bool {
    shown_sid().is_some_and(|shown| shown == sid)
}

/// Whether pages of another session are shown.
fn shows_another(sid: &str) -> bool {
    shown_sid().is_some_and(|shown| shown != sid)
}

fn shown_sid() -> Option<String> {
    session().and_then(|session| session.sid.try_get_untracked().flatten())
}

/// Records the stored pair. A pair that another tab renewed resets this tab's failures.
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

/// Logs the origin of a pair that is new to this tab.
fn note_news(engine: &Engine, pair: &StoredPair) {
    if engine.own.as_ref() == Some(&pair.access) {
        return;
    }
    flight::note(if engine.looked_at.is_some() { EngineEvent::Adopted } else { EngineEvent::Started });
}

/// Records that this tab received a pair, before it is stored.
pub(super) fn expect_own(pair: &StoredPair) {
    ENGINE.with_borrow_mut(|engine| engine.own = Some(pair.access.clone()));
}

fn has_news() -> bool {
    let Some(Stored::Pair(pair)) = storage::load() else {
        return true;
    };
    ENGINE.with_borrow(|engine| engine.looked_at.as_ref() != Some(&pair.access))
}

/// Whether the access token can be sent: it has not expired, or it arrived so recently that the clocks must be wrong.
pub(super) fn is_living(pair: &StoredPair) -> bool {
    pair.claims().is_some_and(|claims| {
        schedule::remaining(&claims, pair.skew, browser::now()) > 0 || rest_after_arrival(pair, &claims) > 0
    })
}

/// Whether the delay that the server asked for has not passed yet.
pub(super) fn must_wait() -> bool {
    ENGINE.with_borrow(|engine| engine.is_requested) && wait() > 0
}

/// The delay before the next attempt after a failure. The `online` event shortens it.
fn wait() -> i64 {
    ENGINE.with_borrow(|engine| engine.attempt_at) - browser::monotonic()
}

/// Schedules the next renewal. A hidden tab schedules none; it checks again when it becomes visible.
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
    // The token's expiry is shown even if the next attempt is later.
    set_timer(Some(if end > 0 { attempt.min(end) } else { attempt }));
}

/// The time for which a pair that just arrived is not renewed.
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
            // Meanwhile another tab may have renewed, or this one may be hidden.
            let is_early = is_far || wait() > 0 || !browser::is_visible();
            if is_early || has_news() { wake() } else { renew_now() }
        })
    });
    ENGINE.with_borrow_mut(|engine| engine.timer = timer);
}

/// Renews the pair if a user is signed in, and shows the outcome by [`settle`].
fn renew_now() {
    spawn_local(async {
        refresh::renew().await;
    });
}

/// Shows the outcome of a refresh and schedules the next one.
pub(super) fn settle(outcome: &Outcome) {
    match outcome {
        Outcome::Renewed => {
            note_arrival();
            wake_afresh();
        }
        Outcome::Retry(retry_after) => back_off(*retry_after),
        Outcome::Rejected(_) => wait_for_the_end(),
        Outcome::Superseded | Outcome::SignedOut => wake_afresh(),
    }
}

/// Resets the failures after this tab received a pair.
pub(super) fn note_arrival() {
    ENGINE.with_borrow_mut(|engine| {
        engine.arrived_at = Some(browser::monotonic());
        engine.is_requested = false;
        engine.forget_failures();
    });
}

fn back_off(retry_after: Option<u32>) {
    ENGINE.with_borrow_mut(|engine| {
        engine.failures = engine.failures.saturating_add(1);
        let delay = Delay::after_failures(engine.failures, retry_after, browser::random()).as_millis();
        engine.attempt_at = browser::monotonic() + i64::from(delay);
        engine.is_requested = retry_after.is_some();
        flight::note(EngineEvent::Retrying(delay));
    });
    show_connection(if browser::is_online() { Connection::Unreachable } else { Connection::Offline });
    wake();
}

/// The refresh token was rejected while the access token is valid: it is used until it expires, then the renewal is
/// tried again.
fn wait_for_the_end() {
    if let Some(Stored::Pair(pair)) = storage::load() {
        flight::note(EngineEvent::Rejected);
        ENGINE.with_borrow_mut(|engine| engine.lost = Some(pair.access));
    }
    wake();
}

/// Resets the failures and checks again: the network is back, or a pair arrived.
pub(super) fn wake_afresh() {
    ENGINE.with_borrow_mut(Engine::forget_failures);
    show_connection(Connection::Fine);
    wake();
}

fn session() -> Option<Session> {
    ENGINE.with_borrow(|engine| engine.session)
}

/// Sets a signal if the value differs. The signal's page may be gone.
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

/// The identity that the session shows.
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
        flight::note(EngineEvent::Ended);
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

/// The access token has expired and cannot be renewed now.
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
