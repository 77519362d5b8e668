use hallpass_core::{
    settings::Settings,
    user::{Role, UserIdField},
};
use serde_json::{Value, json};

use crate::actors::{Actor, Answer, World, settings};

async fn session_of(actor: &Actor<'_>) -> String {
    actor.call("account/me", json!({})).await.body["session"]["id"].as_str().expect("a session").to_owned()
}

async fn change_email(actor: &Actor<'_>, email: &str) -> Answer {
    actor.call("account/change_profile", json!({ "form": { "email": email } })).await
}

async fn events(actor: &Actor<'_>, page: u32) -> Answer {
    actor.call("account/events", json!({ "page": page })).await
}

#[tokio::test]
async fn users_can_list_their_sessions_and_end_one() {
    let world = World::new().await;
    let (here, there) = (world.signed_in("ada").await, world.sign_in("ada").await);
    world.signed_in("bob").await;
    let listed = here.call("account/sessions", json!({})).await;
    let items = listed.body["items"].as_array().expect("a list");
    let current: Vec<_> = items.iter().filter(|one| one["current"] == true).collect();
    assert_eq!((&listed.body["count"], items.len(), current.len()), (&json!(2), 2, 1));
    assert_eq!(current[0]["id"], session_of(&here).await);
    let ended = here.call("account/end_session", json!({ "id": session_of(&there).await })).await;
    assert_eq!((ended.status, ended.body), (200, Value::Null));
    there.me().await.is_bad_access("Token is blacklisted");
    assert_eq!(there.call("account/sessions", json!({})).await.body["ended"]["reason"], "revoked");
}

#[tokio::test]
async fn no_page_ends_the_session_of_another_user() {
    let world = World::new().await;
    let (ada, bob) = (world.signed_in("ada").await, world.signed_in("bob").await);
    for id in [session_of(&bob).await, "00000000000000000000000000000000".into(), "no-id".into()] {
        let refused = ada.call("account/end_session", json!({ "id": id })).await;
        refused.is(404, json!({ "code": "not_found", "message": "This session has already ended." }));
    }
    assert_eq!(bob.me().await.status, 200);
}

#[tokio::test]
async fn ending_all_other_sessions_on_a_page_keeps_the_current_one() {
    let world = World::new().await;
    let (here, there) = (world.signed_in("ada").await, world.sign_in("ada").await);
    assert_eq!(here.call("account/end_other_sessions", json!({})).await.status, 200);
    there.me().await.is_bad_access("Token is blacklisted");
    assert_eq!(here.call("account/sessions", json!({})).await.body["count"], 1);
}

#[tokio::test]
async fn a_users_events_are_paged_by_twenty() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    world.signed_in("bob").await;
    for number in 0..22 {
        assert_eq!(change_email(&ada, &format!("ada{number}@x")).await.status, 200);
    }
    let (first, second) = (events(&ada, 1).await, events(&ada, 2).await);
    let shape = |answer: &Answer| {
        let place = ["count", "page", "pages"].map(|field| answer.body[field].as_u64().expect("a number"));
        (place, answer.body["items"].as_array().expect("items").len())
    };
    assert_eq!((shape(&first), shape(&second)), (([24, 1, 2], 20), ([24, 2, 2], 4)));
    assert_eq!(second.body["items"][3]["kind"], "registered");
    for page in [0, 3, u32::MAX] {
        events(&ada, page).await.is(404, json!({ "code": "not_found", "message": "This no longer exists." }));
    }
}

#[tokio::test]
async fn an_email_change_is_recorded_as_a_security_event() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let ada = world.signed_in("ada").await;
    let changed = change_email(&ada, " ada@example.org ").await;
    assert_eq!((changed.status, &changed.body["email"]), (200, &json!("ada@example.org")));
    assert_eq!(ada.me().await.body["email"], "ada@example.org", "this session stays open");
    assert_eq!(change_email(&ada, "ada@example.org").await.status, 200, "nothing to do, nothing to tell");
    let listed = events(&ada, 1).await;
    assert_eq!(listed.body["count"], 3);
    let event = &listed.body["items"][0];
    assert_eq!((&event["kind"], &event["changed"]), (&json!("user_changed"), &json!(["email"])));
    assert_eq!((&event["by_administrator"], &event["address"]), (&json!(false), &json!("127.0.0.1")));
    let seen = staff.see("/api/admin/events/?kind=user_changed").await;
    assert_eq!((&seen.body["count"], &seen.body["results"][0]["actor"]), (&json!(1), &Value::Null));
    let wrong = change_email(&ada, "nowhere").await;
    assert_eq!((wrong.status, &wrong.body["code"]), (400, &json!("invalid")));
    assert_eq!(wrong.body["fields"], json!([{ "field": "email", "message": "Enter a valid email address." }]));
    assert_eq!(change_email(&ada, "").await.body["email"], "", "an account needs none");
}

#[tokio::test]
async fn with_email_as_user_id_a_new_email_must_be_unique_and_ends_every_session() {
    let world = World::with(Settings { user_id_field: UserIdField::Email, ..settings() }).await;
    let (ada, elsewhere) = (world.signed_in("ada").await, world.sign_in("ada").await);
    world.user("bob").await;
    for (email, sentence) in
        [("bob@x", "A user with that email address already exists."), ("", "This field may not be blank.")]
    {
        assert_eq!(change_email(&ada, email).await.body["fields"], json!([{ "field": "email", "message": sentence }]));
    }
    assert_eq!(elsewhere.me().await.status, 200);
    assert_eq!(change_email(&ada, "countess@x").await.body["email"], "countess@x");
    for actor in [&ada, &elsewhere] {
        actor.me().await.is_bad_access("Token is blacklisted");
        actor.try_refresh().await.is_bad_token("Token is blacklisted");
    }
    assert_eq!(world.sign_in("ada").await.me().await.body["email"], "countess@x");
}
