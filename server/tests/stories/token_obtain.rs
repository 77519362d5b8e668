use std::sync::Arc;

use serde_json::json;

use crate::{
    actors::{Answer, PASSWORD, Surroundings, World, claims, settings},
    gate::Gate,
    patience::until,
};

const REFUSED: &str = "No active account found with the given credentials";

#[tokio::test]
async fn a_username_and_password_yield_a_pair() {
    let world = World::new().await;
    let user = world.user("ada").await;
    let answer = world.post("/api/token/", json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let fields: Vec<_> = answer.body.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["access", "refresh"]);

    let (access, refresh) = (claims(&answer.text("access")), claims(&answer.text("refresh")));
    for (token, kind) in [(&access, "access"), (&refresh, "refresh")] {
        assert_eq!(token["token_type"], kind);
        assert_eq!(token["user_id"], user.id.to_string(), "a string");
        assert_eq!(token["username"], "ada");
        assert_eq!(token["iat"], world.now());
        assert_eq!(token["gen"], 0);
        assert_eq!(token["jti"].as_str().map(str::len), Some(32));
        assert_eq!(token["sid"].as_str().map(str::len), Some(32));
    }
    assert_ne!(access["jti"], refresh["jti"]);
    assert_eq!(access["sid"], refresh["sid"]);
    assert_eq!(refresh["exp"], world.now() + 7 * 24 * 3600);
    let life = access["exp"].as_i64().expect("exp") - world.now();
    assert!((285..=300).contains(&life), "{life}: up to a twentieth is taken off at random");
}

#[tokio::test]
async fn an_unknown_user_a_wrong_password_and_an_inactive_account_get_the_same_answer() {
    let world = World::new().await;
    world.user("ada").await;
    world.account("bob", false).await;
    for (username, password) in
        [("nobody", PASSWORD), ("ada", "not her password"), ("bob", PASSWORD), ("ADA", PASSWORD)]
    {
        let answer = world.post("/api/token/", json!({ "username": username, "password": password })).await;
        answer.is(401, json!({ "detail": REFUSED }));
    }
}

#[tokio::test]
async fn white_space_is_trimmed_from_the_username_but_not_from_the_password() {
    let world = World::new().await;
    world.user("ada").await;
    let obtain = async |username: &str, password: &str| {
        world.post("/api/token/", json!({ "username": username, "password": password })).await.status
    };
    assert_eq!(obtain(" ada ", PASSWORD).await, 200);
    assert_eq!(obtain("ada", &format!(" {PASSWORD}")).await, 401);
}

#[tokio::test]
async fn the_last_sign_in_is_stored_if_configured() {
    for keep in [true, false] {
        let world =
            World::with(hallpass_core::settings::Settings { update_last_login: keep, ..crate::actors::settings() })
                .await;
        let ada = world.signed_in("ada").await;
        let last_login = &ada.me().await.body["last_login"];
        assert_eq!(last_login.is_null(), !keep, "{last_login}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_sign_in_has_passed_the_hashing_queue() {
    let gate = Arc::<Gate>::default();
    let surroundings = Surroundings { randomness: gate.clone(), ..Surroundings::default() };
    let world = World::surrounded(settings(), surroundings).await;
    world.user("ada").await;
    world.account("bob", false).await;
    world.user("joy").await;
    world.sql("UPDATE users SET password = '!' WHERE username = 'joy'").await;
    let closed = gate.close(&world.auth).await;
    let cases = [("nobody", PASSWORD), ("ada", "wrong"), ("bob", PASSWORD), ("bob", "wrong"), ("joy", PASSWORD)];
    let mut asked = Vec::new();
    for path in ["/api/token/", "/api/token/sliding/"] {
        for (username, password) in cases {
            let request = world.request("POST", path).json(&json!({ "username": username, "password": password }));
            let request = tokio::spawn(request.send());
            until("one more waits for a hash", async || {
                assert!(!request.is_finished(), "{username} was answered by {path} without a hash");
                world.auth.workload().waiting_passwords == asked.len() + 1
            })
            .await;
            asked.push(request);
        }
    }
    drop(closed);
    for request in asked {
        let answer = request.await.expect("no panic").expect("an answer");
        Answer::of(answer).await.is(401, json!({ "detail": REFUSED }));
    }
}
