use std::collections::BTreeSet;

use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::actors::{Actor, Answer, PASSWORD, World, claims, foreign, settings};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";

/// A method, a path as the document has it, and a status.
type Promise = (String, String, u16);

async fn document(world: &World) -> Value {
    let answer = Answer::of(world.request("GET", "/api/schema/").send().await.expect("an answer")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    answer.body
}

fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("a path's operations");
        item.iter().map(|(method, operation)| (method.to_uppercase(), path.clone(), operation))
    });
    operations.collect()
}

fn promises(document: &Value) -> BTreeSet<Promise> {
    let promises = operations(document).into_iter().flat_map(|(method, path, operation)| {
        let statuses = operation["responses"].as_object().expect("answers").keys();
        statuses.map(move |status| (method.clone(), path.clone(), status.parse().expect("a status")))
    });
    promises.collect()
}

/// A request that is answered with success: by somebody who is signed in, with a body that is right.
fn good(actor: &Actor, method: &str, path: &str) -> RequestBuilder {
    let body = match path {
        "/api/token/" | "/api/token/sliding/" => json!({ "username": "ada", "password": PASSWORD }),
        "/api/token/refresh/" | "/api/token/blacklist/" => json!({ "refresh": actor.refresh }),
        "/api/token/verify/" => json!({ "token": actor.access }),
        "/api/token/sliding/refresh/" => json!({ "token": sliding(actor.world) }),
        "/api/register/" => json!({ "username": "eve", "password": PASSWORD }),
        _ => json!(null),
    };
    let sid = claims(&actor.access)["sid"].as_str().expect("a session").to_owned();
    let request = actor.world.request(method, &path.replace("{id}", &sid)).bearer_auth(&actor.access);
    if body.is_null() { request } else { request.json(&body) }
}

/// A sliding token of the first user.
fn sliding(world: &World) -> String {
    let (iat, exp) = (world.now(), world.now() + 60);
    foreign(&json!({
        "token_type": "sliding", "user_id": "1", "jti": "of Django", "iat": iat, "exp": exp, "refresh_exp": exp
    }))
}

/// A request that has something wrong with it, or something special.
fn odd_requests(actor: &Actor, method: &str, path: &str) -> Vec<RequestBuilder> {
    let world = actor.world;
    let path = &path.replace("{id}", "unknown");
    let ask = |method: &str, path: &str| world.request(method, path).bearer_auth(&actor.access);
    let send = |kind: &str, body: String| ask(method, path).header("content-type", kind).body(body);
    vec![
        world.request(method, path),
        ask(method, path),
        ask("TRACE", path),
        ask(method, path).header("accept", "application/xml"),
        ask(method, path).header("accept", BROWSER),
        ask(method, path).header("if-none-match", "*"),
        ask(method, &format!("{path}?format=xml")),
        send("text/plain", "text".to_owned()),
        send("application/json", "x".repeat(64 * 1024 + 1)),
        send("application/json", json!({ "username": "x", "password": "x", "refresh": "x", "token": "x" }).to_string()),
    ]
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn every_documented_answer_is_given_and_no_other() {
    let (world, closed, broken) = (World::new().await, closed().await, World::new().await);
    let ada = world.signed_in("ada").await;
    let of_broken = broken.signed_in("ada").await;
    let of_closed = closed.signed_in("ada").await;
    for statement in ["ALTER TABLE users RENAME TO a", "ALTER TABLE sessions RENAME TO b"] {
        broken.sql(statement).await;
    }
    let document = document(&world).await;
    let mut given = BTreeSet::new();
    for (method, path, _) in operations(&document) {
        // What it does is done by somebody whose session may end by that.
        let bob = world.sign_in("ada").await;
        let mut requests = odd_requests(&ada, &method, &path);
        requests.extend([&bob, &of_broken, &of_closed].map(|actor| good(actor, &method, &path)));
        for request in requests {
            given.insert((method.clone(), path.clone(), status(request).await));
        }
    }
    let documented = promises(&document);
    assert_eq!(given.difference(&documented).collect::<Vec<_>>(), Vec::<&Promise>::new(), "given, not documented");
    assert_eq!(documented.difference(&given).collect::<Vec<_>>(), Vec::<&Promise>::new(), "documented, not given");
}

async fn closed() -> World {
    let mut settings = settings();
    settings.registration = app::auth::settings::RegistrationMode::Closed;
    World::with(settings).await
}

#[tokio::test]
async fn the_document_names_these_operations() {
    let world = World::new().await;
    let document = document(&world).await;
    let list: Vec<String> = operations(&document)
        .iter()
        .map(|(method, path, operation)| {
            let id = operation["operationId"].as_str().expect("an id");
            let lock = if operation["security"].is_array() { " with an access token" } else { "" };
            format!("{method} {path} {}/{id}{lock}", operation["tags"][0].as_str().expect("a tag"))
        })
        .collect();
    assert_eq!(
        list,
        [
            "GET /.well-known/jwks.json service/jwks",
            "GET /api/me/ account/me with an access token",
            "POST /api/register/ account/register",
            "GET /api/schema/ service/schema",
            "DELETE /api/sessions/ sessions/endOtherSessions with an access token",
            "GET /api/sessions/ sessions/listSessions with an access token",
            "DELETE /api/sessions/{id}/ sessions/endSession with an access token",
            "POST /api/token/ tokens/obtainPair",
            "POST /api/token/blacklist/ tokens/blacklist",
            "POST /api/token/refresh/ tokens/refresh",
            "POST /api/token/sliding/ tokens/obtainSliding",
            "POST /api/token/sliding/refresh/ tokens/refreshSliding",
            "POST /api/token/verify/ tokens/verify",
            "GET /healthz service/health",
        ]
    );
}

#[tokio::test]
async fn every_operation_is_described_and_has_a_name_of_its_own() {
    let world = World::new().await;
    let document = document(&world).await;
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["info"]["license"]["identifier"], "MIT OR Apache-2.0");
    let tags: Vec<_> = document["tags"].as_array().expect("tags").iter().map(|tag| &tag["name"]).collect();
    let mut seen = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let name = operation["operationId"].as_str().expect("a name");
        assert!(seen.insert(name), "{name} twice");
        // Swagger UI reads `_` in an address as a space.
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric()), "{name}");
        assert!(tags.contains(&&operation["tags"][0]), "{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|summary| summary.len() > 10), "{method} {path}");
        if let Some(body) = operation["requestBody"]["content"].as_object() {
            assert_eq!(body.len(), 3, "JSON, form and multipart at {path}");
        }
    }
    let text = document.to_string();
    let pointers =
        text.match_indices("#/components/").map(|(at, _)| text[at + 1..].split('"').next().unwrap_or_default());
    for pointer in pointers {
        assert!(document.pointer(pointer).is_some(), "{pointer} is nowhere");
    }
}

#[tokio::test]
async fn a_browser_is_shown_to_the_operation_and_a_program_is_answered() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    for (path, place) in [
        ("/api/token/", "tokens/obtainPair"),
        ("/api/me", "account/me"),
        ("/api/sessions/", "sessions/listSessions"),
        ("/api/sessions/any/", "sessions/endSession"),
    ] {
        for method in ["GET", "HEAD"] {
            let answer =
                Answer::of(world.request(method, path).header("accept", BROWSER).send().await.expect("an answer"));
            let answer = answer.await;
            assert_eq!((answer.status, answer.header("vary")), (303, Some("accept")), "{method} {path}");
            assert_eq!(answer.header("location"), Some(format!("/api/docs/#/{place}").as_str()));
        }
    }
    for accept in ["*/*", "application/json", "text/html, application/json"] {
        let request = world.request("GET", "/api/me/").header("accept", accept).bearer_auth(&ada.access);
        let answer = Answer::of(request.send().await.expect("an answer")).await;
        assert_eq!((answer.status, answer.header("vary")), (200, Some("accept")), "{accept}");
    }
    let asked = world.request("GET", "/api/me/?format=json").header("accept", BROWSER).bearer_auth(&ada.access);
    assert_eq!(status(asked).await, 200, "JSON was asked for by name");
    let posted = world.request("POST", "/api/token/").header("accept", BROWSER).json(&json!({}));
    assert_eq!(status(posted).await, 400, "only reading is shown");
    for path in ["/api/schema/", "/api/schema", "/healthz"] {
        assert_eq!(status(world.request("GET", path).header("accept", BROWSER)).await, 200, "{path} is no view");
    }
    assert_eq!(status(world.request("GET", "/api/nothing").header("accept", BROWSER)).await, 404);
}

#[tokio::test]
async fn the_page_loads_all_that_it_names_from_here_under_its_own_policy() {
    let world = World::new().await;
    for path in ["/api/docs", "/api/docs/"] {
        let page = Answer::of(world.request("GET", path).send().await.expect("an answer")).await;
        assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
        let policy = page.header("content-security-policy").expect("a policy");
        assert!(policy.contains("script-src 'self'; style-src 'self'; connect-src 'self'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let html = page.body.as_str().expect("a page");
        let named = html.split("=\"/").skip(1).filter_map(|rest| rest.split('"').next());
        let files: Vec<_> = named.filter(|path| path.contains('.')).collect();
        assert_eq!(files.len(), 5, "{files:?}");
        for file in files.iter().filter(|file| file.starts_with("api/docs")) {
            let request = world.request("GET", &format!("/{file}")).header("accept-encoding", "gzip");
            let file = request.send().await.expect("an answer");
            assert_eq!(
                (file.status().as_u16(), &file.headers()["content-encoding"]),
                (200, &"gzip".parse().expect("a word"))
            );
        }
    }
    let missing = Answer::of(world.request("GET", "/api/docs/nothing.js").send().await.expect("an answer")).await;
    missing.is(404, json!({ "detail": "Not found." }));
}

#[tokio::test]
async fn the_document_tells_how_this_server_takes_tokens() {
    let scheme = async |settings| document(&World::with(settings).await).await["components"]["securitySchemes"].clone();
    let usual = scheme(settings()).await;
    assert_eq!(usual["access_token"]["scheme"], "bearer");
    let mut words = settings();
    words.auth_header_types = vec!["JWT".to_owned()];
    assert_eq!(scheme(words).await["access_token"]["name"], "authorization");
    let mut header = settings();
    header.auth_header_name = http::HeaderName::from_static("x-access-token");
    let header = scheme(header).await;
    assert_eq!(
        (&header["access_token"]["in"], &header["access_token"]["name"]),
        (&json!("header"), &json!("x-access-token"))
    );
}
