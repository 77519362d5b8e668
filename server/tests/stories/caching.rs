//! Caching: authenticated responses are never stored, whatever header carries the token.

use hallpass_core::{settings::Settings, user::Role};
use http::HeaderName;
use serde_json::json;

use crate::actors::{Answer, World, settings};

const X_TOKEN: HeaderName = HeaderName::from_static("x-token");

async fn get(world: &World, path: &str, token: Option<&str>) -> Answer {
    let mut request = world.request("GET", path);
    if let Some(token) = token {
        let name = world.auth.settings().auth_header_name.clone();
        request = request.header(name, format!("Bearer {token}"));
    }
    Answer::of(request.send().await.expect("an answer")).await
}

#[tokio::test]
async fn authenticated_responses_are_not_cacheable_whatever_header_carries_the_token() {
    for (name, vary) in [(http::header::AUTHORIZATION, "accept"), (X_TOKEN, "accept, x-token")] {
        let world = World::with(Settings { auth_header_name: name, ..settings() }).await;
        let staff = world.administrator("staff", Role::Staff).await;
        for path in [
            "/api/me/",
            "/api/sessions/",
            "/api/events/",
            "/api/admin/users/",
            "/api/admin/users/1/",
            "/api/admin/users/99/",
            "/api/admin/tokens/",
            "/api/admin/users/1/sessions/",
            "/api/nothing/",
            "/api/admin/events/",
        ] {
            let is_view = path != "/api/nothing/";
            for (token, is_refused) in [(Some(staff.access.as_str()), false), (Some("none"), true), (None, true)] {
                let answer = get(&world, path, token).await;
                assert_eq!(answer.status == 401, is_refused && is_view, "{path}");
                assert_eq!(answer.header("cache-control"), Some("no-store"), "{path} {}", answer.status);
                assert_eq!(answer.header("vary"), is_view.then_some(vary), "{path} {}", answer.status);
            }
        }
    }
}

#[tokio::test]
async fn rejected_credentials_and_wrong_methods_are_not_cacheable() {
    let world = World::new().await;
    for path in ["/api/token/", "/api/token/refresh/", "/api/token/verify/", "/api/token/blacklist/"] {
        let body = json!({ "username": "ada", "password": "x", "refresh": "x", "token": "x" });
        let refused = world.post(path, body).await;
        assert_eq!((refused.status, refused.header("cache-control")), (401, Some("no-store")), "{path}");
    }
    let ada = world.signed_in("ada").await;
    let wrong = world.request("PUT", "/api/me/").bearer_auth(&ada.access).send().await.expect("an answer");
    let wrong = Answer::of(wrong).await;
    assert_eq!((wrong.status, wrong.header("cache-control")), (405, Some("no-store")));
}

#[tokio::test]
async fn public_responses_are_cacheable() {
    let world = World::new().await;
    for (path, kept) in [
        ("/.well-known/jwks.json", "public, max-age=300, stale-if-error=86400"),
        ("/robots.txt", "no-cache"),
        ("/api/schema/", "no-cache"),
    ] {
        for token in [None, Some("none")] {
            let answer = get(&world, path, token).await;
            assert_eq!(answer.header("cache-control"), Some(kept), "{path}");
        }
    }
}
