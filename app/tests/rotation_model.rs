//! The rotation in a model: the real `rotation::decide` on one side, the real `merge` on the other,
//! and between them every order in which two and three tabs can act, with and without a lost reply,
//! a long sleep and a storage that becomes full. No honest session may be lost, and every thief must be
//! who comes later than the grace. One who never does keeps pace.
#![cfg(feature = "ssr")]

use std::time::Duration;

use app::session::pair::{Incoming, Stored, StoredPair, VERSION, merge};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hallpass_core::{
    clock::Timestamp,
    rotation::{Decision, Facts, Presented, Rule, SessionFacts, UserStatus, decide},
    store::RotationMode,
};
use hallpass_types::EndReason;

const GRACE: Duration = Duration::from_secs(30);
const LONG: Duration = Duration::from_mins(4);
const MOMENT: Duration = Duration::from_millis(10);

/// The server: one session, as the database keeps it.
#[derive(Clone)]
struct Server {
    now: Timestamp,
    grace: Duration,
    generation: u32,
    last_seen: u32,
    /// When each older generation was spent.
    spent: Vec<Timestamp>,
    ended: Option<EndReason>,
}

impl Server {
    fn new() -> Self {
        Self {
            now: Timestamp::from_seconds(0),
            grace: GRACE,
            generation: 0,
            last_seen: 0,
            spent: Vec::new(),
            ended: None,
        }
    }

    /// A refresh with the token of a generation: the generation of the pair that is answered.
    fn refresh(&mut self, presented: u32) -> Option<u32> {
        self.now = self.now + MOMENT;
        let facts = Facts {
            now: self.now,
            grace: self.grace,
            mode: RotationMode::RotateAndBlacklist,
            session: SessionFacts {
                generation: self.generation,
                last_seen_generation: self.last_seen,
                ends_at: Timestamp::from_seconds(1_000_000),
                ended: self.ended,
            },
            presented: Presented { generation: presented, spent_at: self.spent.get(presented as usize).copied() },
            user: UserStatus::Active,
        };
        match decide(&facts) {
            Decision::Renew(Rule::Rotate) => {
                self.spent.push(self.now);
                self.generation += 1;
                Some(self.generation)
            }
            Decision::Renew(Rule::Reissue | Rule::Keep) => Some(self.generation),
            Decision::Renew(Rule::Recover) => {
                self.spent[presented as usize] = self.now;
                Some(self.generation)
            }
            Decision::Reuse => {
                self.ended = Some(EndReason::Reuse);
                None
            }
            Decision::Refuse(_) => None,
        }
    }

    /// A call with the access token of a generation; whether it was answered.
    fn call(&mut self, generation: u32) -> bool {
        if self.ended.is_none() {
            self.last_seen = self.last_seen.max(generation);
        }
        self.ended.is_none()
    }

    fn sleep(&mut self, pause: Duration) {
        self.now = self.now + pause;
    }
}

fn pair(generation: u32) -> StoredPair {
    let claims = format!(r#"{{"exp":{generation},"iat":0,"sid":"s","gen":{generation}}}"#);
    StoredPair {
        v: VERSION,
        sid: "s".into(),
        generation,
        access: format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims)).into(),
        refresh: generation.to_string().into(),
        received_at: 0,
        skew: 0,
        unfinished: Vec::new(),
    }
}

/// What a tab does in one renewal, one step at a time; any other tab may act in between.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// Reads storage and sends what it finds.
    Read,
    /// The request arrives at the server.
    Arrive,
    /// The reply arrives in the tab, unless it is lost.
    Receive,
    /// The tab calls the server with whatever access token is stored.
    Call,
}

const RENEWAL: [Step; 4] = [Step::Read, Step::Arrive, Step::Receive, Step::Call];

#[derive(Clone, Default)]
struct Tab {
    done: usize,
    request: Option<u32>,
    reply: Option<u32>,
    /// What this tab holds since the storage refused it.
    memory: Option<Stored>,
}

/// When a tab may read and ask.
#[derive(Clone, Copy, PartialEq)]
enum Turns {
    AtWill,
    /// While no other tab waits for an answer: each has the lock in its turn.
    OneByOne,
}

/// Every tab, the storage they share, and the server.
#[derive(Clone)]
struct World {
    server: Server,
    stored: Option<Stored>,
    tabs: Vec<Tab>,
    renewals: usize,
    may_lose: bool,
    may_sleep: bool,
    /// Whether the storage may refuse a write, after which it holds nothing.
    may_fill: bool,
    turns: Turns,
    story: Vec<String>,
}

impl World {
    fn new(tabs: usize, renewals: usize) -> Self {
        Self {
            server: Server::new(),
            stored: Some(Stored::Pair(pair(0))),
            tabs: vec![Tab::default(); tabs],
            renewals,
            may_lose: true,
            may_sleep: true,
            may_fill: false,
            turns: Turns::AtWill,
            story: Vec::new(),
        }
    }

    /// What a tab finds: the storage, or what the storage did not take from it.
    fn found_by(&self, tab: usize) -> Option<&Stored> {
        self.stored.as_ref().or(self.tabs[tab].memory.as_ref())
    }

    /// `None` in a tab that is signed out, because another one holds the pair.
    fn generation_in(&self, tab: usize) -> Option<u32> {
        self.found_by(tab).map(|stored| match stored {
            Stored::Pair(pair) => pair.generation,
            Stored::Tombstone(_) => panic!("nobody signed out"),
        })
    }

    /// The reply arrives in a tab, which stores it.
    fn receive(&mut self, tab: usize, generation: u32) {
        if let Some(merged) = merge(self.found_by(tab), Incoming::Renewal(pair(generation))) {
            self.stored = Some(merged);
            self.tabs[tab].memory = None;
        }
    }

    fn step(&mut self, tab: usize) {
        let step = RENEWAL[self.tabs[tab].done % RENEWAL.len()];
        self.story.push(format!("{tab}:{step:?}"));
        match step {
            Step::Read => self.tabs[tab].request = self.generation_in(tab),
            Step::Arrive => {
                if let Some(presented) = self.tabs[tab].request.take() {
                    let answered = self.server.refresh(presented);
                    assert!(answered.is_some(), "an honest session was lost: {:?}", self.story);
                    self.tabs[tab].reply = answered;
                }
            }
            Step::Receive => {
                if let Some(generation) = self.tabs[tab].reply.take() {
                    self.receive(tab, generation);
                }
            }
            Step::Call => {
                if let Some(generation) = self.generation_in(tab) {
                    assert!(self.server.call(generation), "an honest call was refused: {:?}", self.story);
                }
            }
        }
        self.tabs[tab].done += 1;
    }

    /// Whether it is this tab's turn.
    fn may_step(&self, tab: usize) -> bool {
        let is_waiting = |tab: &Tab| tab.request.is_some() || tab.reply.is_some();
        self.turns == Turns::AtWill || is_waiting(&self.tabs[tab]) || !self.tabs.iter().any(is_waiting)
    }

    /// Nobody's request is on its way: a device falls asleep between requests, or before a reply. A
    /// reply that is older than an attempt may take is thrown away when the device wakes.
    fn is_quiet(&self) -> bool {
        self.tabs.iter().all(|tab| tab.request.is_none())
    }

    /// Explores every order from here; answers how many there are.
    fn explore(self) -> u64 {
        let mut worlds = 0;
        let unfinished: Vec<usize> =
            (0..self.tabs.len()).filter(|tab| self.tabs[*tab].done < self.renewals * RENEWAL.len()).collect();
        if unfinished.is_empty() {
            return 1;
        }
        for tab in unfinished.into_iter().filter(|tab| self.may_step(*tab)) {
            let mut next = self.clone();
            next.step(tab);
            worlds += next.explore();
            if self.may_lose && self.tabs[tab].reply.is_some() {
                let mut lossy = self.clone();
                lossy.may_lose = false;
                lossy.tabs[tab].reply = None;
                lossy.story.push(format!("{tab}: the reply is lost"));
                lossy.step(tab);
                worlds += lossy.explore();
            }
            if self.may_fill && self.tabs[tab].reply.is_some() {
                let mut full = self.clone();
                full.may_fill = false;
                full.step(tab);
                full.tabs[tab].memory = full.stored.take();
                full.story.push(format!("{tab}: the storage is full"));
                worlds += full.explore();
            }
        }
        if self.may_sleep && self.is_quiet() {
            let mut later = self;
            later.may_sleep = false;
            later.server.sleep(LONG);
            for tab in &mut later.tabs {
                tab.reply = None;
            }
            later.story.push("a long sleep".into());
            worlds += later.explore();
        }
        worlds
    }
}

#[test]
fn no_order_of_two_tabs_loses_an_honest_session() {
    let worlds = World::new(2, 2).explore();
    assert!(worlds > 100_000, "only {worlds} worlds were explored");
}

#[test]
fn no_order_of_three_tabs_loses_an_honest_session() {
    let worlds = World::new(3, 1).explore();
    assert!(worlds > 100_000, "only {worlds} worlds were explored");
}

#[test]
fn no_order_of_two_tabs_loses_a_session_to_a_full_storage() {
    let worlds = World { may_fill: true, may_lose: false, ..World::new(2, 2) }.explore();
    assert!(worlds > 100_000, "only {worlds} worlds were explored");
}

#[test]
fn no_order_of_tabs_that_take_turns_loses_a_session_without_a_grace() {
    let server = Server { grace: Duration::ZERO, ..Server::new() };
    let world = World { server, turns: Turns::OneByOne, may_lose: false, may_sleep: false, ..World::new(3, 2) };
    let worlds = world.explore();
    assert!(worlds > 1000, "only {worlds} worlds were explored");
}

#[test]
fn a_refresh_that_is_repeated_forever_changes_nothing() {
    let mut server = Server::new();
    assert_eq!(server.refresh(0), Some(1));
    for _ in 0..100 {
        assert_eq!(server.refresh(0), Some(1), "the very same successor");
    }
}

/// The owner renews and uses the new token, then goes on with other things for a while.
fn owner_renews(server: &mut Server, held: &mut u32) -> bool {
    server.sleep(LONG);
    match server.refresh(*held) {
        Some(generation) => {
            *held = generation;
            server.call(generation)
        }
        None => false,
    }
}

#[test]
fn every_thief_of_a_spent_token_who_comes_late_once_is_shut_out_after_one_use() {
    for stolen in 0..6 {
        for owner_is_at in stolen + 1..8 {
            for haste in [MOMENT, GRACE / 2, GRACE, GRACE + Duration::from_secs(1), LONG] {
                thief_comes_late(stolen, owner_is_at, haste);
            }
        }
    }
}

/// A thief comes with a token that its owner has spent, and from then on presents the newest token he
/// has long after each renewal of the owner's.
fn thief_comes_late(stolen: u32, owner_is_at: u32, haste: Duration) {
    let (mut server, mut owner, mut thief, mut uses) = (Server::new(), 0, stolen, 0);
    while owner < owner_is_at {
        assert!(owner_renews(&mut server, &mut owner));
    }
    server.sleep(haste);
    for _ in 0..5 {
        let Some(generation) = server.refresh(thief) else { break };
        uses += 1;
        server.call(generation);
        thief = generation;
        owner_renews(&mut server, &mut owner);
        server.sleep(LONG);
    }
    let case = format!("stolen {stolen}, owner at {owner_is_at}, after {haste:?}");
    assert!(uses <= 1, "{uses} uses: {case}");
    assert_eq!(server.ended, Some(EndReason::Reuse), "{case}");
    assert_eq!(server.refresh(thief), None, "{case}");
    assert!(!server.call(thief), "{case}");
}

#[test]
fn a_thief_who_follows_each_renewal_within_the_grace_keeps_pace() {
    for haste in [MOMENT, GRACE / 2, GRACE.saturating_sub(MOMENT)] {
        let (mut server, mut owner, mut thief) = (Server::new(), 0, 0);
        for _ in 0..50 {
            assert!(owner_renews(&mut server, &mut owner));
            server.sleep(haste);
            thief = server.refresh(thief).expect("what two tabs are forgiven, a thief is");
            assert_eq!(thief, owner, "on the one chain");
        }
        server.sleep(LONG);
        assert!(owner_renews(&mut server, &mut owner));
        server.sleep(GRACE);
        assert_eq!(server.refresh(thief), None, "and once he is late, he is noticed");
        assert_eq!(server.ended, Some(EndReason::Reuse));
    }
}

#[test]
fn a_thief_of_the_current_token_is_shut_out_when_its_owner_comes_back() {
    for renewals_of_the_thief in 1..6 {
        let (mut server, mut owner) = (Server::new(), 0);
        assert!(owner_renews(&mut server, &mut owner));
        let mut thief = owner;
        for _ in 0..renewals_of_the_thief {
            assert!(owner_renews(&mut server, &mut thief), "nobody has missed the token yet");
        }
        assert!(!owner_renews(&mut server, &mut owner), "the owner is told");
        assert_eq!(server.ended, Some(EndReason::Reuse));
        assert_eq!(server.refresh(thief), None);
        assert!(!server.call(thief));
    }
}

#[test]
fn a_laptop_that_was_closed_in_mid_refresh_goes_on_the_next_day() {
    let mut server = Server::new();
    assert_eq!(server.refresh(0), Some(1));
    server.sleep(Duration::from_hours(24));
    assert_eq!(server.refresh(0), Some(1), "the reply was lost, and nothing of its generation was seen");
}
