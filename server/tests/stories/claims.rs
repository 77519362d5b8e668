//! Claims beyond the standard ones.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use hallpass_core::{
    policy::Policy,
    settings::Settings,
    user::{Role, User, UserIdField},
};
use serde_json::{Map, Value, json};

use crate::actors::{Actor, PASSWORD, World, claims, foreign, settings};

#[tokio::test]
async fn refreshed_tokens_carry_the_users_current_name_after_the_old_one_is_reassigned() {
    let world = World::new().await;
    let root = world.administrator("root", Role::Superuser).await;
    let mut first = world.signed_in("bob").await;
    let sliding = world.post("/api/token/sliding/", json!({ "username": "bob", "password": PASSWORD })).await;
    let renamed = root.send("PATCH", "/api/admin/users/2/", json!({ "username": "robert" })).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    let second = world.signed_in("bob").await;
    first.refresh().await;
    for token in [&first.access, &first.refresh] {
        assert_eq!(claims(token)["username"], "robert");
    }
    assert_eq!(claims(&second.access)["username"], "bob");
    let renewed = world.post("/api/token/sliding/refresh/", json!({ "token": sliding.text("token") })).await;
    assert_eq!(claims(&renewed.text("token"))["username"], "robert");
}

#[tokio::test]
async fn a_refresh_without_rotation_issues_an_access_token_with_current_claims() {
    let world = World::with(Settings { rotate_refresh_tokens: false, ..settings() }).await;
    let bob = world.signed_in("bob").await;
    world.sql("UPDATE users SET username = 'robert'").await;
    assert_eq!(claims(&bob.try_refresh().await.text("access"))["username"], "robert");
}

#[tokio::test]
async fn tokens_identified_by_username_carry_the_current_username() {
    let world = World::with(Settings { user_id_field: UserIdField::Username, ..settings() }).await;
    let mut bob = world.signed_in("bob").await;
    world.sql("UPDATE users SET username = 'robert'").await;
    bob.refresh().await;
    assert_eq!(claims(&bob.access)["user_id"], "robert");
    assert_eq!(bob.me().await.body["username"], "robert");
}

#[tokio::test]
async fn foreign_claims_are_kept_except_those_of_the_account() {
    let world = World::new().await;
    world.user("ada").await;
    let token = foreign(&json!({
        "token_type": "refresh", "exp": world.now() + 600, "iat": world.now(), "jti": "x", "user_id": "1",
        "role": "editor", "scopes": ["a", 1], "username": "somebody else",
    }));
    let mut ada = Actor { world: &world, access: String::new(), refresh: token };
    for _ in 0..3 {
        ada.refresh().await;
        let said = claims(&ada.access);
        assert_eq!(
            (&said["role"], &said["scopes"], &said["username"]),
            (&json!("editor"), &json!(["a", 1]), &json!("ada"))
        );
    }
}

/// Counts its calls, and adds a claim for staff only.
#[derive(Default)]
struct Counting {
    asked: AtomicUsize,
}

#[async_trait]
impl Policy for Counting {
    async fn custom_claims(&self, user: &User) -> Map<String, Value> {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let staff = if user.is_staff { json!(true) } else { Value::Null };
        Map::from_iter([("asked".to_owned(), json!(asked)), ("staff".to_owned(), staff)])
    }
}

#[tokio::test]
async fn a_policy_is_called_at_every_refresh_and_removes_a_claim_with_null() {
    let world = World::with_policy(settings(), Arc::<Counting>::default()).await;
    let mut ada = world.signed_in("ada").await;
    assert_eq!((claims(&ada.access)["asked"].clone(), claims(&ada.access).get("staff").cloned()), (json!(0), None));
    world.sql("UPDATE users SET is_staff = TRUE").await;
    ada.refresh().await;
    assert_eq!((&claims(&ada.refresh)["asked"], &claims(&ada.refresh)["staff"]), (&json!(1), &json!(true)));
    world.sql("UPDATE users SET is_staff = FALSE").await;
    ada.refresh().await;
    assert_eq!((claims(&ada.access)["asked"].clone(), claims(&ada.access).get("staff").cloned()), (json!(2), None));
}

/// Adds claims of a configurable size.
struct Large(AtomicUsize);

#[async_trait]
impl Policy for Large {
    async fn custom_claims(&self, _user: &User) -> Map<String, Value> {
        Map::from_iter([("padding".to_owned(), json!("x".repeat(self.0.load(Ordering::SeqCst))))])
    }
}

#[tokio::test]
async fn claims_that_make_a_token_too_long_are_rejected_without_opening_or_ending_a_session() {
    let policy = Arc::new(Large(AtomicUsize::new(10)));
    let world = World::with_policy(settings(), policy.clone()).await;
    let mut ada = world.signed_in("ada").await;
    policy.0.store(20_000, Ordering::SeqCst);
    let refused = world.post("/api/token/", json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!(refused.status, 500);
    assert_eq!(refused.text("detail"), "The server cannot issue this token: its claims are too large.");
    let sliding = world.post("/api/token/sliding/", json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!(sliding.status, 500);
    for _ in 0..2 {
        ada.refresh().await;
        assert_eq!(claims(&ada.access)["padding"], "x".repeat(10), "the session stays open");
    }
    let sessions = world.get("/api/sessions/", &ada.access).await;
    assert_eq!(sessions.body.as_array().map_or(1, Vec::len), 1, "{sessions:?}");
}

#[tokio::test]
async fn claims_just_below_the_size_limit_are_accepted() {
    let policy = Arc::new(Large(AtomicUsize::new(0)));
    let world = World::with_policy(settings(), policy.clone()).await;
    world.user("ada").await;
    let (mut signed_in, mut refused) = (0, 0);
    for size in (10_500..11_700).step_by(50) {
        policy.0.store(size, Ordering::SeqCst);
        let answer = world.post("/api/token/", json!({ "username": "ada", "password": PASSWORD })).await;
        if answer.status == 500 {
            refused += 1;
            continue;
        }
        signed_in += 1;
        let mut ada = Actor { world: &world, access: answer.text("access"), refresh: answer.text("refresh") };
        assert_eq!(ada.me().await.status, 200, "{size}");
        ada.refresh().await;
        assert_eq!(claims(&ada.access)["padding"].as_str().map(str::len), Some(size));
        assert_eq!(ada.me().await.status, 200, "{size}");
    }
    assert!(signed_in > 0 && refused > 0, "{signed_in} {refused}");
}
