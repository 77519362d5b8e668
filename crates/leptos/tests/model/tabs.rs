//! The tabs of one browser: the real [`Clockwork`], [`Storage`] and [`Asked`], with clocks, a disk and a network that
//! the model controls.

use std::{cell::RefCell, time::Duration};

use hallpass_leptos::{
    Outcome, RefreshError, Rejection, SessionState, StoredPair,
    clockwork::{Clockwork, Look, Next, Now},
    pair::Incoming,
    reply::{Asked, received},
    storage::{Entry, Storage},
};
use hallpass_types::TokenPair;

use crate::server::Server;

/// The content of the browser's storage.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    text: Option<String>,
    /// Whether it refuses writes.
    pub(crate) is_full: bool,
    /// A rule that is broken on purpose: the old value stays when a write fails.
    pub(crate) keeps_old: bool,
}

thread_local! {
    /// The disk of the world that is being explored.
    static DISK: RefCell<Disk> = RefCell::default();
}

#[derive(Clone)]
struct Item;

impl Entry for Item {
    fn read(&self) -> Option<String> {
        DISK.with_borrow(|disk| disk.text.clone())
    }

    fn write(&self, text: &str) -> bool {
        DISK.with_borrow_mut(|disk| {
            if !disk.is_full {
                disk.text = Some(text.to_owned());
            }
            !disk.is_full
        })
    }

    fn remove(&self) {
        DISK.with_borrow_mut(|disk| {
            if !disk.keeps_old {
                disk.text = None;
            }
        });
    }
}

/// A request on its way.
#[derive(Clone)]
struct Request {
    pair: StoredPair,
    sent_at: i64,
}

type Answer = Result<TokenPair, RefreshError>;

#[derive(Clone)]
pub(crate) struct Tab {
    storage: Storage<Item>,
    clockwork: Clockwork,
    is_visible: bool,
    asked: Option<Request>,
    /// The answer to `asked`, once the request has arrived at the server.
    answer: Option<Answer>,
    requests: u32,
}

impl Tab {
    /// Whether a request or its answer is on its way.
    pub(crate) const fn is_asking(&self) -> bool {
        self.asked.is_some()
    }

    pub(crate) const fn has_answer(&self) -> bool {
        self.answer.is_some()
    }
}

/// The browser and the server.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) disk: Disk,
    pub(crate) tabs: Vec<Tab>,
    /// The grace that the tabs know.
    pub(crate) grace: Duration,
    /// Whether a tab asks only while no other does: each has the lock in its turn.
    pub(crate) take_turns: bool,
    /// The lead of the device's clock, milliseconds.
    pub(crate) clock_lead: i64,
    pub(crate) is_online: bool,
}

impl World {
    /// A browser with one session in so many tabs.
    pub(crate) fn new(tabs: usize, grace: Duration) -> Self {
        let server = Server::new(grace);
        let mut storage = Storage::new(Item);
        DISK.set(Disk::default());
        let pair = received(server.issue(0), None, 0, 0).expect("a pair of the server");
        storage.store(Incoming::SignIn(pair));
        let clockwork = Clockwork::default();
        let tab = Tab { storage, clockwork, is_visible: true, asked: None, answer: None, requests: 0 };
        let (tabs, disk) = (vec![tab; tabs], DISK.take());
        Self { server, disk, tabs, grace, take_turns: false, clock_lead: 0, is_online: true }
    }

    /// Runs `act` on a tab, with the disk of this world.
    fn in_tab<R>(&mut self, tab: usize, act: impl FnOnce(&mut Tab, &Now) -> R) -> R {
        let now = self.now(tab);
        DISK.set(std::mem::take(&mut self.disk));
        let result = act(&mut self.tabs[tab], &now);
        self.disk = DISK.take();
        result
    }

    fn millis(&self) -> i64 {
        self.server.now.millis()
    }

    fn now(&self, tab: usize) -> Now {
        Now {
            wall: self.millis() + self.clock_lead,
            monotonic: self.millis(),
            is_visible: self.tabs[tab].is_visible,
            is_online: self.is_online,
            jitter: 0.5,
        }
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.server.pass(time);
    }

    pub(crate) fn set_visible(&mut self, tab: usize, is_visible: bool) {
        self.tabs[tab].is_visible = is_visible;
    }

    /// The tab wakes: it looks at storage, and asks if a refresh is due.
    pub(crate) fn look(&mut self, tab: usize) -> Look {
        let is_locked = self.take_turns && self.tabs.iter().any(Tab::is_asking);
        let may_ask = !is_locked && !self.tabs[tab].is_asking();
        self.in_tab(tab, |tab, now| {
            let look = tab.clockwork.look(tab.storage.load().as_ref(), now);
            if look.next == Next::Refresh && may_ask && !tab.clockwork.must_wait(now) {
                tab.asked = tab.storage.pair().map(|pair| Request { pair, sent_at: now.wall });
                tab.requests += 1;
            }
            look
        })
    }

    /// The request arrives at the server, unless there is no network.
    pub(crate) fn arrive(&mut self, tab: usize) {
        let Some(Request { pair, .. }) = &self.tabs[tab].asked else { return };
        let presented = pair.refresh.expose().parse().expect("a generation");
        self.tabs[tab].answer = Some(if self.is_online {
            let rejected = RefreshError::Rejected(Rejection::Ended(None));
            self.server.refresh(presented).map(|generation| self.server.issue(generation)).ok_or(rejected)
        } else {
            Err(RefreshError::Retry(None))
        });
    }

    /// The answer is lost on its way.
    pub(crate) fn lose(&mut self, tab: usize) {
        self.tabs[tab].answer = Some(Err(RefreshError::Retry(None)));
    }

    /// The answer arrives in the tab.
    pub(crate) fn receive(&mut self, tab: usize) -> Option<Outcome> {
        let grace = i64::try_from(self.grace.as_millis()).expect("a short grace");
        let outcome = self.in_tab(tab, |tab, now| {
            let (request, answer) = (tab.asked.take()?, tab.answer.take()?);
            let asked = Asked { pair: &request.pair, sent_at: request.sent_at, answered_at: now.wall, grace };
            let outcome = asked.settle(answer, &mut tab.storage);
            tab.clockwork.settle(&outcome, tab.storage.load().as_ref(), now);
            Some(outcome)
        });
        self.look(tab);
        outcome
    }

    /// The page calls the server, if it shows a session with a valid access token. Returns whether the server accepts
    /// it; true without a call.
    pub(crate) fn call(&mut self, tab: usize) -> bool {
        let pair = self.in_tab(tab, |tab, now| {
            let pair = tab.storage.pair();
            pair.filter(|pair| tab.clockwork.shows(&pair.sid) && tab.clockwork.is_access_valid(pair, now))
        });
        pair.is_none_or(|pair| self.server.call(pair.generation))
    }

    /// Everything works again, and six minutes pass with all tabs visible. Returns what each tab shows, and the number
    /// of requests.
    pub(crate) fn settle(&mut self) -> (Vec<SessionState>, u32) {
        self.is_online = true;
        self.disk.is_full = false;
        let before: u32 = self.tabs.iter().map(|tab| tab.requests).sum();
        let mut states = Vec::new();
        for _ in 0..9 {
            states = (0..self.tabs.len()).map(|tab| self.go_on(tab)).collect();
            self.pass(Duration::from_secs(40));
        }
        (states, self.tabs.iter().map(|tab| tab.requests).sum::<u32>() - before)
    }

    /// The tab looks, and a refresh succeeds. Returns what the tab shows.
    fn go_on(&mut self, tab: usize) -> SessionState {
        self.tabs[tab].is_visible = true;
        if !self.tabs[tab].is_asking() {
            self.look(tab);
        }
        if !self.tabs[tab].has_answer() {
            self.arrive(tab);
        }
        self.receive(tab);
        assert!(self.call(tab) || self.server.ended.is_some(), "a call was rejected");
        self.look(tab).view.state()
    }
}
