use std::time::Duration;

use serde_json::{Value, json};

use crate::actors::{World, foreign};

#[tokio::test]
async fn valid_tokens_of_every_type_are_verified() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    ada.verify(&ada.access).await.is(200, json!({}));
    ada.verify(&ada.refresh).await.is(200, json!({}));
    let untyped = json!({ "exp": world.now() + 60, "jti": "x" });
    ada.verify(&foreign(&untyped)).await.is(200, json!({}));
}

#[tokio::test]
async fn each_defect_is_reported() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let now = world.now();
    let with = |change: fn(&mut Value)| {
        let mut claims = json!({ "token_type": "access", "exp": now + 60, "iat": now, "jti": "x", "user_id": "1" });
        change(&mut claims);
        foreign(&claims)
    };
    let without = |name: &str| {
        let mut claims = json!({ "token_type": "access", "exp": now + 60, "iat": now, "jti": "x", "user_id": "1" });
        claims.as_object_mut().expect("an object").remove(name);
        foreign(&claims)
    };
    ada.verify("no token").await.is_bad_token("Token is invalid");
    ada.verify(&with(|claims| claims["exp"] = json!(1))).await.is_bad_token("Token is expired");
    ada.verify(&with(|claims| claims["nbf"] = json!(4_000_000_000_i64))).await.is_bad_token("Token is invalid");
    ada.verify(&without("exp")).await.is_bad_token("Token has no 'exp' claim");
    ada.verify(&without("jti")).await.is_bad_token("Token has no id");

    let refresh = async |token: String| world.post("/api/token/refresh/", json!({ "refresh": token })).await;
    refresh(without("token_type")).await.is_bad_token("Token has no type");
    refresh(with(|_| {})).await.is_bad_token("Token has wrong type");
}

#[tokio::test]
async fn an_expired_access_token_is_not_verified() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    world.pass(Duration::from_mins(5));
    ada.verify(&ada.access).await.is_bad_token("Token is expired");
}
