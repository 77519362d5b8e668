use std::time::Duration;

use hallpass_core::{settings::Settings, token::TokenType};
use serde_json::{Value, json};

use crate::actors::{Answer, PASSWORD, World, claims, foreign, settings};

fn both() -> Settings {
    Settings { auth_token_classes: vec![TokenType::Access, TokenType::Sliding], ..settings() }
}

async fn obtain(world: &World, username: &str) -> String {
    let answer = world.post("/api/token/sliding/", json!({ "username": username, "password": PASSWORD })).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")), "{answer:?}");
    let fields: Vec<_> = answer.body.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["token"]);
    answer.text("token")
}

async fn signed_in(world: &World, username: &str) -> String {
    world.user(username).await;
    obtain(world, username).await
}

async fn refresh(world: &World, token: &str) -> Answer {
    world.post("/api/token/sliding/refresh/", json!({ "token": token })).await
}

/// A sliding token as Simple JWT issues it with the same key.
fn foreign_sliding(world: &World, change: impl FnOnce(&mut Value)) -> String {
    let now = world.now();
    let mut claims = json!({
        "token_type": "sliding", "exp": now + 60, "iat": now, "jti": "slid", "refresh_exp": now + 600, "user_id": "1",
    });
    change(&mut claims);
    foreign(&claims)
}

/// Asserts the error of each of the two token classes.
fn is_bad(answer: &Answer, as_access: &str, as_sliding: &str) {
    answer.is(
        401,
        json!({
            "detail": "Given token not valid for any token type",
            "code": "token_not_valid",
            "messages": [
                { "token_class": "AccessToken", "token_type": "access", "message": as_access },
                { "token_class": "SlidingToken", "token_type": "sliding", "message": as_sliding },
            ],
        }),
    );
}

#[tokio::test]
async fn a_sliding_token_is_accepted_like_an_access_token_if_its_class_is_configured() {
    let world = World::with(both()).await;
    let token = signed_in(&world, "ada").await;
    let said = claims(&token);
    assert_eq!(said["token_type"], "sliding");
    assert_eq!(said["exp"], world.now() + 300, "to the second");
    assert_eq!(said["refresh_exp"], world.now() + 24 * 3600);
    assert_eq!((&said["user_id"], &said["username"]), (&json!("1"), &json!("ada")));
    let me = world.get("/api/me/", &token).await;
    assert_eq!((me.status, &me.body["session"]["id"]), (200, &said["sid"]));
    assert_eq!(world.sign_in("ada").await.me().await.status, 200, "and access tokens open it too");
}

#[tokio::test]
async fn by_default_a_sliding_token_is_rejected() {
    let world = World::new().await;
    let token = signed_in(&world, "ada").await;
    world.get("/api/me/", &token).await.is_bad_access("Token has wrong type");
    world.post("/api/token/verify/", json!({ "token": token })).await.is(200, json!({}));
}

#[tokio::test]
async fn each_token_class_reports_why_it_rejects_a_token() {
    let world = World::with(both()).await;
    let ada = world.signed_in("ada").await;
    let token = obtain(&world, "ada").await;
    is_bad(&world.get("/api/me/", "nonsense").await, "Token is invalid", "Token is invalid");
    is_bad(&world.get("/api/me/", &ada.refresh).await, "Token has wrong type", "Token has wrong type");
    let untyped = foreign_sliding(&world, |claims| drop(claims.as_object_mut().expect("claims").remove("token_type")));
    is_bad(&world.get("/api/me/", &untyped).await, "Token has no type", "Token has no type");
    ada.blacklist().await;
    is_bad(&ada.me().await, "Token is blacklisted", "Token has wrong type");
    world.pass(Duration::from_mins(5));
    is_bad(&world.get("/api/me/", &token).await, "Token is expired", "Token is expired");
}

#[tokio::test]
async fn a_sliding_renewal_keeps_the_claims_and_moves_the_expiry() {
    let world = World::with(both()).await;
    let first = signed_in(&world, "ada").await;
    world.pass(Duration::from_mins(4));
    let second = refresh(&world, &first).await;
    assert_eq!((second.status, second.header("cache-control")), (200, Some("no-store")));
    let (before, after) = (claims(&first), claims(&second.text("token")));
    assert_eq!((after["exp"].clone(), after["iat"].clone()), (json!(world.now() + 300), json!(world.now())));
    for kept in ["jti", "sid", "gen", "refresh_exp", "user_id", "username", "token_type"] {
        assert_eq!(before[kept], after[kept], "{kept}");
    }
    assert_eq!(refresh(&world, &first).await.status, 200, "two tabs may both ask");
    let sessions = world.get("/api/sessions/", &second.text("token")).await;
    assert_eq!(sessions.body.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_sliding_token_cannot_be_renewed_after_its_refresh_expiry() {
    let world = World::with(Settings { sliding_token_refresh_lifetime: Duration::from_mins(8), ..both() }).await;
    let first = signed_in(&world, "ada").await;
    world.pass(Duration::from_mins(4));
    let second = refresh(&world, &first).await.text("token");
    world.pass(Duration::from_mins(4));
    assert_eq!(world.get("/api/me/", &second).await.status, 200, "it is good until its own end");
    refresh(&world, &second).await.is_bad_token("Token 'refresh_exp' claim has expired");
    world.pass(Duration::from_mins(1));
    refresh(&world, &second).await.is_bad_token("Token is expired");
}

#[tokio::test]
async fn a_sliding_token_does_not_outlive_its_session() {
    let world = World::with(Settings { session_max_lifetime: Duration::from_mins(6), ..both() }).await;
    let token = signed_in(&world, "ada").await;
    assert_eq!(claims(&token)["refresh_exp"], world.now() + 360);
    world.pass(Duration::from_mins(4));
    assert_eq!(claims(&refresh(&world, &token).await.text("token"))["exp"], world.now() + 120);
}

#[tokio::test]
async fn ending_a_session_revokes_its_stolen_sliding_token() {
    let world = World::with(both()).await;
    let stolen = signed_in(&world, "ada").await;
    let renewed = refresh(&world, &stolen).await.text("token");
    let ada = world.sign_in("ada").await;
    let sid = claims(&stolen)["sid"].as_str().expect("a session").to_owned();
    let path = format!("/api/sessions/{sid}/");
    let request = world.request("DELETE", &path).header("authorization", format!("Bearer {}", ada.access));
    assert_eq!(request.send().await.expect("an answer").status(), 204);
    for token in [&stolen, &renewed] {
        is_bad(&world.get("/api/me/", token).await, "Token has wrong type", "Token is blacklisted");
        refresh(&world, token).await.is_bad_token("Token is blacklisted");
        let verified = world.post("/api/token/verify/", json!({ "token": token })).await;
        verified.is(400, json!({ "non_field_errors": ["Token is blacklisted"] }));
    }
    assert_eq!(ada.me().await.status, 200);
}

#[tokio::test]
async fn a_token_cannot_be_renewed_as_another_type() {
    let world = World::with(both()).await;
    let ada = world.signed_in("ada").await;
    let token = obtain(&world, "ada").await;
    for other in [&ada.access, &ada.refresh] {
        refresh(&world, other).await.is_bad_token("Token has wrong type");
    }
    for path in ["/api/token/refresh/", "/api/token/blacklist/"] {
        world.post(path, json!({ "refresh": token })).await.is_bad_token("Token has wrong type");
    }
}

#[tokio::test]
async fn a_foreign_sliding_token_gets_a_session_at_its_renewal() {
    let world = World::with(both()).await;
    world.user("ada").await;
    let token = foreign_sliding(&world, |claims| claims["role"] = json!("editor"));
    let me = world.get("/api/me/", &token).await;
    assert_eq!((me.status, &me.body["session"]), (200, &json!(null)));
    let renewed = refresh(&world, &token).await.text("token");
    let said = claims(&renewed);
    assert_eq!((&said["jti"], &said["role"]), (&json!("slid"), &json!("editor")));
    assert_eq!(said["sid"].as_str().map(str::len), Some(32));
    world.auth.revoke_sessions_before(None, None).await.expect("an end");
    for token in [&token, &renewed] {
        is_bad(&world.get("/api/me/", token).await, "Token has wrong type", "Token is blacklisted");
    }
}

#[tokio::test]
async fn a_failed_sliding_renewal_reports_the_reason() {
    let world = World::with(both()).await;
    world.user("ada").await;
    let with = |change: fn(&mut Value)| foreign_sliding(&world, change);
    let without_end = with(|claims| drop(claims.as_object_mut().expect("claims").remove("refresh_exp")));
    refresh(&world, &without_end).await.is_bad_token("Token has no 'refresh_exp' claim");
    refresh(&world, &with(|claims| claims["refresh_exp"] = json!("soon"))).await.is_bad_token("Token is invalid");
    refresh(&world, "nonsense").await.is_bad_token("Token is invalid");
    let refused = json!({ "detail": "No active account found for the given token." });
    refresh(&world, &with(|claims| claims["user_id"] = json!("9"))).await.is(401, refused.clone());
    let token = obtain(&world, "ada").await;
    world.sql("UPDATE users SET is_active = FALSE").await;
    refresh(&world, &token).await.is(401, refused.clone());
    let wrong = world.post("/api/token/sliding/", json!({ "username": "ada", "password": PASSWORD })).await;
    wrong.is(401, json!({ "detail": "No active account found with the given credentials" }));
}

#[tokio::test]
async fn the_name_of_the_refresh_expiry_claim_is_configurable() {
    let world = World::with(Settings { sliding_token_refresh_exp_claim: "until".into(), ..both() }).await;
    let token = signed_in(&world, "ada").await;
    assert_eq!(claims(&token)["until"], world.now() + 24 * 3600);
    assert_eq!(refresh(&world, &token).await.status, 200);
}
