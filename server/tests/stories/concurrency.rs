use std::{collections::HashSet, time::Duration};

use futures::future::join_all;
use hallpass_core::token::TokenType;
use serde_json::json;

use crate::actors::{Actor, World, claims, settings};

#[tokio::test(flavor = "multi_thread")]
async fn fifty_concurrent_refreshes_yield_one_successor() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let answers = join_all((0..50).map(|_| ada.try_refresh())).await;
    let successors: HashSet<String> = answers.iter().map(|answer| answer.text("refresh")).collect();
    assert_eq!(successors.len(), 1);
    assert_eq!(claims(successors.iter().next().expect("one"))["gen"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_requests_get_the_same_answers_as_single_ones() {
    let world = World::new().await;
    world.user("ada").await;
    let alive = join_all((0..30).map(|_| world.sign_in("ada"))).await;
    let ended = world.sign_in("ada").await;
    assert_eq!(ended.blacklist().await.status, 200);
    let mut ahead = world.sign_in("ada").await;
    let behind = ahead.clone();
    ahead.refresh().await;

    let all = alive.iter().chain([&ended, &behind]);
    let mut answers = join_all(all.map(Actor::try_refresh)).await;
    let reissued = answers.pop().expect("that of the one behind");
    assert_eq!(reissued.text("refresh"), ahead.refresh, "its reply was lost");
    answers.pop().expect("that of the ended one").is_bad_token("Token is blacklisted");
    for (actor, answer) in alive.iter().zip(&answers) {
        let (before, after) = (claims(&actor.refresh), claims(&answer.text("refresh")));
        assert_eq!((&after["sid"], &after["gen"]), (&before["sid"], &json!(1)));
        assert_eq!(world.get("/api/me/", &answer.text("access")).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_grace_exactly_one_of_fifty_concurrent_refreshes_succeeds() {
    let strict = hallpass_core::settings::Settings { refresh_reuse_grace: Duration::ZERO, ..settings() };
    let world = World::with(strict).await;
    let ada = world.signed_in("ada").await;
    let answers = join_all((0..50).map(|_| ada.try_refresh())).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_successor_survives_an_acknowledged_sign_out() {
    for _ in 0..20 {
        let world = World::new().await;
        let ada = world.signed_in("ada").await;
        let (signed_out, renewed) = tokio::join!(ada.blacklist(), ada.try_refresh());
        assert!(signed_out.status == 200 || renewed.status == 200);
        if renewed.status == 200 {
            let successor = json!({ "refresh": renewed.text("refresh") });
            world.post("/api/token/refresh/", successor).await.is_bad_token("Token is blacklisted");
            world.get("/api/me/", &renewed.text("access")).await.is_bad_access("Token is blacklisted");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_concurrent_registrations_gets_the_username() {
    let world = World::new().await;
    let form = json!({ "username": "ada", "password": crate::actors::PASSWORD });
    let answers = join_all((0..8).map(|_| world.post("/api/register/", form.clone()))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 400).count(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_loses_no_session() {
    let world = World::new().await;
    let mut ada = world.signed_in("ada").await;
    let before = ada.clone();
    ada.refresh().await;
    let restarted = world.restarted(settings()).await;
    let again = restarted.refresh(&before.refresh, hallpass_core::session::Origin::default()).await.expect("a pair");
    assert_eq!(again.refresh.expect("a refresh token").expose(), ada.refresh, "the very same successor");
    assert!(restarted.authenticate(&ada.access, &[TokenType::Access]).await.is_ok());
}
