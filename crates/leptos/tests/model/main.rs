//! The browser's rules and the server's rules together: every order in which two and three tabs can act, with hidden
//! tabs, failing writes, a dead network, a jumping clock, lost answers and a sleeping device. No order may lose a
//! session, and rules that are broken on purpose must be noticed.

mod server;
mod tabs;
mod theft;

use std::time::Duration;

use hallpass_leptos::{SessionState, clockwork::Next};
use hallpass_types::EndReason;
use tabs::World;

const GRACE: Duration = Duration::from_secs(30);

/// The steps of a tab in one refresh. Any other tab may act in between.
const STEPS: [Step; 4] = [Step::Look, Step::Arrive, Step::Receive, Step::Call];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Step {
    /// Looks at storage when its timer fires, and asks if a refresh is due.
    Look,
    /// The request arrives at the server.
    Arrive,
    /// The answer arrives in the tab.
    Receive,
    /// The page calls the server with whatever access token is stored.
    Call,
}

/// A fault, of which each order has at most one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The answer is lost: the attempt ends by its timeout.
    LoseAnswer,
    /// No request arrives until the end.
    LoseNetwork,
    /// The storage refuses writes until the end.
    FillDisk,
    /// The device sleeps for four minutes.
    Sleep,
    /// The device's clock jumps by an hour.
    Jump(i64),
    /// The tab is hidden until the end.
    Hide,
}

const FAULTS: [Fault; 7] = [
    Fault::LoseAnswer,
    Fault::LoseNetwork,
    Fault::FillDisk,
    Fault::Sleep,
    Fault::Jump(3_600_000),
    Fault::Jump(-3_600_000),
    Fault::Hide,
];

/// An order of steps, and the world that it led to.
#[derive(Clone)]
struct Order {
    world: World,
    done: Vec<usize>,
    /// The number of steps of each tab.
    steps: &'static [usize],
    faults: &'static [Fault],
    fault: Option<Fault>,
    story: Vec<String>,
}

/// The first order that broke a promise.
type Broken = String;

impl Order {
    fn new(steps: &'static [usize], faults: &'static [Fault]) -> Self {
        let world = World::new(steps.len(), GRACE);
        Self { world, done: vec![0; steps.len()], steps, faults, fault: None, story: Vec::new() }
    }

    fn step(&mut self, tab: usize) -> Result<(), Broken> {
        let step = STEPS[self.done[tab] % STEPS.len()];
        self.done[tab] += 1;
        self.story.push(format!("{tab}:{step:?}"));
        match step {
            Step::Look => self.look(tab),
            Step::Arrive => self.world.arrive(tab),
            Step::Receive => _ = self.world.receive(tab),
            Step::Call if self.world.call(tab) => {}
            Step::Call => return self.broken("a call was rejected"),
        }
        if self.world.server.ended.is_some() { self.broken("the session was revoked") } else { Ok(()) }
    }

    /// Looks, once the timer has fired. Time passes only while no request is on its way.
    fn look(&mut self, tab: usize) {
        if let Next::In(millis) = self.world.look(tab).next
            && !self.world.tabs.iter().any(tabs::Tab::is_asking)
        {
            self.world.pass(Duration::from_millis(u64::try_from(millis).expect("a future time")) + SECOND);
            self.world.look(tab);
        }
    }

    fn fail(&mut self, tab: usize, fault: Fault) {
        self.fault = Some(fault);
        self.story.push(format!("{tab}:{fault:?}"));
        let world = &mut self.world;
        match fault {
            Fault::LoseAnswer => {
                world.lose(tab);
                world.pass(Duration::from_secs(20));
            }
            Fault::LoseNetwork => world.is_online = false,
            Fault::FillDisk => world.disk.is_full = true,
            Fault::Sleep => world.pass(Duration::from_mins(4)),
            Fault::Jump(lead) => world.clock_lead += lead,
            Fault::Hide => world.set_visible(tab, false),
        }
    }

    /// Whether this fault can happen now. A device falls asleep between requests or before an answer: a request that is
    /// sent arrives within seconds.
    fn may_fail(&self, tab: usize, fault: Fault) -> bool {
        let tabs = &self.world.tabs;
        let can_happen = match fault {
            Fault::LoseAnswer => tabs[tab].has_answer(),
            Fault::Sleep => tabs.iter().all(|tab| !tab.is_asking() || tab.has_answer()),
            Fault::LoseNetwork | Fault::FillDisk | Fault::Jump(_) | Fault::Hide => true,
        };
        self.fault.is_none() && can_happen
    }

    fn broken<T>(&self, promise: &str) -> Result<T, Broken> {
        Err(format!("{promise}: {:?}", self.story))
    }

    /// Explores every order from here. Returns their number.
    fn explore(self) -> Result<u64, Broken> {
        let waiting: Vec<usize> = (0..self.done.len()).filter(|tab| self.done[*tab] < self.steps[*tab]).collect();
        if waiting.is_empty() {
            return self.check().map(|()| 1);
        }
        let mut orders = 0;
        for tab in waiting {
            let mut next = self.clone();
            next.step(tab)?;
            orders += next.explore()?;
            for fault in self.faults.iter().copied().filter(|fault| self.may_fail(tab, *fault)) {
                let mut next = self.clone();
                next.fail(tab, fault);
                next.step(tab)?;
                orders += next.explore()?;
            }
        }
        Ok(orders)
    }

    /// Once everything works again: the session goes on in all tabs, and no tab asks more often than it must. After a
    /// write that failed, the session goes on in the tab that holds it in memory.
    fn check(mut self) -> Result<(), Broken> {
        let (states, requests) = self.world.settle();
        if self.world.server.ended.is_some() {
            return self.broken("the session was revoked in the end");
        }
        let are_signed_in = match self.fault {
            Some(Fault::FillDisk) => states.contains(&SessionState::SignedIn),
            _ => states.iter().all(|state| *state == SessionState::SignedIn),
        };
        if !are_signed_in {
            return self.broken("a tab was signed out");
        }
        if requests > 4 * u32::try_from(states.len()).expect("a few tabs") {
            return self.broken("too many requests");
        }
        Ok(())
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn no_order_of_two_tabs_loses_a_session() {
    let orders = Order::new(&[8, 4], &FAULTS).explore();
    assert!(orders.as_ref().is_ok_and(|orders| *orders > 10_000), "{orders:?}");
}

#[test]
fn no_order_of_three_tabs_loses_a_session() {
    let orders = Order::new(&[3, 3, 2], &FAULTS).explore();
    assert!(orders.as_ref().is_ok_and(|orders| *orders > 10_000), "{orders:?}");
}

/// Three tabs without a grace, of which each waits for the lock.
fn without_grace() -> Order {
    let mut order = Order::new(&[4, 4, 3], &[]);
    order.world = World { take_turns: true, ..World::new(3, Duration::ZERO) };
    order
}

#[test]
fn no_order_of_tabs_that_take_turns_loses_a_session_without_a_grace() {
    let orders = without_grace().explore();
    assert!(orders.as_ref().is_ok_and(|orders| *orders > 10_000), "{orders:?}");
}

#[test]
fn tabs_that_do_not_take_turns_without_a_grace_are_noticed() {
    let mut order = without_grace();
    order.world.take_turns = false;
    let broken = order.explore().expect_err("a lost session");
    assert!(broken.starts_with("the session was revoked"), "{broken}");
}

#[test]
fn a_tab_that_accepts_old_answers_is_noticed() {
    let mut order = Order::new(&[8, 8], &[Fault::Sleep]);
    order.world.grace = Duration::ZERO;
    let broken = order.explore().expect_err("a lost session");
    assert!(broken.starts_with("the session was revoked"), "{broken}");
}

#[test]
fn a_spent_token_that_stays_in_a_full_storage_is_noticed() {
    let mut order = Order::new(&[8, 8], &[Fault::FillDisk]);
    order.world.disk.keeps_old = true;
    let broken = order.explore().expect_err("a lost session");
    assert!(broken.starts_with("the session was revoked"), "{broken}");
}

#[test]
fn the_end_of_a_session_reaches_every_tab() {
    let mut world = World::new(3, GRACE);
    for tab in 0..3 {
        world.look(tab);
    }
    world.server.ended = Some(EndReason::Revoked);
    let (states, _) = world.settle();
    assert_eq!(states, [SessionState::SignedOut; 3]);
}
