//! The server's clock is set back by an hour or a day, or forward. No user is signed out by that, no token becomes
//! valid again, and ended sessions stay ended.

use std::time::Duration;

use serde_json::json;

use crate::{
    actors::{Actor, World, claims, settings},
    schema,
};

const STEPS: [Duration; 3] = [Duration::from_mins(2), Duration::from_hours(1), Duration::from_hours(24)];
const AFTER_THE_GRACE: Duration = Duration::from_secs(31);
const LIFETIME: Duration = Duration::from_mins(5);

async fn renewed(world: &World) -> Actor<'_> {
    let mut ada = world.signed_in("ada").await;
    ada.refresh().await;
    assert_eq!(ada.me().await.status, 200);
    ada
}

/// Asserts that every token of this actor is rejected.
async fn is_out(actor: &Actor<'_>) {
    actor.me().await.is_bad_access("Token is blacklisted");
    actor.try_refresh().await.is_bad_token("Token is blacklisted");
}

#[tokio::test]
async fn setting_the_clock_back_signs_nobody_out() {
    for step in STEPS {
        let world = World::new().await;
        let mut ada = renewed(&world).await;
        let mut idle = world.sign_in("ada").await;
        world.step_back(step);
        assert_eq!(ada.me().await.status, 200, "by {step:?}");
        assert_eq!(ada.verify(&ada.refresh).await.status, 200, "by {step:?}");
        let another_tab = ada.clone();
        ada.refresh().await;
        assert_eq!(another_tab.try_refresh().await.text("refresh"), ada.refresh, "two tabs");
        assert_eq!(ada.me().await.status, 200);
        world.pass(LIFETIME);
        ada.refresh().await;
        assert_eq!(ada.me().await.status, 200);
        idle.refresh().await;
        assert_eq!(idle.me().await.status, 200);
        assert_eq!(world.sign_in("ada").await.me().await.status, 200);
    }
}

#[tokio::test]
async fn a_token_issued_after_setting_the_clock_back_lives_no_longer_than_others() {
    for step in STEPS {
        let world = World::new().await;
        let mut ada = renewed(&world).await;
        world.step_back(step);
        ada.refresh().await;
        let again = ada.try_refresh().await;
        for access in [&ada.access, &again.text("access")] {
            let claims = claims(access);
            assert_eq!(claims["iat"], world.now());
            let life = claims["exp"].as_i64().expect("exp") - world.now();
            assert!((285..=300).contains(&life), "{life} s after a step by {step:?}");
        }
    }
}

#[tokio::test]
async fn a_replay_after_the_grace_is_rejected_though_the_clock_was_set_back() {
    for step in STEPS {
        let world = World::new().await;
        let mut ada = renewed(&world).await;
        let stolen = ada.clone();
        ada.refresh().await;
        assert_eq!(ada.me().await.status, 200);
        world.pass(AFTER_THE_GRACE);
        world.step_back(step);
        stolen.try_refresh().await.is_bad_token("Token is blacklisted");
        is_out(&ada).await;
    }
}

#[tokio::test]
async fn a_lost_reply_is_repeated_though_the_clock_was_set_back() {
    for step in STEPS {
        let world = World::new().await;
        let ada = renewed(&world).await;
        let lost = ada.try_refresh().await.text("refresh");
        world.step_back(step);
        assert_eq!(ada.try_refresh().await.text("refresh"), lost, "by {step:?}");
    }
}

#[tokio::test]
async fn an_ended_session_stays_ended_whatever_the_clock_does() {
    for step in &STEPS[1..] {
        let world = World::new().await;
        let mut before = renewed(&world).await;
        assert_eq!(before.blacklist().await.status, 200);
        world.step_back(*step);
        world.auth.write_seen().await.expect("a batch");
        is_out(&before).await;

        // The access token from before the step outlives all tokens issued after it.
        before = world.sign_in("ada").await;
        world.step_back(*step);
        let mut after = before.clone();
        after.refresh().await;
        assert_eq!(after.blacklist().await.status, 200);
        for _ in 0..2 {
            world.pass(LIFETIME);
            world.auth.write_seen().await.expect("a batch");
            before.me().await.is_bad_access("Token is blacklisted");
        }
        let restarted = world.restarted(settings()).await;
        assert!(restarted.authenticate(&before.access, &[hallpass_core::token::TokenType::Access]).await.is_err());
    }
}

#[tokio::test]
async fn setting_the_clock_forward_and_back_restores_no_ended_session() {
    let world = World::new().await;
    let ada = renewed(&world).await;
    assert_eq!(ada.blacklist().await.status, 200);
    world.step_forward(Duration::from_hours(24));
    for _ in 0..3 {
        world.auth.write_seen().await.expect("a batch");
    }
    world.step_back(Duration::from_hours(24));
    is_out(&ada).await;
}

#[tokio::test]
async fn setting_the_clock_forward_only_expires_the_access_token() {
    for step in [Duration::from_hours(1), Duration::from_hours(24)] {
        let world = World::new().await;
        let mut ada = renewed(&world).await;
        world.step_forward(step);
        ada.me().await.is_bad_access("Token is expired");
        ada.refresh().await;
        assert_eq!(ada.me().await.status, 200);
        world.step_back(step);
        assert_eq!(ada.me().await.status, 200);
        ada.refresh().await;
        assert_eq!(ada.me().await.status, 200);
    }
}

#[tokio::test]
async fn no_endpoint_fails_because_the_clock_was_set_back() {
    let world = World::with(schema::full()).await;
    let ada = renewed(&world).await;
    world.step_back(Duration::from_hours(24));
    let document = schema::document(&world).await;
    for (method, path, _) in schema::operations(&document) {
        let filled = path.replace("{id}", "1").replace("{session}", "x").replace("{jti}", "x");
        let request = world.request(&method, &filled).bearer_auth(&ada.access);
        let body = json!({ "token": ada.access, "refresh": "x", "username": "ada", "password": "x" });
        let status = request.json(&body).send().await.expect("an answer").status();
        assert!(!status.is_server_error(), "{status}: {method} {path}");
    }
    assert_eq!(world.auth.flush_expired_tokens().await.expect("a flush"), 0);
}
