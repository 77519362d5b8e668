use hallpass_core::user::Role;
use serde_json::{Value, json};

use crate::{
    actors::{Actor, World, claims, foreign},
    staff::is_for_staff,
};

async fn session_of(actor: &Actor<'_>) -> String {
    actor.me().await.body["session"]["id"].as_str().expect("a session").to_owned()
}

fn jti_of(token: &str) -> String {
    claims(token)["jti"].as_str().expect("a jti").to_owned()
}

#[tokio::test]
async fn only_staff_see_sessions_and_tokens_of_other_users() {
    let world = World::new().await;
    let endpoints = [
        ("GET", "/api/admin/users/1/sessions/"),
        ("DELETE", "/api/admin/users/1/sessions/"),
        ("DELETE", "/api/admin/users/1/sessions/00000000000000000000000000000000/"),
        ("GET", "/api/admin/tokens/"),
        ("POST", "/api/admin/tokens/x/blacklist/"),
        ("GET", "/api/admin/events/"),
    ];
    is_for_staff(&world, &endpoints).await;
}

#[tokio::test]
async fn staff_can_end_one_session_of_a_user_without_ending_others() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let (ada, elsewhere, bob) =
        (world.signed_in("ada").await, world.sign_in("ada").await, world.signed_in("bob").await);
    let listed = staff.see("/api/admin/users/2/sessions/").await;
    assert_eq!((&listed.body["count"], &listed.body["results"][0]["current"]), (&json!(2), &json!(false)));
    let of_bob = format!("/api/admin/users/2/sessions/{}/", session_of(&bob).await);
    staff.send("DELETE", &of_bob, Value::Null).await.is(404, json!({ "detail": "Not found." }));
    let own = format!("/api/admin/users/2/sessions/{}/", session_of(&ada).await);
    assert_eq!(staff.send("DELETE", &own, Value::Null).await.status, 204);
    ada.me().await.is_bad_access("Token is blacklisted");
    assert_eq!((elsewhere.me().await.status, bob.me().await.status), (200, 200));
    assert_eq!(staff.send("DELETE", &own, Value::Null).await.status, 404);
    assert_eq!(staff.see("/api/admin/users/9/sessions/").await.status, 404);
}

#[tokio::test]
async fn staff_can_end_all_sessions_of_a_user() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let (ada, elsewhere) = (world.signed_in("ada").await, world.sign_in("ada").await);
    assert_eq!(staff.send("DELETE", "/api/admin/users/2/sessions/", Value::Null).await.status, 204);
    for actor in [ada, elsewhere] {
        actor.me().await.is_bad_access("Token is blacklisted");
        actor.try_refresh().await.is_bad_token("Token is blacklisted");
    }
    assert_eq!(staff.me().await.status, 200);
}

#[tokio::test]
async fn tokens_are_listed_by_jti_without_their_text() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let mut ada = world.signed_in("ada").await;
    let spent = ada.refresh.clone();
    ada.refresh().await;
    let list = async |query: &str| staff.see(&format!("/api/admin/tokens/{query}")).await;
    let all = list("").await;
    assert_eq!(all.body["count"], 3);
    assert_eq!(all.body["results"][0]["jti"], jti_of(&ada.refresh), "newest first");
    for text in [&ada.refresh, &spent] {
        assert!(!all.body.to_string().contains(text.rsplit('.').next().expect("a signature")));
    }
    let blacklisted = list("?user=2&blacklisted=true").await;
    assert_eq!(
        (&blacklisted.body["count"], &blacklisted.body["results"][0]["jti"]),
        (&json!(1), &json!(jti_of(&spent)))
    );
    assert_eq!(blacklisted.body["results"][0]["blacklisted_why"], "rotated");
    assert_eq!(blacklisted.body["results"][0]["username"], "ada");
    assert_eq!(list("?user=2&blacklisted=false&expired=false").await.body["count"], 1);
    assert_eq!(list("?expired=true").await.body["count"], 0);
    assert_eq!(list(&format!("?session={}", session_of(&ada).await)).await.body["count"], 2);
    let wrong = list("?user=ada&session=x&blacklisted=2").await;
    let expected = json!({
        "user": ["A valid integer is required."],
        "session": ["\"x\" is not a valid choice."],
        "blacklisted": ["Must be a valid boolean."],
    });
    wrong.is(400, expected);
}

#[tokio::test]
async fn blacklisting_a_spent_token_as_staff_ends_its_session() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let mut ada = world.signed_in("ada").await;
    let spent = ada.refresh.clone();
    ada.refresh().await;
    let taken = staff.send("POST", &format!("/api/admin/tokens/{}/blacklist/", jti_of(&spent)), Value::Null).await;
    assert_eq!((taken.status, &taken.body["blacklisted_why"]), (200, &json!("rotated")), "spent before");
    ada.me().await.is_bad_access("Token is blacklisted");
    ada.try_refresh().await.is_bad_token("Token is blacklisted");
    staff
        .send("POST", "/api/admin/tokens/unknown/blacklist/", Value::Null)
        .await
        .is(404, json!({ "detail": "Not found." }));
}

#[tokio::test]
async fn a_foreign_token_is_found_by_any_jti() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    world.user("ada").await;
    let claims = json!({ "token_type": "refresh", "exp": world.now() + 60, "jti": "a/b ü", "user_id": "2" });
    let ada = Actor { world: &world, access: String::new(), refresh: foreign(&claims) };
    assert_eq!(ada.try_refresh().await.status, 200);
    let taken = staff.send("POST", "/api/admin/tokens/a%2Fb%20%C3%BC/blacklist/", Value::Null).await;
    assert_eq!((taken.status, &taken.body["jti"]), (200, &json!("a/b ü")));
}
