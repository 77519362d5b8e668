use std::time::Duration;

use hallpass_core::settings::Settings;
use hallpass_store::Timeouts;
use serde_json::json;

use crate::actors::{Surroundings, World, claims, foreign, settings, timeouts};

const GRACE: Duration = Duration::from_secs(30);
const LATER: Duration = Duration::from_secs(31);

#[tokio::test]
async fn a_refresh_returns_the_next_generation_and_spends_the_old_token() {
    let world = World::new().await;
    let mut ada = world.signed_in("ada").await;
    let old = ada.clone();
    let answer = ada.try_refresh().await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    ada.refresh().await;
    assert_eq!(claims(&ada.access)["gen"], 1);
    assert_eq!(claims(&ada.refresh)["gen"], 1);
    assert_eq!(claims(&ada.refresh)["sid"], claims(&old.refresh)["sid"]);
    assert_eq!(ada.me().await.status, 200);
    ada.verify(&old.refresh).await.is(400, json!({ "non_field_errors": ["Token is blacklisted"] }));
}

#[tokio::test]
async fn a_replayed_token_within_grace_gets_the_same_successor() {
    let world = World::new().await;
    let mut ada = world.signed_in("ada").await;
    let replayed = ada.clone();
    ada.refresh().await;
    assert_eq!(ada.me().await.status, 200, "the successor was seen");
    world.pass(GRACE);
    let again = replayed.try_refresh().await;
    assert_eq!(again.status, 200);
    assert_eq!(again.text("refresh"), ada.refresh, "byte for byte");
}

#[tokio::test]
async fn a_lost_reply_is_repeated_however_late() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let lost = ada.try_refresh().await;
    world.pass(Duration::from_hours(20));
    let again = ada.try_refresh().await;
    assert_eq!(again.text("refresh"), lost.text("refresh"));
    // Another tab that was about to ask for the same is still within the grace.
    assert_eq!(world.get("/api/me/", &again.text("access")).await.status, 200);
    world.pass(GRACE);
    assert_eq!(ada.try_refresh().await.text("refresh"), lost.text("refresh"));
    world.pass(Duration::from_secs(1));
    ada.try_refresh().await.is_bad_token("Token is blacklisted");
}

#[tokio::test]
async fn a_spent_token_used_after_the_grace_ends_the_session() {
    let world = World::new().await;
    let mut ada = world.signed_in("ada").await;
    let thief = ada.clone();
    ada.refresh().await;
    assert_eq!(ada.me().await.status, 200);
    world.pass(LATER);
    thief.try_refresh().await.is_bad_token("Token is blacklisted");
    ada.try_refresh().await.is_bad_token("Token is blacklisted");
    ada.me().await.is_bad_access("Token is blacklisted");
    ada.verify(&ada.access).await.is(400, json!({ "non_field_errors": ["Token is blacklisted"] }));
}

#[tokio::test]
async fn without_grace_every_replay_is_rejected_like_simple_jwt() {
    let world = World::with(Settings { refresh_reuse_grace: Duration::ZERO, ..settings() }).await;
    let mut ada = world.signed_in("ada").await;
    let replayed = ada.clone();
    ada.refresh().await;
    replayed.try_refresh().await.is_bad_token("Token is blacklisted");
}

#[tokio::test]
async fn without_rotation_a_refresh_returns_only_an_access_token() {
    let world = World::with(Settings { rotate_refresh_tokens: false, ..settings() }).await;
    let ada = world.signed_in("ada").await;
    for _ in 0..3 {
        let answer = ada.try_refresh().await;
        let fields: Vec<_> = answer.body.as_object().expect("an object").keys().collect();
        assert_eq!(fields, ["access"]);
    }
}

#[tokio::test]
async fn without_blacklisting_the_old_token_stays_usable() {
    let world = World::with(Settings { blacklist_after_rotation: false, ..settings() }).await;
    let mut ada = world.signed_in("ada").await;
    let old = ada.clone();
    ada.refresh().await;
    world.pass(LATER);
    for _ in 0..2 {
        assert_eq!(old.try_refresh().await.status, 200);
        assert_eq!(ada.try_refresh().await.status, 200);
    }
}

#[tokio::test]
async fn a_refresh_token_expires_at_its_exp_and_never_outlives_its_session() {
    let day = Duration::from_hours(24);
    let world = World::with(Settings { session_max_lifetime: 10 * day, ..settings() }).await;
    let mut ada = world.signed_in("ada").await;
    let end = world.now() + 10 * 24 * 3600;
    world.pass(6 * day);
    ada.refresh().await;
    assert_eq!(claims(&ada.refresh)["exp"], end);
    world.pass(4 * day);
    ada.try_refresh().await.is_bad_token("Token is expired");
}

#[tokio::test]
async fn an_idle_session_ends_with_its_refresh_token() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    world.pass(Duration::from_hours(7 * 24));
    ada.try_refresh().await.is_bad_token("Token is expired");
}

#[tokio::test]
async fn a_deactivated_or_deleted_user_cannot_refresh() {
    let refused = json!({ "detail": "No active account found for the given token." });
    for statement in ["UPDATE users SET is_active = FALSE", "DELETE FROM users"] {
        let world = World::new().await;
        let ada = world.signed_in("ada").await;
        // A token of the same user without a session, as another issuer would have issued it.
        let token =
            json!({ "token_type": "refresh", "exp": world.now() + 60, "iat": world.now(), "jti": "x", "user_id": "1" });
        world.sql(statement).await;
        let answer = world.post("/api/token/refresh/", json!({ "refresh": foreign(&token) })).await;
        answer.is(401, refused.clone());
        if statement.starts_with("UPDATE") {
            ada.try_refresh().await.is(401, refused.clone());
        }
    }
}

#[tokio::test]
async fn a_foreign_token_gets_a_session_at_its_first_refresh() {
    let world = World::new().await;
    world.user("ada").await;
    let token = json!({
        "token_type": "refresh", "exp": world.now() + 3600, "iat": world.now() - 10,
        "jti": "0f0f0f0f", "user_id": "1", "role": "editor",
    });
    let first = world.post("/api/token/refresh/", json!({ "refresh": foreign(&token) })).await;
    assert_eq!(first.status, 200);
    let (access, refresh) = (claims(&first.text("access")), claims(&first.text("refresh")));
    assert_eq!(access["sid"].as_str().map(str::len), Some(32));
    assert_eq!(refresh["gen"], 1);
    assert_eq!(access["role"], "editor", "foreign claims are kept");

    let replayed = world.post("/api/token/refresh/", json!({ "refresh": foreign(&token) })).await;
    assert_eq!(replayed.text("refresh"), first.text("refresh"), "from now on it rotates like our own tokens");
    assert_eq!(world.get("/api/me/", &first.text("access")).await.status, 200);
    world.auth.write_seen().await.expect("a batch");
    world.pass(LATER);
    let late = world.post("/api/token/refresh/", json!({ "refresh": foreign(&token) })).await;
    late.is_bad_token("Token is blacklisted");
}

#[tokio::test]
async fn an_access_token_cannot_be_refreshed() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let answer = world.post("/api/token/refresh/", json!({ "refresh": ada.access })).await;
    answer.is_bad_token("Token has wrong type");
    assert_eq!(ada.try_refresh().await.status, 200, "and has no effect");
}

#[tokio::test]
async fn a_forged_token_does_not_end_the_session_in_its_claims() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let (head, _) = ada.refresh.rsplit_once('.').expect("a signature");
    for forged in [format!("{head}."), format!("{head}.{}", "A".repeat(43)), head.to_owned()] {
        world.post("/api/token/refresh/", json!({ "refresh": forged })).await.is_bad_token("Token is invalid");
        world.post("/api/token/blacklist/", json!({ "refresh": forged })).await.is_bad_token("Token is invalid");
    }
    assert_eq!(ada.try_refresh().await.status, 200);
}

#[tokio::test]
async fn a_locked_database_is_a_503_and_loses_nothing() {
    let timeouts = Timeouts { lock: Duration::from_millis(50), ..timeouts() };
    let world = World::surrounded(settings(), Surroundings { timeouts, ..Surroundings::default() }).await;
    let ada = world.signed_in("ada").await;
    let other = world.hold().await;
    let answer = ada.try_refresh().await;
    answer.is(503, json!({ "detail": "The server cannot answer now. Try again in a moment." }));
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(ada.me().await.status, 200, "reads are still served");
    other.release().await;
    assert_eq!(claims(&ada.try_refresh().await.text("refresh"))["gen"], 1);
}
