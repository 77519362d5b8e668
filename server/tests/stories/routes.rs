use serde_json::json;

use crate::actors::{Answer, World};

async fn call(world: &World, method: &str, path: &str) -> Answer {
    Answer::of(world.request(method, path).send().await.expect("an answer")).await
}

const WRITING: [&str; 7] = [
    "/api/token/",
    "/api/token/refresh/",
    "/api/token/verify/",
    "/api/token/blacklist/",
    "/api/token/sliding/",
    "/api/token/sliding/refresh/",
    "/api/register/",
];

#[tokio::test]
async fn other_methods_are_rejected_with_the_allowed_ones() {
    let world = World::new().await;
    for path in
        WRITING.into_iter().chain(["/api/token", "/api/token/sliding", "/api/token/sliding/refresh", "/api/register"])
    {
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            let answer = call(&world, method, path).await;
            answer.is(405, json!({ "detail": format!("Method \"{method}\" not allowed.") }));
            assert_eq!(answer.header("allow"), Some("POST, OPTIONS"), "{method} {path}");
        }
        let answer = call(&world, "OPTIONS", path).await;
        assert_eq!((answer.status, answer.header("allow")), (200, Some("POST, OPTIONS")));
    }
}

#[tokio::test]
async fn unknown_api_paths_are_a_404() {
    let world = World::new().await;
    for path in ["/api/", "/api", "/api/nothing", "/api/sessions/%FF/", "/api/token/nothing/"] {
        call(&world, "GET", path).await.is(404, json!({ "detail": "Not found." }));
    }
}

#[tokio::test]
async fn the_health_endpoint_answers_ok() {
    let world = World::new().await;
    call(&world, "GET", "/healthz").await.is(200, json!({ "status": "ok" }));
}

#[tokio::test]
async fn every_response_has_the_security_headers() {
    let world = World::new().await;
    for path in ["/", "/api/me/", "/api/docs/", "/healthz", "/nowhere", "/favicon.svg", "/rpc/account/me"] {
        let answer = call(&world, "GET", path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{name} of {path}");
        }
        assert!(answer.header("content-security-policy").is_some_and(|policy| policy.contains("default-src 'none'")));
        assert!(answer.header("access-control-allow-origin").is_none());
        assert!(answer.header("server").is_none(), "no banner");
        assert!(answer.header("set-cookie").is_none(), "no cookie without a choice");
    }
}

#[tokio::test]
async fn every_page_has_a_permissions_policy_that_denies_unused_features() {
    let world = World::new().await;
    for path in ["/", "/api/docs/", "/nowhere"] {
        let answer = call(&world, "GET", path).await;
        assert_eq!(answer.header("origin-agent-cluster"), Some("?1"), "{path}");
        let policy = answer.header("permissions-policy").expect("a policy").to_owned();
        let denied: Vec<_> = policy.split(", ").map(|rule| rule.strip_suffix("=()").expect(rule)).collect();
        for feature in ["camera", "clipboard-read", "display-capture", "geolocation", "microphone", "payment", "usb"] {
            assert!(denied.contains(&feature), "{feature} in {policy}");
        }
        assert!(denied.is_sorted(), "{policy}");
    }
}

#[tokio::test]
async fn a_preference_link_sets_one_cookie_and_redirects() {
    let world = World::new().await;
    let answer = call(&world, "GET", "/sign-in?theme=dark&next=%2Faccount").await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/sign-in?next=%2Faccount")));
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["theme=dark; HttpOnly; SameSite=Lax; Path=/; Max-Age=34560000"]);
}
