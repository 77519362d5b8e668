use std::{collections::BTreeSet, time::Duration};

use hallpass_core::{
    clients::{Client, Clients},
    limits::{Limits, Rate},
    settings::Settings,
    user::Role,
};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::actors::{Actor, Answer, PASSWORD, World, claims, foreign, settings};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";

pub(crate) const SECRET: &str = "5b0fd3a1c4e7429f8d6a1b2c3d4e5f60";
const ISSUER: &str = "https://pass.example";

/// A method, a path of the document, and a status.
type Promise = (String, String, u16);

pub(crate) async fn document(world: &World) -> Value {
    let answer = Answer::of(world.request("GET", "/api/schema/").send().await.expect("an answer")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    answer.body
}

pub(crate) fn operations(document: &Value) -> Vec<(String, String, &Value)> {
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

/// The callers: an administrator, and a user whose account the administrator works on.
struct Cast<'w> {
    root: Actor<'w>,
    eve: Actor<'w>,
}

impl<'w> Cast<'w> {
    async fn of(world: &'w World) -> Self {
        let root = world.administrator("ada", Role::Superuser).await;
        Self { root, eve: world.signed_in("eve").await }
    }

    /// New sessions of the same users: requests may end their sessions.
    async fn anew(world: &'w World) -> Self {
        Self { root: world.sign_in("ada").await, eve: world.sign_in("eve").await }
    }
}

/// A valid request, by a caller with permission.
fn good(Cast { root, eve }: &Cast, method: &str, path: &str) -> RequestBuilder {
    let (sid, jti) = (text(&eve.access, "sid"), text(&eve.refresh, "jti"));
    let is_own = path.starts_with("/api/sessions/");
    let id = if is_own { text(&root.access, "sid") } else { "2".to_owned() };
    let filled = path.replace("{id}", &id).replace("{session}", &sid).replace("{jti}", &jti);
    let request = root.world.request(method, &filled);
    if path.starts_with("/oauth/") {
        return request.basic_auth("gateway", Some(SECRET)).form(&[("token", eve.access.as_str())]);
    }
    let body = match (method, path) {
        (_, "/api/token/" | "/api/token/sliding/") => json!({ "username": "ada", "password": PASSWORD }),
        (_, "/api/token/refresh/" | "/api/token/blacklist/") => json!({ "refresh": root.refresh }),
        (_, "/api/token/verify/") => json!({ "token": root.access }),
        (_, "/api/token/sliding/refresh/") => json!({ "token": sliding(root.world) }),
        (_, "/api/register/") => json!({ "username": "bob", "password": PASSWORD }),
        ("POST", "/api/admin/users/") => json!({ "username": "joy", "password": PASSWORD }),
        ("PATCH", "/api/admin/users/{id}/") => json!({ "email": "eve@example.org" }),
        ("POST", "/api/admin/users/{id}/password/") => json!({ "password": PASSWORD }),
        _ => json!(null),
    };
    let request = request.bearer_auth(&root.access);
    if body.is_null() { request } else { request.json(&body) }
}

fn text(token: &str, claim: &str) -> String {
    claims(token)[claim].as_str().expect("text").to_owned()
}

/// A sliding token of the first user.
fn sliding(world: &World) -> String {
    let (iat, exp) = (world.now(), world.now() + 60);
    foreign(&json!({
        "token_type": "sliding", "user_id": "1", "jti": "of Django", "iss": ISSUER, "iat": iat, "exp": exp, "refresh_exp": exp
    }))
}

/// A request with an error, or a special case.
fn odd_requests(Cast { root, eve }: &Cast, method: &str, path: &str) -> Vec<RequestBuilder> {
    let world = root.world;
    let of_eve = &path.replace("{id}", "2").replace("{session}", "unknown");
    let path = &path.replace("{id}", "unknown").replace("{session}", "unknown").replace("{jti}", "unknown");
    let ask = |method: &str, path: &str| world.request(method, path).bearer_auth(&root.access);
    let send = |kind: &str, body: String| ask(method, path).header("content-type", kind).body(body);
    let filter = "page=99&user=x&session=x&kind=x&is_staff=x&ordering=x&blacklisted=x";
    let client = |secret: &str, body: String| {
        let request = world.request(method, path).basic_auth("gateway", Some(secret));
        request.header("content-type", "application/x-www-form-urlencoded").body(body)
    };
    vec![
        world.request(method, path),
        ask(method, path),
        world.request(method, path).bearer_auth(&eve.access),
        ask("TRACE", path),
        ask(method, path).header("accept", "application/xml"),
        ask(method, path).header("accept", BROWSER),
        ask(method, path).header("if-none-match", "*"),
        ask(method, &format!("{path}?format=xml")),
        ask(method, &format!("{path}?page=99")),
        ask(method, &format!("{path}?{filter}")),
        send("text/plain", "text".to_owned()),
        send("application/json", "x".repeat(64 * 1024 + 1)),
        send("application/json", json!({ "username": "x", "password": "x", "refresh": "x", "token": "x" }).to_string()),
        ask(method, of_eve).json(&json!({ "username": "", "password": "" })),
        client(SECRET, "no=token".to_owned()),
        client(SECRET, "x".repeat(64 * 1024 + 1)),
        client("another", "token=x".to_owned()),
    ]
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn every_operation_gives_exactly_its_documented_responses() {
    let (world, closed, broken) = (World::with(full()).await, closed().await, World::with(full()).await);
    Cast::of(&world).await;
    let (in_closed, in_broken) = (Cast::of(&closed).await, Cast::of(&broken).await);
    let strict = World::with(strict()).await;
    Cast::of(&strict).await;
    for statement in ["ALTER TABLE users RENAME TO a", "ALTER TABLE sessions RENAME TO b"] {
        broken.sql(statement).await;
    }
    let document = document(&world).await;
    let mut given = BTreeSet::new();
    for (method, path, _) in operations(&document) {
        // The operation may end the session of its caller or of its target.
        let now = Cast::anew(&world).await;
        let mut requests = odd_requests(&now, &method, &path);
        requests.extend([&now, &in_broken, &in_closed].map(|cast| good(cast, &method, &path)));
        strict.pass(Duration::from_hours(1));
        let limited = Cast::anew(&strict).await;
        requests.extend((0..4).map(|_| good(&limited, &method, &path)));
        for request in requests {
            given.insert((method.clone(), path.clone(), status(request).await));
        }
    }
    let documented = promises(&document);
    assert_eq!(given.difference(&documented).collect::<Vec<_>>(), Vec::<&Promise>::new(), "given, not documented");
    assert_eq!(documented.difference(&given).collect::<Vec<_>>(), Vec::<&Promise>::new(), "documented, not given");
}

/// With a client, and an issuer that is a URL.
pub(crate) fn full() -> Settings {
    let clients = Clients::from_iter([Client::with_secret("gateway", SECRET).expect("a client")]);
    Settings { clients, issuer: Some(ISSUER.to_owned()), ..settings() }
}

/// A server with small limits.
fn strict() -> Settings {
    let few = Some(Rate::per_minute(2));
    let limits =
        Limits { sign_in_per_account: few, register_per_address: few, refresh_per_session: few, ..Limits::OFF };
    Settings { limits, ..full() }
}

async fn closed() -> World {
    let mut settings = settings();
    settings.registration = hallpass_core::settings::RegistrationMode::Closed;
    World::with(settings).await
}

#[tokio::test]
async fn the_openapi_document_lists_these_operations() {
    let world = World::new().await;
    let document = document(&world).await;
    let list: Vec<String> = operations(&document)
        .iter()
        .map(|(method, path, operation)| {
            let id = operation["operationId"].as_str().expect("an id");
            let schemes = operation["security"].as_array().into_iter().flatten();
            let schemes: Vec<_> = schemes.filter_map(Value::as_object).flat_map(|scheme| scheme.keys()).collect();
            let lock = match schemes.as_slice() {
                [] => "",
                [scheme] if *scheme == "client" => " as a client",
                _ => " with an access token",
            };
            format!("{method} {path} {}/{id}{lock}", operation["tags"][0].as_str().expect("a tag"))
        })
        .collect();
    assert_eq!(
        list,
        [
            "GET /.well-known/jwks.json service/jwks",
            "GET /.well-known/oauth-authorization-server service/serverMetadata",
            "GET /api/admin/events/ administration/listEvents with an access token",
            "GET /api/admin/tokens/ administration/listTokens with an access token",
            "POST /api/admin/tokens/{jti}/blacklist/ administration/blacklistToken with an access token",
            "GET /api/admin/users/ administration/listUsers with an access token",
            "POST /api/admin/users/ administration/createUser with an access token",
            "GET /api/admin/users/{id}/ administration/showUser with an access token",
            "PATCH /api/admin/users/{id}/ administration/changeUser with an access token",
            "POST /api/admin/users/{id}/password/ administration/setPassword with an access token",
            "DELETE /api/admin/users/{id}/sessions/ administration/resetSessions with an access token",
            "GET /api/admin/users/{id}/sessions/ administration/listUserSessions with an access token",
            "DELETE /api/admin/users/{id}/sessions/{session}/ administration/endUserSession with an access token",
            "GET /api/events/ account/listOwnEvents with an access token",
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
            "POST /oauth/introspect clients/introspectToken as a client",
            "POST /oauth/revoke clients/revokeToken as a client",
            "GET /readyz service/readiness",
        ]
    );
}

#[tokio::test]
async fn every_operation_has_a_description_and_a_unique_id() {
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
        // Swagger UI reads `_` in a URL as a space.
        assert!(name.bytes().all(|b| b.is_ascii_alphanumeric()), "{name}");
        assert!(tags.contains(&&operation["tags"][0]), "{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|summary| summary.len() > 10), "{method} {path}");
        if let Some(body) = operation["requestBody"]["content"].as_object() {
            let formats = if path.starts_with("/oauth/") { 1 } else { 3 };
            assert_eq!(body.len(), formats, "JSON, form and multipart at {path}, and a form for clients");
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
async fn a_browser_is_redirected_to_the_documentation_and_a_program_is_answered() {
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
    for path in ["/api/schema/", "/api/schema", "/healthz", "/readyz"] {
        assert_eq!(status(world.request("GET", path).header("accept", BROWSER)).await, 200, "{path} is no view");
    }
    assert_eq!(status(world.request("GET", "/api/nothing").header("accept", BROWSER)).await, 404);
}

#[tokio::test]
async fn the_documentation_page_loads_every_file_from_this_server_under_its_own_policy() {
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
async fn the_openapi_document_describes_the_configured_authentication() {
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
