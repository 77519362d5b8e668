//! Authentication of every registered server function. A new function without authentication fails here.

use std::collections::BTreeSet;

use leptos::server_fn::axum::server_fn_paths;
use serde_json::{Value, json};

use crate::{
    actors::{Answer, World},
    rpc::call,
};

/// Functions that carry their own credential.
const PUBLIC: [&str; 4] = ["session/register", "session/obtain", "session/refresh", "session/blacklist"];

/// All other functions, with valid arguments.
pub(crate) fn protected() -> Vec<(&'static str, Value)> {
    let nobody = json!({ "id": "9" });
    vec![
        ("account/me", json!({})),
        ("account/change_password", json!({ "form": { "current_password": "a", "new_password": "b" } })),
        ("account/change_profile", json!({ "form": { "email": "" } })),
        ("account/sessions", json!({})),
        ("account/end_session", json!({ "id": "x" })),
        ("account/end_other_sessions", json!({})),
        ("account/events", json!({ "page": 1 })),
        ("admin/users", json!({ "query": { "search": "", "order": "last_login", "descending": false, "page": 1 } })),
        ("admin/user", nobody.clone()),
        ("admin/create_user", json!({ "form": { "username": "", "password": "" } })),
        ("admin/change_user", json!({ "id": "9", "change": {} })),
        ("admin/set_password", json!({ "id": "9", "form": { "password": "" } })),
        ("admin/set_active", json!({ "ids": ["9"], "is_active": false })),
        ("admin/sessions_of", nobody.clone()),
        ("admin/end_session", json!({ "sid": "x" })),
        ("admin/end_sessions", nobody),
        ("admin/tokens", json!({ "query": { "page": 1 } })),
        ("admin/blacklist_tokens", json!({ "jtis": ["x"] })),
        ("admin/events", json!({ "query": { "page": 1 } })),
    ]
}

pub(crate) fn all() -> BTreeSet<&'static str> {
    server_fn_paths().map(|(path, _)| path.strip_prefix("/rpc/").expect("a path below /rpc/")).collect()
}

#[test]
fn every_server_function_is_covered_by_these_stories() {
    let known: BTreeSet<_> = PUBLIC.into_iter().chain(protected().into_iter().map(|(function, _)| function)).collect();
    assert_eq!(all(), known);
}

#[tokio::test]
async fn every_protected_function_rejects_signed_out_callers() {
    let world = World::new().await;
    for (function, body) in protected() {
        for access in [None, Some("no-token")] {
            let answer = call(&world, function, access, body.clone()).await;
            assert_eq!((answer.status, &answer.body["code"]), (401, &json!("token_not_valid")), "{function}");
            assert!(answer.header("www-authenticate").is_some(), "{function}");
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{function}");
        }
    }
}

#[tokio::test]
async fn every_admin_function_rejects_callers_who_are_not_staff() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    for (function, body) in protected() {
        if function.starts_with("admin/") {
            let answer = ada.call(function, body).await;
            assert_eq!((answer.status, &answer.body["code"]), (403, &json!("forbidden")), "{function}");
        }
    }
}

#[tokio::test]
async fn no_server_function_answers_another_method_or_an_unknown_name() {
    let world = World::new().await;
    for function in all() {
        for method in ["GET", "PUT", "DELETE"] {
            let request = world.request(method, &format!("/rpc/{function}"));
            let answer = Answer::of(request.send().await.expect("an answer")).await;
            assert_eq!(answer.status, 405, "{method} {function}");
        }
    }
    assert_eq!(call(&world, "session/nothing", None, json!({})).await.status, 404);
}
