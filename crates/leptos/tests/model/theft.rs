//! The uses that a thief gets out of a refresh token, by the rules of the server.

use std::time::Duration;

use hallpass_types::EndReason;

use crate::{GRACE, server::Server};

const LONG: Duration = Duration::from_mins(4);
const INSTANT: Duration = Duration::from_millis(10);

#[test]
fn a_refresh_that_is_repeated_forever_changes_nothing() {
    let mut server = Server::new(GRACE);
    assert_eq!(server.refresh(0), Some(1));
    for _ in 0..100 {
        assert_eq!(server.refresh(0), Some(1), "the same successor");
    }
}

/// The owner refreshes after four minutes and uses the new token. Returns whether both succeeded.
fn owner_refreshes(server: &mut Server, held: &mut u32) -> bool {
    server.pass(LONG);
    match server.refresh(*held) {
        Some(generation) => {
            *held = generation;
            server.call(generation)
        }
        None => false,
    }
}

#[test]
fn a_thief_who_presents_a_token_after_the_grace_is_noticed_after_one_use_at_most() {
    for stolen in 0..6 {
        for owner_is_at in stolen + 1..8 {
            for delay in [INSTANT, GRACE / 2, GRACE, GRACE + Duration::from_secs(1), LONG] {
                thief_comes_late(stolen, owner_is_at, delay);
            }
        }
    }
}

/// A thief presents a token that its owner has spent, and from then on the newest token that he has, four minutes after
/// each refresh of the owner.
fn thief_comes_late(stolen: u32, owner_is_at: u32, delay: Duration) {
    let (mut server, mut owner, mut thief, mut uses) = (Server::new(GRACE), 0, stolen, 0);
    while owner < owner_is_at {
        assert!(owner_refreshes(&mut server, &mut owner));
    }
    server.pass(delay);
    for _ in 0..5 {
        let Some(generation) = server.refresh(thief) else { break };
        uses += 1;
        server.call(generation);
        thief = generation;
        owner_refreshes(&mut server, &mut owner);
        server.pass(LONG);
    }
    let case = format!("stolen {stolen}, owner at {owner_is_at}, after {delay:?}");
    assert!(uses <= 1, "{uses} uses: {case}");
    assert_eq!(server.ended, Some(EndReason::Reuse), "{case}");
    assert_eq!(server.refresh(thief), None, "{case}");
    assert!(!server.call(thief), "{case}");
}

#[test]
fn a_thief_who_follows_each_refresh_within_the_grace_is_not_noticed() {
    for delay in [INSTANT, GRACE / 2, GRACE.saturating_sub(INSTANT)] {
        let (mut server, mut owner, mut thief) = (Server::new(GRACE), 0, 0);
        for _ in 0..50 {
            assert!(owner_refreshes(&mut server, &mut owner));
            server.pass(delay);
            thief = server.refresh(thief).expect("within the grace");
            assert_eq!(thief, owner, "the owner's successor");
        }
        server.pass(LONG);
        assert!(owner_refreshes(&mut server, &mut owner));
        server.pass(GRACE);
        assert_eq!(server.refresh(thief), None, "after the grace he is noticed");
        assert_eq!(server.ended, Some(EndReason::Reuse));
    }
}

#[test]
fn a_thief_of_the_current_token_is_noticed_when_its_owner_refreshes() {
    for refreshes_of_the_thief in 1..6 {
        let (mut server, mut owner) = (Server::new(GRACE), 0);
        assert!(owner_refreshes(&mut server, &mut owner));
        let mut thief = owner;
        for _ in 0..refreshes_of_the_thief {
            assert!(owner_refreshes(&mut server, &mut thief), "the owner has not refreshed yet");
        }
        assert!(!owner_refreshes(&mut server, &mut owner), "the owner's token is spent");
        assert_eq!(server.ended, Some(EndReason::Reuse));
        assert_eq!(server.refresh(thief), None);
        assert!(!server.call(thief));
    }
}

#[test]
fn a_laptop_that_was_closed_during_a_refresh_continues_the_next_day() {
    let mut server = Server::new(GRACE);
    assert_eq!(server.refresh(0), Some(1));
    server.pass(Duration::from_hours(24));
    assert_eq!(server.refresh(0), Some(1), "the answer was lost, and its pair was never used");
}
