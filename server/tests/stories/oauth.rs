use std::time::Duration;

use hallpass_core::{
    clients::{Client, Clients},
    keys::{self, Algorithm},
    settings::Settings,
    token::TokenType,
    user::UserIdField,
};
use serde_json::{Value, json};

use crate::actors::{Answer, PASSWORD, World, claims, foreign, settings};

const SECRET: &str = "5b0fd3a1c4e7429f8d6a1b2c3d4e5f60";

fn with_client() -> Settings {
    let clients = Clients::from_iter([Client::with_secret("gateway", SECRET).expect("a client")]);
    Settings { clients, ..settings() }
}

async fn world() -> World {
    World::with(with_client()).await
}

async fn ask(world: &World, path: &str, form: &[(&str, &str)]) -> Answer {
    let request = world.request("POST", path).basic_auth("gateway", Some(SECRET)).form(form);
    Answer::of(request.send().await.expect("an answer")).await
}

async fn introspect(world: &World, token: &str) -> Value {
    let answer = ask(world, "/oauth/introspect", &[("token", token)]).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    answer.body
}

async fn revoke(world: &World, token: &str) -> Answer {
    ask(world, "/oauth/revoke", &[("token", token), ("token_type_hint", "refresh_token")]).await
}

#[tokio::test]
async fn introspection_describes_valid_access_and_refresh_tokens() {
    let world = world().await;
    let mut ada = world.signed_in("ada").await;
    let access = introspect(&world, &ada.access).await;
    let said = claims(&ada.access);
    let expected = json!({
        "active": true, "token_type": "Bearer", "token_use": "access", "sub": "1", "username": "ada",
        "exp": said["exp"], "iat": said["iat"], "jti": said["jti"], "sid": said["sid"],
    });
    assert_eq!(access, expected);
    let spent = ada.refresh.clone();
    let refresh = introspect(&world, &spent).await;
    assert_eq!((&refresh["active"], &refresh["token_use"]), (&json!(true), &json!("refresh")));
    assert!(refresh["token_type"].is_null(), "it opens nothing");
    ada.refresh().await;
    assert_eq!(introspect(&world, &spent).await, json!({ "active": false }));
    assert_eq!(introspect(&world, &ada.refresh).await["active"], true);
}

#[tokio::test]
async fn introspection_reveals_nothing_about_an_invalid_token() {
    let world = world().await;
    let (ada, bob) = (world.signed_in("ada").await, world.signed_in("bob").await);
    let unknown = foreign(&json!({ "token_type": "other", "exp": world.now() + 60, "jti": "x", "user_id": "1" }));
    let nobody = foreign(&json!({ "token_type": "access", "exp": world.now() + 60, "jti": "x", "user_id": "9" }));
    ada.blacklist().await;
    world.sql("UPDATE users SET is_active = FALSE WHERE username = 'bob'").await;
    for token in ["garbage", &unknown, &nobody, &ada.access, &ada.refresh, &bob.access, &bob.refresh] {
        assert_eq!(introspect(&world, token).await, json!({ "active": false }), "{token}");
    }
    let eve = world.signed_in("eve").await;
    world.pass(Duration::from_hours(8 * 24));
    for token in [&eve.access, &eve.refresh] {
        assert_eq!(introspect(&world, token).await, json!({ "active": false }));
    }
}

#[tokio::test]
async fn revoking_any_token_of_a_session_ends_the_session_at_once() {
    for which in ["current", "spent", "access"] {
        let world = world().await;
        let mut ada = world.signed_in("ada").await;
        let elsewhere = world.sign_in("ada").await;
        let spent = ada.refresh.clone();
        ada.refresh().await;
        let token = match which {
            "current" => ada.refresh.clone(),
            "spent" => spent,
            _ => ada.access.clone(),
        };
        let answer = revoke(&world, &token).await;
        assert_eq!((answer.status, answer.body), (200, json!("")), "{which}");
        ada.me().await.is_bad_access("Token is blacklisted");
        ada.try_refresh().await.is_bad_token("Token is blacklisted");
        assert_eq!(elsewhere.me().await.status, 200, "another session goes on");
        assert_eq!(revoke(&world, &token).await.status, 200, "again");
    }
}

#[tokio::test]
async fn revoking_a_malformed_token_succeeds() {
    let world = world().await;
    for token in ["garbage", "a.b.c"] {
        assert_eq!(revoke(&world, token).await.status, 200);
    }
    let alone = foreign(&json!({ "token_type": "access", "exp": world.now() + 60, "jti": "x", "user_id": "1" }));
    let answer = revoke(&world, &alone).await;
    assert_eq!((answer.status, answer.text("error")), (400, "unsupported_token_type".into()));
}

#[tokio::test]
async fn an_unknown_client_gets_an_authentication_challenge() {
    let world = world().await;
    let ada = world.signed_in("ada").await;
    let post = |path: &str| world.request("POST", path).form(&[("token", ada.access.as_str())]);
    for path in ["/oauth/revoke", "/oauth/introspect"] {
        let requests = [
            post(path),
            post(path).basic_auth("gateway", Some("another")),
            post(path).basic_auth("nobody", Some(SECRET)),
            post(path).header("authorization", format!("Bearer {}", ada.access)),
            world.request("POST", path).form(&[("client_id", "gateway"), ("client_secret", "no"), ("token", "x")]),
        ];
        for request in requests {
            let answer = Answer::of(request.send().await.expect("an answer")).await;
            assert_eq!((answer.status, answer.text("error")), (401, "invalid_client".into()));
            assert_eq!(answer.header("www-authenticate"), Some("Basic realm=\"oauth\", charset=\"UTF-8\""));
            assert_eq!(answer.header("cache-control"), Some("no-store"));
        }
    }
    assert_eq!(ada.me().await.status, 200);
}

#[tokio::test]
async fn a_client_may_authenticate_in_the_body_but_not_twice() {
    let world = world().await;
    let ada = world.signed_in("ada").await;
    let form = [("token", ada.access.as_str()), ("client_id", "gateway"), ("client_secret", SECRET)];
    let request = world.request("POST", "/oauth/introspect").form(&form);
    assert_eq!(Answer::of(request.send().await.expect("an answer")).await.body["active"], true);
    let twice = ask(&world, "/oauth/introspect", &form).await;
    assert_eq!((twice.status, twice.text("error")), (400, "invalid_request".into()));
    let other = ask(&world, "/oauth/introspect", &[("token", "x"), ("client_id", "other")]).await;
    assert_eq!(other.text("error"), "invalid_client");
}

#[tokio::test]
async fn a_request_that_violates_the_standard_is_rejected() {
    let world = world().await;
    let asked = |request: reqwest::RequestBuilder| async {
        let request = request.basic_auth("gateway", Some(SECRET));
        Answer::of(request.send().await.expect("an answer")).await
    };
    let post = || world.request("POST", "/oauth/introspect");
    let wrong = [
        post().form(&[("token", "")]),
        post().form(&[("token", "a"), ("token", "b")]),
        post().json(&json!({ "token": "a" })),
        post(),
    ];
    for request in wrong {
        let answer = asked(request).await;
        assert_eq!((answer.status, answer.text("error")), (400, "invalid_request".into()));
    }
    let got = asked(world.request("GET", "/oauth/introspect?token=x")).await;
    assert_eq!((got.status, got.header("allow")), (405, Some("POST")));
}

#[tokio::test]
async fn without_configured_clients_the_oauth_endpoints_answer_404() {
    let world = World::new().await;
    for path in ["/oauth/revoke", "/oauth/introspect"] {
        let answer = ask(&world, path, &[("token", "x")]).await;
        assert_eq!((answer.status, answer.text("error")), (404, "not_configured".into()));
    }
}

#[tokio::test]
async fn a_failing_database_is_not_reported_as_success() {
    let world = world().await;
    let ada = world.signed_in("ada").await;
    world.sql("ALTER TABLE outstanding_tokens RENAME TO elsewhere").await;
    for path in ["/oauth/revoke", "/oauth/introspect"] {
        let answer = ask(&world, path, &[("token", &ada.refresh)]).await;
        assert_eq!((answer.status, answer.text("error")), (503, "temporarily_unavailable".into()));
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
}

async fn metadata(settings: Settings, path: &str) -> Answer {
    let world = World::with(settings).await;
    let path = format!("/.well-known/oauth-authorization-server{path}");
    Answer::of(world.request("GET", &path).send().await.expect("an answer")).await
}

#[tokio::test]
async fn the_server_metadata_lists_only_existing_endpoints() {
    let issuer = Some("https://auth.example".to_owned());
    let bare = metadata(Settings { issuer: issuer.clone(), ..settings() }, "").await;
    let expected = json!({
        "issuer": "https://auth.example", "response_types_supported": [], "grant_types_supported": [],
    });
    bare.is(200, expected);
    let key = keys::generate(Algorithm::ES256).expect("a key");
    let clients = with_client().clients;
    let full = Settings { algorithm: Algorithm::ES256, issuer, clients, ..Settings::with_signing_key(key) };
    let full = metadata(full, "").await.body;
    assert_eq!(full["jwks_uri"], "https://auth.example/.well-known/jwks.json");
    assert_eq!(full["revocation_endpoint"], "https://auth.example/oauth/revoke");
    assert_eq!(
        full["introspection_endpoint_auth_methods_supported"],
        json!(["client_secret_basic", "client_secret_post"])
    );
    assert!(full["token_endpoint"].is_null());
}

#[tokio::test]
async fn an_issuer_that_is_not_a_url_has_no_server_metadata() {
    let with = |issuer: &str| Settings { issuer: Some(issuer.to_owned()), ..settings() };
    let not_found = json!({ "detail": "Not found." });
    metadata(settings(), "").await.is(404, not_found.clone());
    for name in ["hallpass", "http://auth.example"] {
        metadata(with(name), "").await.is(404, not_found.clone());
    }
    assert_eq!(metadata(with("https://auth.example/a"), "/a").await.body["issuer"], "https://auth.example/a");
    metadata(with("https://auth.example/a"), "").await.is(404, not_found.clone());
    metadata(with("https://auth.example"), "/a").await.is(404, not_found);
}

#[tokio::test]
async fn a_reassigned_username_makes_no_token_active() {
    let world = World::with(Settings { user_id_field: UserIdField::Username, ..with_client() }).await;
    let ada = world.signed_in("ada").await;
    world.user("eve").await;
    world.sql("UPDATE users SET username = 'lovelace' WHERE username = 'ada'").await;
    world.sql("UPDATE users SET username = 'ada' WHERE username = 'eve'").await;
    assert_eq!(introspect(&world, &ada.access).await, json!({ "active": false }));
}

#[tokio::test]
async fn a_sliding_token_is_active_if_its_class_is_accepted() {
    for (kinds, is_active) in [(vec![TokenType::Access], false), (vec![TokenType::Access, TokenType::Sliding], true)] {
        let world = World::with(Settings { auth_token_classes: kinds, ..with_client() }).await;
        world.user("ada").await;
        let sliding = world.post("/api/token/sliding/", json!({ "username": "ada", "password": PASSWORD })).await;
        let answer = introspect(&world, &sliding.text("token")).await;
        assert_eq!((&answer["active"], answer["token_use"] == "sliding"), (&json!(is_active), is_active));
    }
}
