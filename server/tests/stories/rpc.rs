use std::time::Duration;

use hallpass_core::user::Role;
use serde_json::{Value, json};

use crate::actors::{Actor, Answer, PASSWORD, World};

/// Calls a server function as a page does.
pub(crate) async fn call(world: &World, function: &str, access: Option<&str>, body: Value) -> Answer {
    let mut request = world.request("POST", &format!("/rpc/{function}")).json(&body);
    if let Some(access) = access {
        request = request.header("authorization", format!("Bearer {access}"));
    }
    Answer::of(request.send().await.expect("an answer")).await
}

impl Actor<'_> {
    /// Calls a server function with the access token.
    pub(crate) async fn call(&self, function: &str, body: Value) -> Answer {
        call(self.world, function, Some(&self.access), body).await
    }
}

#[tokio::test]
async fn server_functions_and_api_share_accounts_and_sessions() {
    let world = World::new().await;
    let form = json!({ "registration": { "username": "ada", "email": "", "password": PASSWORD } });
    let registered = call(&world, "session/register", None, form).await;
    assert_eq!((registered.status, registered.header("cache-control")), (200, Some("no-store")));
    let refreshed = call(&world, "session/refresh", None, json!({ "refresh": registered.text("refresh") })).await;
    let me = call(&world, "account/me", Some(&refreshed.text("access")), json!({})).await;
    assert_eq!(me.body["username"], "ada");
    assert_eq!(world.get("/api/me/", &refreshed.text("access")).await.body["id"], me.body["id"]);
    let out = call(&world, "session/blacklist", None, json!({ "refresh": refreshed.text("refresh") })).await;
    assert_eq!(out.status, 200);
    world.get("/api/me/", &refreshed.text("access")).await.is_bad_access("Token is blacklisted");
}

#[tokio::test]
async fn an_error_has_the_code_and_fields_that_the_browser_needs() {
    let world = World::new().await;
    let mut ada = world.signed_in("ada").await;
    let wrong = json!({ "credentials": { "username": "ada", "password": "wrong" } });
    let answer = call(&world, "session/obtain", None, wrong).await;
    assert_eq!((answer.status, &answer.body["code"]), (401, &json!("no_active_account")));

    let stolen = ada.refresh.clone();
    ada.refresh().await;
    assert_eq!(ada.me().await.status, 200);
    world.pass(Duration::from_secs(31));
    call(&world, "session/refresh", None, json!({ "refresh": stolen })).await;
    let rejected = call(&world, "session/refresh", None, json!({ "refresh": ada.refresh })).await;
    assert_eq!(rejected.body["code"], "session_ended");
    assert_eq!(rejected.body["ended"]["reason"], "reuse");
    assert_eq!(rejected.body["ended"]["at"], world.now());
}

#[tokio::test]
async fn a_username_that_no_database_can_store_is_unknown() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let credentials = json!({ "credentials": { "username": "ada\0", "password": PASSWORD } });
    let answer = call(&world, "session/obtain", None, credentials).await;
    assert_eq!((answer.status, &answer.body["code"]), (401, &json!("no_active_account")));
    let found = world.get("/api/admin/users/?search=%00nobody", &staff.access).await;
    assert_eq!((found.status, &found.body["count"]), (200, &json!(0)));
}

#[tokio::test]
async fn a_password_change_requires_the_current_password_and_ends_all_other_sessions() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let elsewhere = world.sign_in("ada").await;
    let change = async |current: &str, new: &str| {
        let form = json!({ "form": { "current_password": current, "new_password": new } });
        call(&world, "account/change_password", Some(&ada.access), form).await
    };
    let new = "seven copper lanterns drift upstream";
    assert_eq!(change("wrong", new).await.body["fields"][0]["field"], "current_password");
    assert_eq!(change(PASSWORD, "short").await.body["fields"][0]["field"], "new_password");
    assert_eq!(change(PASSWORD, new).await.status, 200);
    assert_eq!(ada.me().await.status, 200, "this session stays open");
    elsewhere.me().await.is_bad_access("Token is blacklisted");
    let old = world.post("/api/token/", json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!(old.status, 401);
    let signed_in = world.post("/api/token/", json!({ "username": "ada", "password": new })).await;
    assert_eq!(signed_in.status, 200);
}

#[tokio::test]
async fn server_functions_accept_only_json_and_report_malformed_input() {
    let world = World::new().await;
    let send = async |content_type: &str, body: &str| {
        let request = world.request("POST", "/rpc/session/obtain").header("content-type", content_type);
        Answer::of(request.body(body.to_owned()).send().await.expect("an answer")).await
    };
    let good = r#"{"credentials":{"username":"a","password":"b"}}"#;
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        assert_eq!(send(content_type, good).await.status, 415, "{content_type}");
    }
    for body in ["", "{", "[]", "{}", r#"{"credentials":5}"#] {
        let answer = send("application/json", body).await;
        assert_eq!((answer.status, &answer.body["code"]), (400, &json!("invalid")), "{body}");
    }
}
