use hallpass_core::{settings::Settings, token::TokenType};
use serde_json::json;

use crate::actors::{Answer, PASSWORD, World, claims, foreign, settings};

const NEW: &str = "seven copper lanterns drift upstream";
const SENTENCE: &str = "The user's password has been changed.";

fn checked() -> Settings {
    Settings { check_revoke_token: true, auth_token_classes: vec![TokenType::Access, TokenType::Sliding], ..settings() }
}

fn is_changed(answer: &Answer) {
    answer.is(401, json!({ "detail": SENTENCE, "code": "password_changed" }));
}

#[tokio::test]
async fn a_token_carries_a_hash_of_the_password_it_was_obtained_with() {
    let world = World::with(Settings { revoke_token_claim: "word".into(), ..checked() }).await;
    let ada = world.signed_in("ada").await;
    for token in [&ada.access, &ada.refresh] {
        let print = claims(token)["word"].as_str().expect("the claim").to_owned();
        let is_hexadecimal = print.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
        assert!(print.len() == 32 && is_hexadecimal, "{print}");
    }
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(ada.try_refresh().await.status, 200);
    let unchecked = World::new().await;
    assert_eq!(claims(&unchecked.signed_in("ada").await.access).get("hash_password"), None);
}

#[tokio::test]
async fn a_password_change_invalidates_every_earlier_token() {
    let world = World::with(checked()).await;
    let ada = world.signed_in("ada").await;
    let sliding = world.post("/api/token/sliding/", json!({ "username": "ada", "password": PASSWORD })).await;
    world.auth.set_password("ada", NEW.into()).await.expect("a change");
    is_changed(&ada.me().await);
    is_changed(&world.get("/api/me/", &sliding.text("token")).await);
    ada.try_refresh().await.is(401, json!({ "detail": SENTENCE }));
    let renewed = world.post("/api/token/sliding/refresh/", json!({ "token": sliding.text("token") })).await;
    renewed.is(401, json!({ "detail": SENTENCE }));
    let again = world.post("/api/token/", json!({ "username": "ada", "password": NEW })).await;
    assert_eq!(world.get("/api/me/", &again.text("access")).await.status, 200);
}

#[tokio::test]
async fn a_password_change_ends_the_current_session_too() {
    let world = World::with(checked()).await;
    let ada = world.signed_in("ada").await;
    let form = json!({ "form": { "current_password": PASSWORD, "new_password": NEW } });
    let request = world.request("POST", "/rpc/account/change_password").json(&form);
    let answer = request.header("authorization", format!("Bearer {}", ada.access)).send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    is_changed(&ada.me().await);
}

#[tokio::test]
async fn a_password_change_by_another_program_invalidates_tokens() {
    let world = World::with(checked()).await;
    let ada = world.signed_in("ada").await;
    world.sql("UPDATE users SET password = 'another hash'").await;
    is_changed(&ada.me().await);
    ada.try_refresh().await.is(401, json!({ "detail": SENTENCE }));
}

#[tokio::test]
async fn a_token_without_the_password_claim_is_rejected() {
    let world = World::with(checked()).await;
    world.user("ada").await;
    let token = |kind: &str| {
        foreign(
            &json!({ "token_type": kind, "exp": world.now() + 60, "iat": world.now(), "jti": kind, "user_id": "1" }),
        )
    };
    is_changed(&world.get("/api/me/", &token("access")).await);
    let refreshed = world.post("/api/token/refresh/", json!({ "refresh": token("refresh") })).await;
    refreshed.is(401, json!({ "detail": SENTENCE }));
}

#[tokio::test]
async fn an_inactive_user_keeps_the_tokens_if_the_user_is_not_checked() {
    let world = World::with(Settings { check_user_is_active: false, ..checked() }).await;
    let ada = world.signed_in("ada").await;
    world.sql("UPDATE users SET is_active = FALSE").await;
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(ada.try_refresh().await.status, 200);
    let signed_in = world.post("/api/token/", json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!(signed_in.status, 401, "as behind Django's ModelBackend");
}
