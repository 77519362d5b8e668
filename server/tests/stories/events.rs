use std::time::Duration;

use hallpass_core::user::Role;
use serde_json::{Value, json};

use crate::actors::{Answer, PASSWORD, World};

fn kinds(answer: &Answer) -> Vec<&str> {
    let results = answer.body["results"].as_array().unwrap_or_else(|| panic!("no page: {answer:?}"));
    results.iter().map(|event| event["kind"].as_str().expect("a kind")).collect()
}

#[tokio::test]
async fn users_see_only_their_own_events() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let bob = world.signed_in("bob").await;
    bob.blacklist().await;
    let own = ada.see("/api/events/").await;
    assert_eq!(kinds(&own), ["signed_in", "registered"]);
    assert_eq!(own.body["results"][0]["address"], "127.0.0.1");
    assert_eq!(kinds(&ada.see("/api/events/?user=2&kind=signed_out").await), ["signed_in", "registered"], "no filter");
    let stranger = Answer::of(world.request("GET", "/api/events/").send().await.expect("an answer")).await;
    stranger.is(401, json!({ "detail": "Authentication credentials were not provided." }));
}

#[tokio::test]
async fn admin_actions_are_recorded_with_the_administrator() {
    let world = World::new().await;
    let root = world.administrator("root", Role::Superuser).await;
    let made = json!({ "username": "ada", "password": PASSWORD });
    assert_eq!(root.send("POST", "/api/admin/users/", made).await.status, 201);
    root.send("PATCH", "/api/admin/users/2/", json!({ "email": "a@b", "is_staff": true })).await;
    let ada = world.sign_in("ada").await;
    root.send("DELETE", "/api/admin/users/2/sessions/", Value::Null).await;
    root.send("PATCH", "/api/admin/users/2/", json!({ "is_active": false })).await;
    root.send("PATCH", "/api/admin/users/2/", json!({ "is_active": true })).await;
    drop(ada);
    let events = root.see("/api/admin/events/?user=2").await;
    let expected = [
        "user_reactivated",
        "user_deactivated",
        "session_ended",
        "sessions_reset",
        "signed_in",
        "user_changed",
        "user_created",
    ];
    assert_eq!(kinds(&events), expected);
    let results = events.body["results"].as_array().expect("a list");
    assert!(results.iter().all(|event| (event["kind"] == "signed_in") == event["actor"].is_null()), "{results:?}");
    assert_eq!(results[5]["changed"], json!(["email", "is_staff"]));
    // The user learns that an administrator acted, but not from where.
    let ada = world.sign_in("ada").await;
    let own = ada.see("/api/events/?page_size=2").await;
    assert_eq!(own.body["results"][1]["by_administrator"], true);
    assert_eq!(own.body["results"][1]["address"], Value::Null);
}

#[tokio::test]
async fn staff_can_filter_events_by_user_kind_and_time() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    world.pass(Duration::from_secs(10));
    let timestamp = world.now();
    world.signed_in("ada").await;
    let list = async |query: String| staff.see(&format!("/api/admin/events/{query}")).await;
    assert_eq!(kinds(&list("?kind=signed_in".into()).await), ["signed_in", "signed_in"]);
    assert_eq!(kinds(&list(format!("?since={timestamp}")).await), ["signed_in", "registered"]);
    assert_eq!(list(format!("?until={timestamp}&user=2")).await.body["count"], 0);
    let wrong = list("?kind=nonsense&since=soon".into()).await;
    wrong
        .is(400, json!({ "kind": ["\"nonsense\" is not a valid choice."], "since": ["A valid integer is required."] }));
}

#[tokio::test]
async fn failed_sign_ins_of_one_hour_are_counted_in_one_event() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    world.user("ada").await;
    let fail = async |username: &str| {
        let form = json!({ "username": username, "password": "wrong" });
        assert_eq!(world.post("/api/token/", form).await.status, 401);
    };
    for _ in 0..2 {
        fail("ada").await;
        world.auth.write_failed_sign_ins().await.expect("a write");
    }
    fail("nobody").await;
    world.auth.write_failed_sign_ins().await.expect("a write");
    let of_ada = staff.see("/api/admin/events/?kind=sign_in_failed&user=2").await;
    assert_eq!((&of_ada.body["count"], &of_ada.body["results"][0]["count"]), (&json!(1), &json!(2)));
    assert_eq!(of_ada.body["results"][0]["address"], "127.0.0.1");
    let all = staff.see("/api/admin/events/?kind=sign_in_failed").await;
    assert_eq!((&all.body["count"], &all.body["results"][0]["user"]), (&json!(2), &Value::Null));
    assert!(!all.body.to_string().contains("nobody"), "a name that nobody has may be a password");
}

#[tokio::test]
async fn events_are_deleted_after_their_retention() {
    let world = World::new().await;
    world.signed_in("ada").await;
    world.pass(world.auth.settings().security_event_retention);
    assert_eq!(world.auth.flush_events().await.expect("a flush"), 0);
    world.pass(Duration::from_secs(1));
    assert_eq!(world.auth.flush_events().await.expect("a flush"), 2);
}
