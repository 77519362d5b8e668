use std::time::Duration;

use app::auth::clock::Timestamp;
use serde_json::{Value, json};

use crate::actors::{Actor, Answer, World, foreign, settings};

async fn delete(actor: &Actor<'_>, path: &str) -> Answer {
    let bearer = format!("Bearer {}", actor.access);
    Answer::of(actor.world.request("DELETE", path).header("authorization", bearer).send().await.expect("an answer"))
        .await
}

async fn list(actor: &Actor<'_>) -> Vec<Value> {
    let answer = actor.world.get("/api/sessions/", &actor.access).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body.as_array().expect("a list").clone()
}

async fn id_of(actor: &Actor<'_>) -> String {
    actor.me().await.body["session"]["id"].as_str().expect("a session").to_owned()
}

#[tokio::test]
async fn a_person_sees_the_own_living_sessions_and_which_is_this_one() {
    let world = World::new().await;
    let first = world.signed_in("ada").await;
    world.pass(Duration::from_secs(10));
    let second = world.sign_in("ada").await;
    world.signed_in("bob").await;
    let sessions = list(&first).await;
    let seen: Vec<_> = sessions.iter().map(|session| (session["id"].clone(), session["current"].clone())).collect();
    assert_eq!(seen, [(json!(id_of(&second).await), json!(false)), (json!(id_of(&first).await), json!(true))]);
    assert_eq!(sessions[0]["address"], "127.0.0.1");
    second.blacklist().await;
    assert_eq!(list(&first).await.len(), 1);
}

#[tokio::test]
async fn a_session_that_has_run_out_is_not_shown() {
    let world = World::new().await;
    world.signed_in("ada").await;
    world.pass(world.auth.settings().refresh_token_lifetime);
    let again = world.sign_in("ada").await;
    assert_eq!(list(&again).await.len(), 1);
}

#[tokio::test]
async fn ending_a_session_refuses_its_access_token_on_the_next_request() {
    let world = World::new().await;
    let here = world.signed_in("ada").await;
    let there = world.sign_in("ada").await;
    let answer = delete(&here, &format!("/api/sessions/{}/", id_of(&there).await)).await;
    assert_eq!((answer.status, answer.body), (204, json!("")));
    there.me().await.is_bad_access("Token is blacklisted");
    there.try_refresh().await.is_bad_token("Token is blacklisted");
    assert_eq!(here.me().await.status, 200);
}

#[tokio::test]
async fn ending_all_others_keeps_the_one_that_asks() {
    let world = World::new().await;
    let here = world.signed_in("ada").await;
    let others = [world.sign_in("ada").await, world.sign_in("ada").await];
    let stranger = world.signed_in("bob").await;
    assert_eq!(delete(&here, "/api/sessions/").await.status, 204);
    for other in others {
        other.me().await.is_bad_access("Token is blacklisted");
    }
    assert_eq!((here.me().await.status, stranger.me().await.status), (200, 200));
    assert_eq!(list(&here).await.len(), 1);
}

#[tokio::test]
async fn nobody_ends_the_session_of_another() {
    let world = World::new().await;
    let (ada, bob) = (world.signed_in("ada").await, world.signed_in("bob").await);
    for id in [id_of(&bob).await, "00000000000000000000000000000000".into(), "no-id".into()] {
        delete(&ada, &format!("/api/sessions/{id}/")).await.is(404, json!({ "detail": "Not found." }));
    }
    assert_eq!(bob.me().await.status, 200);
    let own = format!("/api/sessions/{}/", id_of(&ada).await);
    assert_eq!(delete(&ada, &own).await.status, 204);
    delete(&ada, &own).await.is_bad_access("Token is blacklisted");
}

#[tokio::test]
async fn sessions_are_for_who_is_signed_in() {
    let world = World::new().await;
    for (method, path) in [("GET", "/api/sessions/"), ("DELETE", "/api/sessions/"), ("DELETE", "/api/sessions/x/")] {
        let answer = Answer::of(world.request(method, path).send().await.expect("an answer")).await;
        answer.is(401, json!({ "detail": "Authentication credentials were not provided." }));
    }
}

#[tokio::test]
async fn a_token_of_another_issuer_has_no_session_and_ends_all() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let token = json!({
        "token_type": "access", "user_id": "1", "jti": "a", "iat": world.now(), "exp": world.now() + 60,
    });
    let other = Actor { world: &world, access: foreign(&token), refresh: String::new() };
    assert!(list(&other).await.iter().all(|session| session["current"] == json!(false)));
    assert_eq!(delete(&other, "/api/sessions/").await.status, 204);
    ada.me().await.is_bad_access("Token is blacklisted");
}

#[tokio::test]
async fn an_operator_ends_what_was_begun_before_a_moment() {
    let world = World::new().await;
    let early = world.signed_in("ada").await;
    let other = world.signed_in("bob").await;
    world.pass(Duration::from_secs(10));
    let moment = Timestamp::from_seconds(world.now());
    let late = world.sign_in("ada").await;
    // Another process, as the command line is; this one follows.
    let operator = world.restarted(settings()).await;
    assert_eq!(operator.revoke_sessions_before(Some("ada"), Some(moment)).await.expect("an end"), 1);
    world.auth.follow_revocations().await.expect("the revocations");
    early.me().await.is_bad_access("Token is blacklisted");
    assert_eq!((late.me().await.status, other.me().await.status), (200, 200));
    assert_eq!(operator.revoke_sessions_before(None, None).await.expect("an end"), 2);
    assert_eq!(operator.revoke_sessions_before(None, None).await.expect("nothing left"), 0);
    world.auth.follow_revocations().await.expect("the revocations");
    for actor in [late, other] {
        actor.me().await.is_bad_access("Token is blacklisted");
        actor.try_refresh().await.is_bad_token("Token is blacklisted");
    }
}
