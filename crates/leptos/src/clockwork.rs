//! The rules of one tab: what it shows and when it refreshes. A pure state machine; the engine feeds it with storage,
//! clocks and outcomes, and carries out what it answers.

use hallpass_types::{Secret, SessionClaims, millis};

use crate::{
    delay::Delay,
    log::EngineEvent,
    outcome::Outcome,
    pair::{Stored, StoredPair, Tombstone},
    schedule,
    session::{Connection, Holder, LastSession, SessionView},
};

/// The inputs of one step: clocks, visibility and randomness.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// The device's clock, milliseconds since the Unix epoch. May be wrong, and may jump.
    pub wall: i64,
    /// The monotonic clock, milliseconds.
    pub monotonic: i64,
    /// Whether the tab is visible.
    pub is_visible: bool,
    /// `navigator.onLine`. Only selects the message.
    pub is_online: bool,
    /// A random number in `0..1` that spreads requests.
    pub jitter: f64,
}

/// The next action of the tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Wait for an event: no user is signed in, or the tab is hidden.
    Wait,
    /// Look again after so many milliseconds.
    In(i64),
    /// A refresh is due now.
    Refresh,
}

/// The view and the next action of a tab, after a look at storage.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// The view to show.
    pub view: SessionView,
    /// Whether to report a failing connection.
    pub connection: Connection,
    /// The next action of the tab.
    pub next: Next,
    /// An event for the log.
    pub event: Option<EngineEvent>,
}

/// The state of one tab.
#[derive(Clone, Debug, Default)]
pub struct Clockwork {
    view: SessionView,
    connection: Connection,
    /// Consecutive failed attempts.
    failures: u32,
    /// Earliest time of the next attempt after a failure, on the monotonic clock.
    attempt_at: i64,
    /// Whether the server asked for that delay, which then applies to every caller.
    is_delay_requested: bool,
    /// Time when this tab last received a pair, on the monotonic clock.
    arrived_at: Option<i64>,
    /// The access token last seen in storage.
    last_stored: Option<Secret>,
    /// The jitter of the refresh of that access token.
    jitter: f64,
    /// The access token that this tab received itself.
    received: Option<Secret>,
    /// The access token whose refresh token the server rejected. It is used until it expires.
    rejected: Option<Secret>,
    /// The last known staff status, with its session.
    staff: Option<(String, bool)>,
}

impl Clockwork {
    /// Decides what to show and when to refresh, from the stored value: at the start, after every change of storage,
    /// when the tab becomes visible, and when the time of [`Next::In`] has passed.
    pub fn look(&mut self, stored: Option<&Stored>, now: &Now) -> Look {
        let (next, event) = match stored {
            Some(Stored::Pair(pair)) => match pair.claims() {
                Some(claims) => self.look_at(pair, &claims, now),
                None => self.show_signed_out(None, now),
            },
            Some(Stored::Tombstone(tombstone)) => self.show_signed_out(Some(tombstone), now),
            None => self.show_signed_out(None, now),
        };
        Look { view: self.view.clone(), connection: self.connection, next, event }
    }

    fn look_at(&mut self, pair: &StoredPair, claims: &SessionClaims, now: &Now) -> (Next, Option<EngineEvent>) {
        let event = self.notice(pair, now);
        if self.is_valid(pair, claims, now) {
            self.view = SessionView::SignedIn(self.holder(pair, claims));
        } else if self.failures > 0 || self.view.holder().is_some_and(|holder| holder.sid != pair.sid) {
            self.view = SessionView::Stale(self.holder(pair, claims));
        }
        (self.next(pair, claims, now), event)
    }

    /// Records the stored pair. A pair that another tab received resets this tab's failures.
    fn notice(&mut self, pair: &StoredPair, now: &Now) -> Option<EngineEvent> {
        if self.last_stored.as_ref() == Some(&pair.access) {
            return None;
        }
        let is_first = self.last_stored.replace(pair.access.clone()).is_none();
        self.jitter = now.jitter;
        self.reset_backoff();
        let is_received = self.received.as_ref() == Some(&pair.access);
        (!is_received).then_some(if is_first { EngineEvent::Started } else { EngineEvent::Adopted })
    }

    fn holder(&self, pair: &StoredPair, claims: &SessionClaims) -> Holder {
        Holder {
            sid: pair.sid.clone(),
            generation: pair.generation,
            username: claims.username.clone(),
            is_staff: self.staff_of(&pair.sid) == Some(true),
            access_ends_at: millis(claims.exp).saturating_sub(pair.skew),
        }
    }

    /// The next action. A hidden tab does not refresh in the background; it looks again when it becomes visible.
    fn next(&self, pair: &StoredPair, claims: &SessionClaims, now: &Now) -> Next {
        if !now.is_visible {
            return Next::Wait;
        }
        let cooldown = self.cooldown(pair, claims, now);
        let end = schedule::remaining(claims, pair.skew, now.wall).max(cooldown);
        let is_rejected = self.rejected.as_ref() == Some(&pair.access);
        let due =
            if is_rejected { end } else { schedule::renew_in(claims, pair.skew, now.wall, self.jitter).max(cooldown) };
        match due.max(self.attempt_at - now.monotonic) {
            ..=0 => Next::Refresh,
            // The token's expiry is shown even if the next attempt is later.
            attempt if end > 0 => Next::In(attempt.min(end)),
            attempt => Next::In(attempt),
        }
    }

    /// Whether the access token can be sent: it has not expired, or it arrived so recently that the clocks must be
    /// wrong.
    pub fn is_access_valid(&self, pair: &StoredPair, now: &Now) -> bool {
        pair.claims().is_some_and(|claims| self.is_valid(pair, &claims, now))
    }

    fn is_valid(&self, pair: &StoredPair, claims: &SessionClaims, now: &Now) -> bool {
        schedule::remaining(claims, pair.skew, now.wall) > 0 || self.cooldown(pair, claims, now) > 0
    }

    /// The time for which a pair that just arrived is not refreshed.
    fn cooldown(&self, pair: &StoredPair, claims: &SessionClaims, now: &Now) -> i64 {
        let here = self.arrived_at.map_or(0, |at| schedule::cooldown(claims, now.monotonic - at));
        here.max(schedule::cooldown(claims, now.wall - pair.received_at))
    }

    fn show_signed_out(&mut self, tombstone: Option<&Tombstone>, now: &Now) -> (Next, Option<EngineEvent>) {
        let last = tombstone.and_then(|tombstone| {
            Some(LastSession { ended: tombstone.notice(now.wall)?.clone(), username: tombstone.username.clone() })
        });
        self.view = SessionView::SignedOut(last);
        (Next::Wait, self.last_stored.take().map(|_| EngineEvent::Ended))
    }

    /// Whether the delay that the server asked for has not passed yet.
    pub const fn must_wait(&self, now: &Now) -> bool {
        self.is_delay_requested && self.attempt_at > now.monotonic
    }

    /// Whether the tab shows this session as signed in.
    pub fn shows(&self, sid: &str) -> bool {
        self.view.holder().is_some_and(|holder| holder.sid == sid)
    }

    /// Records the outcome of a refresh. The engine then looks again.
    pub fn settle(&mut self, outcome: &Outcome, stored: Option<&Stored>, now: &Now) -> Option<EngineEvent> {
        match (outcome, stored) {
            (Outcome::Renewed(pair), _) => self.receive(pair, now),
            (Outcome::Retry(retry_after), _) => return Some(self.back_off(*retry_after, now)),
            (Outcome::Rejected(_), Some(Stored::Pair(pair))) => {
                self.rejected = Some(pair.access.clone());
                return Some(EngineEvent::Rejected);
            }
            (Outcome::Rejected(_) | Outcome::Superseded | Outcome::SignedOut, _) => self.reset_backoff(),
        }
        None
    }

    /// Records a pair that this tab received.
    pub fn receive(&mut self, pair: &StoredPair, now: &Now) {
        self.received = Some(pair.access.clone());
        self.arrived_at = Some(now.monotonic);
        self.is_delay_requested = false;
        self.reset_backoff();
    }

    /// Resets the failures and the backoff, except a delay that the server requested.
    pub fn reset_backoff(&mut self) {
        self.failures = 0;
        self.connection = Connection::Fine;
        if !self.is_delay_requested {
            self.attempt_at = 0;
        }
    }

    fn back_off(&mut self, retry_after: Option<u32>, now: &Now) -> EngineEvent {
        self.failures = self.failures.saturating_add(1);
        let delay = Delay::after_failures(self.failures, retry_after, now.jitter).as_millis();
        self.attempt_at = now.monotonic + i64::from(delay);
        self.is_delay_requested = retry_after.is_some();
        self.connection = if now.is_online { Connection::Unreachable } else { Connection::Offline };
        EngineEvent::Retrying(delay)
    }

    /// Whether the user of this session is staff. `None` while the server has not said.
    pub fn staff_of(&self, sid: &str) -> Option<bool> {
        self.staff.as_ref().filter(|(of, _)| of == sid).map(|(_, is_staff)| *is_staff)
    }

    /// Records whether the user of this session is staff.
    pub fn learn_staff(&mut self, sid: String, is_staff: bool) {
        self.staff = Some((sid, is_staff));
    }
}
