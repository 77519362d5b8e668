use std::time::Duration;

use hallpass_core::token::TokenType;
use serde_json::json;

use crate::actors::{World, claims, foreign, settings};

#[tokio::test]
async fn blacklisting_ends_the_session_with_its_access_tokens_at_once() {
    let world = World::new().await;
    let mut ada = world.signed_in("ada").await;
    let elsewhere = world.sign_in("ada").await;
    let earlier = ada.clone();
    ada.refresh().await;
    ada.blacklist().await.is(200, json!({}));
    for access in [&earlier.access, &ada.access] {
        world.get("/api/me/", access).await.is_bad_access("Token is blacklisted");
    }
    ada.try_refresh().await.is_bad_token("Token is blacklisted");
    earlier.try_refresh().await.is_bad_token("Token is blacklisted");
    assert_eq!(elsewhere.me().await.status, 200, "another session of the same user stays open");
}

#[tokio::test]
async fn blacklisting_a_spent_token_answers_like_simple_jwt_and_ends_its_session() {
    let world = World::new().await;
    let mut ada = world.signed_in("ada").await;
    let spent = ada.clone();
    ada.refresh().await;
    spent.blacklist().await.is_bad_token("Token is blacklisted");
    ada.me().await.is_bad_access("Token is blacklisted");
    ada.try_refresh().await.is_bad_token("Token is blacklisted");
}

#[tokio::test]
async fn blacklisting_twice_is_rejected() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    assert_eq!(ada.blacklist().await.status, 200);
    ada.blacklist().await.is_bad_token("Token is blacklisted");
}

#[tokio::test]
async fn a_foreign_token_can_be_blacklisted_permanently() {
    let world = World::new().await;
    world.user("ada").await;
    let claims = json!({ "token_type": "refresh", "exp": world.now() + 60, "jti": "x", "user_id": "1" });
    let token = json!({ "refresh": foreign(&claims) });
    world.post("/api/token/blacklist/", token.clone()).await.is(200, json!({}));
    world.post("/api/token/refresh/", token.clone()).await.is_bad_token("Token is blacklisted");
    world.post("/api/token/blacklist/", token).await.is_bad_token("Token is blacklisted");
}

#[tokio::test]
async fn another_server_on_the_same_database_sees_the_revocation() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let other = world.restarted(settings()).await;
    assert!(other.authenticate(&ada.access, &[TokenType::Access]).await.is_ok());
    assert_eq!(ada.blacklist().await.status, 200);
    other.follow_revocations().await.expect("the revocations");
    assert!(other.authenticate(&ada.access, &[TokenType::Access]).await.is_err());
    let started_later = world.restarted(settings()).await;
    assert!(
        started_later.authenticate(&ada.access, &[TokenType::Access]).await.is_err(),
        "also one that starts afterwards"
    );
}

#[tokio::test]
async fn only_expired_tokens_are_flushed() {
    let world = World::new().await;
    let mut ada = world.signed_in("ada").await;
    ada.refresh().await;
    world.pass(Duration::from_hours(3 * 24));
    let mut bob = world.signed_in("bob").await;
    assert_eq!(world.auth.flush_expired_tokens().await.expect("a flush"), 0);
    world.pass(Duration::from_hours(4 * 24));
    assert_eq!(world.auth.flush_expired_tokens().await.expect("a flush"), 2, "both of Ada's");
    assert_eq!(claims(&bob.refresh)["gen"], 0);
    bob.refresh().await;
}
