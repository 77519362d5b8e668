use hallpass_core::{
    settings::Settings,
    user::{Role, UserIdField},
};
use serde_json::json;

use crate::actors::{PASSWORD, World, claims, foreign, settings};

async fn world(user_id_field: UserIdField) -> World {
    World::with(Settings { user_id_field, ..settings() }).await
}

#[tokio::test]
async fn tokens_identify_the_user_by_the_configured_field() {
    for (field, expected) in [(UserIdField::Id, "1"), (UserIdField::Username, "ada"), (UserIdField::Email, "ada@x")] {
        let world = world(field).await;
        world.user("ada").await;
        world.sql("UPDATE users SET email = 'ada@x'").await;
        let mut ada = world.sign_in("ada").await;
        for _ in 0..2 {
            assert_eq!(
                (&claims(&ada.access)["user_id"], &claims(&ada.refresh)["user_id"]),
                (&json!(expected), &json!(expected))
            );
            let me = ada.me().await;
            assert_eq!((me.status, &me.body["id"]), (200, &json!("1")));
            ada.refresh().await;
        }
        assert_eq!(ada.blacklist().await.status, 200);
        ada.me().await.is_bad_access("Token is blacklisted");
    }
}

#[tokio::test]
async fn a_foreign_token_identifies_its_user_by_the_same_field() {
    let world = world(UserIdField::Username).await;
    world.user("ada").await;
    let token = |kind: &str, user: &str| {
        foreign(
            &json!({ "token_type": kind, "exp": world.now() + 60, "iat": world.now(), "jti": "x", "user_id": user }),
        )
    };
    assert_eq!(world.get("/api/me/", &token("access", "ada")).await.body["id"], "1");
    let not_found = json!({ "detail": "User not found", "code": "user_not_found" });
    world.get("/api/me/", &token("access", "1")).await.is(401, not_found);
    let renewed = world.post("/api/token/refresh/", json!({ "refresh": token("refresh", "ada") })).await;
    assert_eq!(claims(&renewed.text("access"))["user_id"], "ada");
}

#[tokio::test]
async fn tokens_do_not_follow_a_username_to_another_account() {
    let world = world(UserIdField::Username).await;
    let ada = world.signed_in("ada").await;
    world.user("eve").await;
    world.sql("UPDATE users SET username = 'lovelace' WHERE username = 'ada'").await;
    world.sql("UPDATE users SET username = 'ada' WHERE username = 'eve'").await;
    ada.me().await.is(401, json!({ "detail": "User not found", "code": "user_not_found" }));
}

#[tokio::test]
async fn an_email_shared_by_two_accounts_identifies_neither() {
    let world = world(UserIdField::Email).await;
    for name in ["ada", "eve"] {
        world.user(name).await;
    }
    world.sql("UPDATE users SET email = username || '@x'").await;
    let ada = world.sign_in("ada").await;
    for address in ["UPDATE users SET email = 'ada@x'", "UPDATE users SET email = ''"] {
        world.sql(address).await;
        ada.me().await.is(401, json!({ "detail": "User not found", "code": "user_not_found" }));
        let credentials = json!({ "username": "eve", "password": PASSWORD });
        let refused = world.post("/api/token/", credentials).await;
        refused.is(401, json!({ "detail": "No active account found with the given credentials" }));
    }
}

#[tokio::test]
async fn an_email_that_identifies_a_user_cannot_be_reused() {
    let world = world(UserIdField::Email).await;
    let form = |name: &str, email: &str| json!({ "username": name, "password": PASSWORD, "email": email });
    assert_eq!(world.post("/api/register/", form("ada", "ada@x")).await.status, 201);
    let taken = world.post("/api/register/", form("eve", "ada@x")).await;
    taken.is(400, json!({ "email": ["A user with that email address already exists."] }));
    world.post("/api/register/", form("eve", "")).await.is(400, json!({ "email": ["This field may not be blank."] }));
}

#[tokio::test]
async fn a_renamed_user_must_sign_in_again_if_tokens_carry_the_username() {
    for (field, status) in [(UserIdField::Id, 200), (UserIdField::Username, 401)] {
        let world = world(field).await;
        let root = world.administrator("root", Role::Superuser).await;
        let ada = world.signed_in("ada").await;
        let renamed = root.send("PATCH", "/api/admin/users/2/", json!({ "username": "lovelace" })).await;
        assert_eq!(renamed.status, 200, "{renamed:?}");
        assert_eq!(ada.try_refresh().await.status, status);
        assert_eq!(ada.me().await.status, status);
    }
}
