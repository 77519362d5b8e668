use hallpass_core::settings::{RegistrationMode, Settings};
use serde_json::{Value, json};

use crate::actors::{PASSWORD, World, settings};

#[tokio::test]
async fn anyone_can_register_and_sign_in() {
    let world = World::new().await;
    let answer = world.post("/api/register/", json!({ "username": "ada", "password": PASSWORD })).await;
    answer.is(201, json!({ "id": "1", "username": "ada" }));
    let ada = world.sign_in("ada").await;
    assert_eq!(ada.me().await.body["username"], "ada");
}

#[tokio::test]
async fn every_invalid_field_is_reported_at_once() {
    let world = World::new().await;
    let body = json!({ "username": "a b", "password": "short", "email": "nowhere" });
    let answer = world.post("/api/register/", body).await;
    assert_eq!(answer.status, 400);
    let fields: Vec<&String> = answer.body.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["email", "password", "username"]);
    assert_eq!(answer.body["password"], json!(["This password is too short. Use at least 15 characters."]));
    world
        .post("/api/register/", json!({}))
        .await
        .is(400, json!({ "username": ["This field is required."], "password": ["This field is required."] }));
}

#[tokio::test]
async fn a_taken_username_is_rejected_in_every_spelling() {
    let world = World::new().await;
    world.user("ada").await;
    for name in ["ada", " ada", "\u{ff41}da"] {
        let answer = world.post("/api/register/", json!({ "username": name, "password": PASSWORD })).await;
        answer.is(400, json!({ "username": ["A user with that username already exists."] }));
    }
}

#[tokio::test]
async fn weak_passwords_are_rejected_with_advice() {
    let world = World::new().await;
    let judge = async |password: &str| {
        let answer = world.post("/api/register/", json!({ "username": "ada.lovelace", "password": password })).await;
        answer.body["password"][0].clone()
    };
    for weak in ["passwordpassword", "ada.lovelace.ada.lovelace", "aaaaaaaaaaaaaaaaaaaaaaaa", "123456789012345678"] {
        let said = judge(weak).await;
        assert!(
            said.as_str().is_some_and(|text| text.starts_with("This password is too easy to guess. ")),
            "{weak}: {said}"
        );
    }
    let long = judge(&"x7!".repeat(43)).await;
    assert_eq!(long, "This password is too long. Use at most 128 characters.");
    assert_eq!(judge("여섯 마리 까마귀가 달빛 아래 춤춘다").await, Value::Null, "any characters will do");
}

#[tokio::test]
async fn a_closed_registration_is_reported() {
    let world = World::with(Settings { registration: RegistrationMode::Closed, ..settings() }).await;
    let answer = world.post("/api/register/", json!({ "username": "ada", "password": PASSWORD })).await;
    answer.is(403, json!({ "detail": "Registration is closed. Ask an administrator for an account." }));
}
