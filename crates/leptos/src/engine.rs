//! The token engine of one tab: carries out what the [`Clockwork`] decides.

use std::{cell::RefCell, rc::Rc};

use futures::future::{FutureExt, LocalBoxFuture, Shared};
use gloo_timers::callback::Timeout;
use hallpass_types::{Secret, TokenPair};
use leptos::task::spawn_local;

use crate::{
    api::RefreshApi,
    browser,
    client::install,
    clockwork::{Clockwork, Look, Next, Now},
    config::EngineConfig,
    delay::Delay,
    local_storage::LocalItem,
    log::{EngineEvent, EngineLog},
    outcome::{Outcome, Rejection},
    pair::{Incoming, SignOut, Stored, StoredPair},
    refresh::Refresher,
    reply,
    session::{Session, SessionView},
    shared::{SharedLog, SharedStorage},
    sign_out::SignOuts,
    source::EngineTokens,
    storage::Storage,
    tabs::{self, Reactions},
};

thread_local! {
    static ENGINE: RefCell<Option<Engine>> = const { RefCell::new(None) };
}

type Running = Shared<LocalBoxFuture<'static, Outcome>>;

struct Engine {
    session: Session,
    clockwork: Clockwork,
    refresher: Refresher,
    sign_outs: SignOuts,
    /// The timer of the next look. Dropping it cancels it.
    timer: Option<Timeout>,
    /// The running refresh, which all callers share.
    running: Option<Running>,
    /// The session that this tab opened last.
    opened: Option<SignOut>,
    /// The access token with which the server was last asked whether the user is staff.
    staff_asked_with: Option<Secret>,
}

/// Reads storage and keeps `session` up to date from now on. Called once per tab, after hydration.
pub fn start(session: Session, config: EngineConfig, api: Rc<dyn RefreshApi>) {
    let storage: SharedStorage = Rc::new(RefCell::new(Storage::new(LocalItem::new(config.storage_key))));
    storage.borrow_mut().remove_old_notice(browser::now());
    let sign_outs = SignOuts::new(storage.clone(), api.clone());
    ENGINE.set(Some(Engine {
        session,
        clockwork: Clockwork::default(),
        refresher: Refresher { storage, api, config, log: SharedLog::default() },
        sign_outs,
        timer: None,
        running: None,
        opened: None,
        staff_asked_with: None,
    }));
    install(EngineTokens);
    tabs::listen(config.storage_key, Reactions { change: wake, online: wake_online, offline: note_offline });
    wake();
    finish_sign_outs();
}

/// Runs `work` with the engine of this tab; `None` if it is not started. `work` must not write signals, whose
/// subscribers may use the engine.
fn with<R>(work: impl FnOnce(&mut Engine) -> R) -> Option<R> {
    ENGINE.with_borrow_mut(|engine| engine.as_mut().map(work))
}

impl Engine {
    fn stored(&self) -> Option<Stored> {
        self.refresher.storage.borrow().load()
    }

    fn look(&mut self) -> Look {
        let stored = self.stored();
        self.revoke_replaced_session(stored.as_ref());
        let look = self.clockwork.look(stored.as_ref(), &Now::here());
        self.note(look.event);
        self.timer = match look.next {
            Next::In(millis) => Some(Delay::millis(millis).then(wake)),
            Next::Wait | Next::Refresh => None,
        };
        self.sign_outs.finish_later(stored.as_ref());
        self.request_staff_status(&look.view, stored.as_ref());
        look
    }

    /// Revokes the session that this tab opened, once another one is stored. When two tabs sign in at once, neither
    /// sees the other's write in time, so the stored session does not know which one it replaced.
    fn revoke_replaced_session(&mut self, stored: Option<&Stored>) {
        if let Some(Stored::Pair(pair)) = stored
            && let Some(opened) = self.opened.take_if(|opened| opened.sid != pair.sid)
        {
            self.sign_outs.revoke(opened);
        }
    }

    fn note(&self, event: Option<EngineEvent>) {
        if let Some(event) = event {
            self.refresher.log.note(event);
        }
    }

    /// Asks whether the signed-in user is staff, unless that is known or was asked with the current access token.
    fn request_staff_status(&mut self, view: &SessionView, stored: Option<&Stored>) {
        let (SessionView::SignedIn(_), Some(Stored::Pair(pair))) = (view, stored) else { return };
        if self.clockwork.staff_of(&pair.sid).is_some() || self.staff_asked_with.as_ref() == Some(&pair.access) {
            return;
        }
        self.staff_asked_with = Some(pair.access.clone());
        let (api, sid) = (self.refresher.api.clone(), pair.sid.clone());
        spawn_local(async move {
            // On failure, only the link to the administration is missing.
            if let Some(is_staff) = api.is_staff().await {
                learn_staff(sid, is_staff);
            }
        });
    }
}

/// Looks at storage, shows the session and refreshes it if due. Also continues sign-outs that another tab could not
/// finish.
pub(crate) fn wake() {
    let Some((session, look)) = with(|engine| (engine.session, engine.look())) else { return };
    session.show(look.view, look.connection);
    if look.next == Next::Refresh {
        spawn_local(renew().map(drop));
    }
}

/// Revokes the sessions that ended in this browser.
fn finish_sign_outs() {
    with(|engine| engine.sign_outs.finish());
}

/// Resets the backoff and looks again: the network is back.
fn wake_online() {
    with(|engine| engine.clockwork.reset_backoff());
    wake();
    finish_sign_outs();
}

fn note_offline() {
    with(|engine| engine.note(Some(EngineEvent::Offline)));
}

/// Shows whether the user of a session is staff, as the server said in another answer.
pub fn learn_staff(sid: String, is_staff: bool) {
    let is_news = with(|engine| {
        let is_news = engine.clockwork.staff_of(&sid) != Some(is_staff);
        engine.clockwork.learn_staff(sid, is_staff);
        is_news
    });
    if is_news == Some(true) {
        wake();
    }
}

/// Refreshes the stored pair. All callers share one running refresh, which completes even if they are dropped: its
/// answer may hold the only copy of the next refresh token.
pub(crate) async fn renew() -> Outcome {
    match with(Engine::begin_refresh) {
        Some(Ok(running)) => running.await,
        Some(Err(outcome)) => outcome,
        None => Outcome::SignedOut,
    }
}

impl Engine {
    /// The running refresh, begun if necessary.
    fn begin_refresh(&mut self) -> Result<Running, Outcome> {
        if self.clockwork.must_wait(&Now::here()) {
            return Err(Outcome::Retry(None));
        }
        if let Some(running) = &self.running {
            return Ok(running.clone());
        }
        let refresher = self.refresher.clone();
        let started = async move {
            let pair = refresher.storage.borrow().pair();
            let outcome = match pair {
                Some(pair) => refresher.ask(pair).await,
                None => Outcome::SignedOut,
            };
            settle(&outcome);
            outcome
        };
        let started = started.boxed_local().shared();
        self.running = Some(started.clone());
        spawn_local(started.clone().map(drop));
        Ok(started)
    }
}

/// Records the outcome of the running refresh, shows it and plans the next one.
fn settle(outcome: &Outcome) {
    with(|engine| {
        engine.running = None;
        let event = engine.clockwork.settle(outcome, engine.stored().as_ref(), &Now::here());
        engine.note(event);
    });
    wake();
}

/// Signs in with the pair of a new session, which replaces the stored one. `sent_at` is the time of the request,
/// milliseconds on the device's clock. Returns `false` if the access token cannot be parsed, or the engine is not
/// started.
#[must_use]
pub fn sign_in(tokens: TokenPair, sent_at: i64) -> bool {
    let Some(pair) = reply::received(tokens, None, sent_at, browser::now()) else { return false };
    let signed_in = with(|engine| {
        engine.opened = Some(SignOut { sid: pair.sid.clone(), refresh: pair.refresh.clone() });
        engine.clockwork.receive(&pair, &Now::here());
        engine.refresher.storage.borrow_mut().store(Incoming::SignIn(pair));
        engine.note(Some(EngineEvent::SignedIn));
    });
    wake();
    finish_sign_outs();
    signed_in.is_some()
}

/// Signs out: in this browser at once, at the server when it can be reached. Writes the tombstone first, so that no
/// late reply can restore the session.
pub fn sign_out() {
    let signed_out = with(|engine| {
        let pair = engine.refresher.storage.borrow().pair()?;
        engine.refresher.storage.borrow_mut().store(reply::signed_out(&pair, browser::now()));
        engine.note(Some(EngineEvent::SignedOut));
        engine.clockwork.reset_backoff();
        Some(())
    });
    wake();
    if signed_out.flatten().is_some() {
        finish_sign_outs();
    }
}

/// Signs out after the server rejected both tokens of a pair. Returns whether the pair was still stored.
pub(crate) fn end(pair: &StoredPair, rejection: Rejection) -> bool {
    let is_ended = with(|engine| {
        let mut storage = engine.refresher.storage.borrow_mut();
        let is_stored = !reply::is_superseded(pair, &storage);
        if is_stored {
            reply::end(pair, rejection, browser::now(), &mut storage);
        }
        is_stored
    });
    is_ended == Some(true)
}

/// Whether the tab shows this session as signed in.
pub(crate) fn shows(sid: &str) -> bool {
    with(|engine| engine.clockwork.shows(sid)) == Some(true)
}

/// Whether the access token can be sent.
pub(crate) fn is_access_valid(pair: &StoredPair) -> bool {
    with(|engine| engine.clockwork.is_access_valid(pair, &Now::here())) == Some(true)
}

/// The stored pair, if a user is signed in.
pub fn stored_pair() -> Option<StoredPair> {
    with(|engine| engine.refresher.storage.borrow().pair()).flatten()
}

/// Refreshes the pair early. Returns whether there is a new one.
pub async fn refresh_now() -> bool {
    matches!(renew().await, Outcome::Renewed(_) | Outcome::Superseded)
}

/// A copy of the log of this tab.
pub fn log() -> EngineLog {
    with(|engine| engine.refresher.log.snapshot()).unwrap_or_default()
}
