use crate::actors::{Answer, World};

async fn page(world: &World, path: &str) -> Answer {
    Answer::of(world.request("GET", path).send().await.expect("an answer")).await
}

#[tokio::test]
async fn every_page_is_rendered_without_a_session() {
    let world = World::new().await;
    let pages = [
        ("/", "stays signed in"),
        ("/sign-in", "Sign in"),
        ("/register", "Create account"),
        ("/account", "Your account"),
    ];
    for (path, words) in pages {
        let answer = page(&world, path).await;
        let html = answer.body.as_str().expect("HTML");
        assert_eq!(answer.status, 200, "{path}");
        assert!(html.starts_with("<!DOCTYPE html>") && html.contains(words), "{path}");
        assert!(html.contains(r#"data-session="unknown""#) && html.contains(r#"lang="en""#));
    }
}

#[tokio::test]
async fn an_unknown_page_has_status_404() {
    let world = World::new().await;
    let answer = page(&world, "/no/such/page").await;
    assert_eq!(answer.status, 404);
    assert!(answer.body.as_str().is_some_and(|html| html.contains("Page not found")));
}

#[tokio::test]
async fn the_style_guide_exists_only_in_development_builds() {
    let world = World::new().await;
    let answer = page(&world, "/styleguide").await;
    assert_eq!(answer.status, if cfg!(debug_assertions) { 200 } else { 404 });
}

#[tokio::test]
async fn a_page_has_a_content_security_policy_with_a_fresh_nonce() {
    let world = World::new().await;
    let policy = async || page(&world, "/").await.header("content-security-policy").expect("a policy").to_owned();
    let (first, second) = (policy().await, policy().await);
    assert_ne!(first, second);
    for part in [
        "default-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "require-trusted-types-for 'script'; trusted-types default",
        "'wasm-unsafe-eval'",
        // A page of a development build also connects to the reload WebSocket.
        if cfg!(debug_assertions) { "connect-src 'self' ws:;" } else { "connect-src 'self';" },
    ] {
        assert!(first.contains(part), "{part} in {first}");
    }
    assert!(!first.contains("unsafe-inline") && !first.contains("strict-dynamic") && !first.contains("'unsafe-eval'"));
}

#[tokio::test]
async fn forms_show_the_servers_password_rules() {
    let mut settings = crate::actors::settings();
    settings.password_policy.min_length = 20;
    let world = World::with(settings).await;
    let answer = page(&world, "/register").await;
    assert!(answer.body.as_str().is_some_and(|html| html.contains("at least 20 characters")));
}

#[tokio::test]
async fn a_post_to_a_page_is_rejected() {
    let world = World::new().await;
    let answer =
        Answer::of(world.request("POST", "/sign-in").body("username=a").send().await.expect("an answer")).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")));
}
