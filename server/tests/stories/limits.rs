//! Rate limits of pages and REST API: by account, by IP address and by session.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use hallpass_core::{
    Auth, Error,
    limits::{Limits, Rate},
    session::Origin,
    settings::Settings,
};
use hallpass_types::{Credentials, TokenPair};
use serde_json::{Value, json};
use server::{forwarded::Proxies, http_options::HttpOptions};

use crate::{
    actors::{Answer, PASSWORD, Surroundings, World, http_options, settings},
    gate::{Gate, parallelism},
    patience::until,
    rpc::call,
};

/// Behind a proxy, so that a story can send from many IP addresses.
async fn world(limits: Limits) -> World {
    let trusted = vec!["127.0.0.1/32".parse().expect("a network")];
    let http = HttpOptions { proxies: Proxies { trusted, ..Proxies::default() }, ..http_options() };
    World::surrounded(Settings { limits, ..settings() }, Surroundings { http, ..Surroundings::default() }).await
}

async fn ask(world: &World, path: &str, from: &str, body: Value) -> Answer {
    let request = world.request("POST", path).header("x-forwarded-for", from).json(&body);
    Answer::of(request.send().await.expect("an answer")).await
}

async fn sign_in(world: &World, username: &str, password: &str, from: &str) -> Answer {
    ask(world, "/api/token/", from, json!({ "username": username, "password": password })).await
}

#[track_caller]
fn is_throttled(answer: &Answer, seconds: u32) {
    let plural = if seconds == 1 { "" } else { "s" };
    let sentence = format!("Request was throttled. Expected available in {seconds} second{plural}.");
    answer.is(429, json!({ "detail": sentence }));
    assert_eq!(answer.header("retry-after"), Some(seconds.to_string().as_str()));
}

#[tokio::test]
async fn too_many_sign_ins_to_one_account_are_answered_with_retry_after_by_page_and_api() {
    let world = world(Limits { sign_in_per_account: Some(Rate::per_minute(3)), ..Limits::OFF }).await;
    world.user("ada").await;
    let good = json!({ "username": "ada", "password": PASSWORD });
    for _ in 0..3 {
        assert_eq!(world.post("/api/token/", good.clone()).await.status, 200);
    }
    is_throttled(&world.post("/api/token/", good.clone()).await, 20);
    is_throttled(&world.post("/api/token/sliding/", good.clone()).await, 20);
    let rejected = call(&world, "session/obtain", None, json!({ "credentials": good })).await;
    assert_eq!((rejected.status, rejected.header("retry-after")), (429, Some("20")));
    assert_eq!((&rejected.body["code"], &rejected.body["retry_after"]), (&json!("too_many_requests"), &json!(20)));
    assert_eq!(rejected.body["message"], "Too many attempts. Try again in 20 seconds.");
    world.pass(Duration::from_secs(20));
    assert_eq!(world.post("/api/token/", good).await.status, 200);
}

#[tokio::test]
async fn an_unknown_username_is_throttled_like_a_known_one() {
    let world = world(Limits { sign_in_per_account: Some(Rate::per_minute(2)), ..Limits::OFF }).await;
    world.user("ada").await;
    for name in ["ada", "nobody"] {
        let mut seen = Vec::new();
        for spelling in [name.to_owned(), format!(" {name}"), name.to_owned()] {
            seen.push(sign_in(&world, &spelling, "wrong", "203.0.113.1").await.status);
        }
        assert_eq!(seen, [401, 401, 429], "{name}");
    }
}

#[tokio::test]
async fn too_many_sign_ins_from_one_ip_address_are_throttled_for_every_account() {
    let world = world(Limits { sign_in_per_address: Some(Rate::per_minute(3)), ..Limits::OFF }).await;
    world.user("ada").await;
    for name in ["a", "b", "c"] {
        assert_eq!(sign_in(&world, name, "wrong", "2001:db8:0:1::5").await.status, 401);
    }
    is_throttled(&sign_in(&world, "ada", PASSWORD, "2001:db8:0:1:ffff::6").await, 20);
    assert_eq!(sign_in(&world, "ada", PASSWORD, "2001:db8:0:2::5").await.status, 200);
    assert_eq!(sign_in(&world, "ada", PASSWORD, "203.0.113.1").await.status, 200);
}

#[tokio::test]
async fn password_guesses_are_delayed_exponentially_without_locking_the_owner_out() {
    let world = world(Limits::default()).await;
    world.user("ada").await;
    let guess = async || sign_in(&world, "ada", "wrong", "203.0.113.1").await;
    for _ in 0..5 {
        assert_eq!(guess().await.status, 401);
    }
    for wait in [1, 2, 4, 8] {
        assert_eq!(guess().await.status, 401);
        is_throttled(&guess().await, wait);
        is_throttled(&sign_in(&world, "ada", PASSWORD, "203.0.113.1").await, wait);
        assert_eq!(sign_in(&world, "ada", PASSWORD, "198.51.100.1").await.status, 200, "the owner");
        world.pass(Duration::from_secs(wait.into()));
    }
    assert_eq!(sign_in(&world, "ada", PASSWORD, "203.0.113.1").await.status, 200);
    assert_eq!(guess().await.status, 401);
    assert_eq!(guess().await.status, 401, "a success clears what went before");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_guesses_are_checked_no_more_often_than_sequential_ones() {
    let world = world(Limits::default()).await;
    world.user("ada").await;
    let answers = join_all((0..100).map(|_| sign_in(&world, "ada", "wrong", "203.0.113.1"))).await;
    let with = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((with(401), with(429)), (6, 94));
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_correct_passwords_are_not_throttled() {
    let world = world(Limits::default()).await;
    world.user("ada").await;
    let answers = join_all((0..40).map(|_| sign_in(&world, "ada", PASSWORD, "203.0.113.1"))).await;
    let with = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((with(200), with(429)), (40, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_correct_current_passwords_are_not_throttled() {
    let world = world(Limits::default()).await;
    let ada = world.signed_in("ada").await;
    let form = json!({ "form": { "current_password": PASSWORD, "new_password": "password" } });
    let answers = join_all((0..12).map(|_| ada.call("account/change_password", form.clone()))).await;
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [400; 12], "the new password is too weak, and nobody has to wait to learn it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_sign_ins_to_one_account_is_bounded_and_does_not_delay_other_accounts() {
    let gate = Arc::<Gate>::default();
    let surroundings = Surroundings { randomness: gate.clone(), ..Surroundings::default() };
    let world = World::surrounded(Settings { limits: Limits::default(), ..settings() }, surroundings).await;
    let ada = world.signed_in("ada").await;
    let closed = gate.close(&world.auth).await;
    let burst: Vec<_> = (0..100).map(|_| tokio::spawn(obtain(world.auth.clone()))).collect();
    let waiting = || world.auth.workload().waiting_attempts;
    let refused = || burst.iter().filter(|attempt| attempt.is_finished()).count();
    until("the queue is full", async || waiting() == 64 && refused() == 30).await;
    // The other six read the account first.
    until("as many as may fail are verified", async || world.auth.workload().waiting_passwords == 6).await;
    assert_eq!(ada.me().await.status, 200, "a request that proves no password does not wait");

    drop(closed);
    let served = join_all(burst).await.into_iter().map(|outcome| outcome.expect("no panic"));
    let (mut accepted, mut throttled) = (0, 0);
    for outcome in served {
        match outcome {
            Ok(_) => accepted += 1,
            Err(Error::TooMany { .. }) => throttled += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(accepted + throttled, 100, "each of them has an answer");
    // One of the account's sixty sign-ins per minute has already happened.
    assert_eq!((accepted, waiting()), (59, 0));
}

#[tokio::test]
async fn a_flood_from_one_ipv6_48_does_not_lock_the_owner_out() {
    let world = world(Limits::default()).await;
    world.user("ada").await;
    assert_eq!(sign_in(&world, "ada", PASSWORD, "198.51.100.1").await.status, 200);
    let guess = Credentials { username: "ada".into(), password: "wrong".to_owned().into() };
    let mut verified = 0;
    for subnet in 0..65_600 {
        let from = format!("2001:db8:{:x}:{:x}::1", 1 + (subnet >> 16), subnet & 0xffff);
        let guessed = world.auth.obtain_pair(&guess, Origin::new(Some(from), None)).await;
        verified += usize::from(matches!(guessed, Err(Error::NoActiveAccount)));
    }
    assert_eq!(verified, 59, "strangers share the rest of the rate of the account");
    for _ in 0..8 {
        assert_eq!(sign_in(&world, "ada", PASSWORD, "198.51.100.1").await.status, 200);
    }
}

#[tokio::test]
async fn guesses_of_the_current_password_are_throttled_at_a_password_change() {
    let world = world(Limits::default()).await;
    let ada = world.signed_in("ada").await;
    let form =
        json!({ "form": { "current_password": "wrong", "new_password": "seven copper lanterns drift upstream" } });
    let mut seen = Vec::new();
    for _ in 0..8 {
        seen.push(ada.call("account/change_password", form.clone()).await.status);
    }
    assert_eq!(seen, [400, 400, 400, 400, 400, 400, 429, 429]);
}

#[tokio::test]
async fn registrations_from_one_ip_address_are_limited_across_page_and_api() {
    let world = world(Limits { register_per_address: Some(Rate::per_minute(2)), ..Limits::OFF }).await;
    let form = |name: &str| json!({ "username": name, "password": PASSWORD });
    assert_eq!(ask(&world, "/api/register/", "203.0.113.1", form("ada")).await.status, 201);
    assert_eq!(ask(&world, "/api/register/", "203.0.113.1", form("ada")).await.status, 400);
    is_throttled(&ask(&world, "/api/register/", "203.0.113.1", form("bob")).await, 30);
    let registration = json!({ "registration": { "username": "bob", "email": "", "password": PASSWORD } });
    assert_eq!(ask(&world, "/rpc/session/register", "203.0.113.1", registration.clone()).await.status, 429);
    assert_eq!(ask(&world, "/rpc/session/register", "203.0.113.2", registration).await.status, 200);
}

#[tokio::test]
async fn a_session_that_is_renewed_too_often_is_throttled_but_not_ended() {
    let world = world(Limits { refresh_per_session: Some(Rate::per_minute(4)), ..Limits::OFF }).await;
    let (mut here, mut there) = (world.signed_in("ada").await, world.sign_in("ada").await);
    for _ in 0..4 {
        here.refresh().await;
    }
    is_throttled(&here.try_refresh().await, 15);
    let rejected = call(&world, "session/refresh", None, json!({ "refresh": here.refresh })).await;
    assert_eq!((rejected.status, &rejected.body["code"]), (429, &json!("too_many_requests")));
    there.refresh().await;
    world.pass(Duration::from_secs(15));
    here.refresh().await;
    assert_eq!(here.me().await.status, 200);
}

#[tokio::test]
async fn failed_renewals_from_one_ip_address_are_limited_but_valid_tokens_are_accepted() {
    let world = world(Limits { refused_refresh_per_address: Some(Rate::per_minute(2)), ..Limits::OFF }).await;
    let mut ada = world.signed_in("ada").await;
    let bad = json!({ "refresh": "no token" });
    for _ in 0..2 {
        world.post("/api/token/refresh/", bad.clone()).await.is_bad_token("Token is invalid");
    }
    is_throttled(&world.post("/api/token/refresh/", bad.clone()).await, 30);
    is_throttled(&world.post("/api/token/sliding/refresh/", json!({ "token": "no token" })).await, 30);
    ada.refresh().await;
}

#[tokio::test]
async fn requests_without_a_limit_are_not_counted() {
    let one = Some(Rate::per_minute(1));
    let world = world(Limits {
        sign_in_per_account: one,
        sign_in_per_address: one,
        register_per_address: one,
        refresh_per_session: one,
        refused_refresh_per_address: one,
        free_failures: Some(0),
    })
    .await;
    let ada = world.signed_in("ada").await;
    for _ in 0..100 {
        assert_eq!(ada.me().await.status, 200);
        assert_eq!(ada.verify(&ada.access).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_hashing_queue_rejects_further_sign_ins_at_once() {
    let gate = Arc::<Gate>::default();
    let surroundings = Surroundings { randomness: gate.clone(), ..Surroundings::default() };
    let world = World::surrounded(settings(), surroundings).await;
    let ada = world.signed_in("ada").await;
    let closed = gate.close(&world.auth).await;
    let places = 64 * parallelism();
    let flood: Vec<_> = (0..places).map(|_| tokio::spawn(obtain(world.auth.clone()))).collect();
    let waiting = || world.auth.workload().waiting_passwords;
    until("the queue is full", async || waiting() == places).await;

    for _ in 0..20 {
        let busy = world.post("/api/token/", json!({ "username": "ada", "password": PASSWORD })).await;
        assert_eq!((busy.status, busy.header("retry-after")), (503, Some("1")), "{busy:?}");
    }
    assert!(matches!(obtain(world.auth.clone()).await, Err(Error::Unavailable { cause: None, .. })));
    assert_eq!(ada.me().await.status, 200, "the line is for passwords; everything else goes on");
    assert_eq!(waiting(), places, "and nobody in it has moved meanwhile");

    drop(closed);
    for signed_in in join_all(flood).await {
        assert!(signed_in.expect("no panic").is_ok(), "who had a place was served");
    }
    world.sign_in("ada").await;
}

async fn obtain(auth: Arc<Auth>) -> Result<TokenPair, Error> {
    let credentials = Credentials { username: "ada".into(), password: PASSWORD.to_owned().into() };
    auth.obtain_pair(&credentials, Origin::default()).await
}
