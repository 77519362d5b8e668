use std::time::Duration;

use serde_json::json;

use crate::actors::{Answer, World, foreign};

async fn with_header(world: &World, value: &str) -> Answer {
    let request = world.request("GET", "/api/me/").header("authorization", value);
    Answer::of(request.send().await.expect("an answer")).await
}

#[tokio::test]
async fn me_returns_the_authenticated_user() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let answer = ada.me().await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body["id"], "1");
    assert_eq!(answer.body["username"], "ada");
    assert_eq!(answer.body["session"]["address"], "127.0.0.1");
}

#[tokio::test]
async fn me_without_our_authentication_scheme_is_rejected() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let not_provided = json!({ "detail": "Authentication credentials were not provided." });
    let answer = Answer::of(world.request("GET", "/api/me/").send().await.expect("an answer")).await;
    answer.is(401, not_provided.clone());
    for header in ["", "Basic YTpi", &format!("Token {}", ada.access), &ada.access] {
        with_header(&world, header).await.is(401, not_provided.clone());
    }
    let query = format!("/api/me/?access={}&token={}", ada.access, ada.access);
    Answer::of(world.request("GET", &query).send().await.expect("an answer")).await.is(401, not_provided.clone());
    let cookies = format!("access={0}; token={0}; hallpass={0}; authorization=Bearer {0}", ada.access);
    let request = world.request("GET", "/api/me/").header("cookie", cookies);
    Answer::of(request.send().await.expect("an answer")).await.is(401, not_provided);
}

#[tokio::test]
async fn an_authorization_header_without_exactly_two_words_is_rejected() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let bad = json!({
        "detail": "Authorization header must contain two space-delimited values",
        "code": "bad_authorization_header",
    });
    for header in ["Bearer", "Bearer a b", &format!("Bearer {} {}", ada.access, ada.access)] {
        with_header(&world, header).await.is(401, bad.clone());
    }
    let twice = world
        .request("GET", "/api/me/")
        .header("authorization", format!("Bearer {}", ada.access))
        .header("authorization", format!("Bearer {}", ada.access));
    Answer::of(twice.send().await.expect("an answer")).await.is(401, bad);
}

#[tokio::test]
async fn other_methods_are_answered_with_405_when_signed_in_and_401_otherwise() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let request = world.request(method, "/api/me/");
        let stranger = Answer::of(request.send().await.expect("an answer")).await;
        stranger.is(401, json!({ "detail": "Authentication credentials were not provided." }));
        let request = world.request(method, "/api/me/").header("authorization", format!("Bearer {}", ada.access));
        let known = Answer::of(request.send().await.expect("an answer")).await;
        known.is(405, json!({ "detail": format!("Method \"{method}\" not allowed.") }));
        assert_eq!(known.header("allow"), Some("GET, HEAD, OPTIONS"));
    }
}

#[tokio::test]
async fn the_authentication_scheme_is_case_insensitive() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(with_header(&world, &format!("{scheme} {}", ada.access)).await.status, 200);
    }
}

#[tokio::test]
async fn an_invalid_access_token_is_rejected_with_the_reason() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    world.get("/api/me/", "garbage").await.is_bad_access("Token is invalid");
    world.get("/api/me/", &ada.refresh).await.is_bad_access("Token has wrong type");
    world.pass(Duration::from_mins(5));
    ada.me().await.is_bad_access("Token is expired");
}

#[tokio::test]
async fn a_token_of_another_issuer_with_the_same_key_is_accepted() {
    let world = World::new().await;
    world.user("ada").await;
    let token = |user: serde_json::Value| {
        foreign(&json!({ "token_type": "access", "exp": world.now() + 60, "jti": "x", "user_id": user }))
    };
    let answer = world.get("/api/me/", &token(json!("1"))).await;
    assert_eq!((answer.status, &answer.body["session"]), (200, &json!(null)));
    assert_eq!(world.get("/api/me/", &token(json!(1))).await.status, 200, "a number, as older versions wrote");
    let not_found = json!({ "detail": "User not found", "code": "user_not_found" });
    world.get("/api/me/", &token(json!("2"))).await.is(401, not_found.clone());
    world.get("/api/me/", &token(json!("ada"))).await.is(401, not_found);
    let nobody = foreign(&json!({ "token_type": "access", "exp": world.now() + 60, "jti": "x" }));
    world
        .get("/api/me/", &nobody)
        .await
        .is(401, json!({ "detail": "Token contained no recognizable user identification", "code": "token_not_valid" }));
}

#[tokio::test]
async fn an_inactive_user_is_rejected_with_the_reason() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    world.sql("UPDATE users SET is_active = FALSE").await;
    ada.me().await.is(401, json!({ "detail": "User is inactive", "code": "user_inactive" }));
}

#[tokio::test]
async fn forwarded_headers_of_an_untrusted_client_are_ignored() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let request = world
        .request("POST", "/api/token/refresh/")
        .header("x-forwarded-for", "203.0.113.7")
        .header("x-real-ip", "203.0.113.7")
        .header("forwarded", "for=203.0.113.7")
        .json(&json!({ "refresh": ada.refresh }));
    let renewed = Answer::of(request.send().await.expect("an answer")).await;
    let me = world.get("/api/me/", &renewed.text("access")).await;
    assert_eq!(me.body["session"]["address"], "127.0.0.1");
}
