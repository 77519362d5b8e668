//! Tokens that nobody honest makes, at every door that takes one: each is refused in the words of that
//! door, no door fails, and afterwards a good token is as good as before.

use std::collections::BTreeSet;

use reqwest::{RequestBuilder, header::HeaderValue};
use serde_json::{Value, json};

use crate::{
    actors::{Answer, World, claims, foreign},
    hostile_forgeries::{odd_tokens, signed},
    rpc_doors, schema,
};

/// What fits into the head of a request beside all else, and into a body, bytes.
const HEAD: usize = 15 * 1024;
const BODY: usize = 60 * 1024;

/// Where a token is put.
enum Door {
    /// In `Authorization`.
    Header { method: String, path: String, body: Value },
    /// In a field of a JSON body.
    Field { path: &'static str, name: &'static str },
    /// In a form, from a client that says who it is.
    Client { path: &'static str },
}

impl Door {
    fn path(&self) -> &str {
        match self {
            Self::Header { path, .. } => path,
            Self::Field { path, .. } | Self::Client { path } => path,
        }
    }

    /// `None` for what HTTP itself cannot carry there.
    fn request(&self, world: &World, token: &str) -> Option<RequestBuilder> {
        Some(match self {
            Self::Header { method, path, body } => {
                let value = HeaderValue::from_bytes(format!("Bearer {token}").as_bytes()).ok()?;
                world.request(method, path).header("authorization", value).json(body)
            }
            Self::Field { path, name } => world.request("POST", path).json(&json!({ *name: token })),
            Self::Client { path } => {
                world.request("POST", path).basic_auth("gateway", Some(schema::SECRET)).form(&[("token", token)])
            }
        })
    }

    /// What a token that is none may be answered with.
    fn refusals(&self, token: &str) -> &'static [u16] {
        match self {
            Self::Header { .. } if token.len() > HEAD => &[401, 431],
            Self::Field { .. } | Self::Client { .. } if token.len() > BODY => &[413],
            // What is empty, or holds a null character, is no text of a field yet.
            Self::Field { path, .. } if path.starts_with("/api/") && !is_text(token) => &[400],
            Self::Header { .. } | Self::Field { .. } => &[401],
            // RFC 7662 §2.2: not active. RFC 7009 §2.2: there is nothing to revoke.
            Self::Client { .. } => &[200, 400],
        }
    }
}

fn is_text(token: &str) -> bool {
    !token.trim().is_empty() && !token.contains('\0')
}

/// Every door there is: the document knows those of the API, the framework those of the pages.
async fn doors(world: &World) -> Vec<Door> {
    let document = schema::document(world).await;
    let of_api = schema::operations(&document).into_iter().filter_map(|(method, path, operation)| {
        let mut schemes = operation["security"].as_array()?.iter().filter_map(Value::as_object);
        let path = path.replace("{id}", "1").replace("{session}", "x").replace("{jti}", "x");
        schemes.any(|scheme| !scheme.contains_key("client") && !scheme.is_empty()).then_some(())?;
        Some(Door::Header { method, path, body: json!({}) })
    });
    let of_pages = rpc_doors::protected().into_iter().map(|(function, body)| Door::Header {
        method: "POST".to_owned(),
        path: format!("/rpc/{function}"),
        body,
    });
    let fields = [
        ("/api/token/refresh/", "refresh"),
        ("/api/token/verify/", "token"),
        ("/api/token/blacklist/", "refresh"),
        ("/api/token/sliding/refresh/", "token"),
        ("/rpc/session/refresh", "refresh"),
        ("/rpc/session/blacklist", "refresh"),
    ];
    let fields = fields.into_iter().map(|(path, name)| Door::Field { path, name });
    let clients = ["/oauth/introspect", "/oauth/revoke"].into_iter().map(|path| Door::Client { path });
    of_api.chain(of_pages).chain(fields).chain(clients).collect()
}

/// The claims of a good access token.
fn good_claims(world: &World) -> Value {
    json!({ "token_type": "access", "exp": world.now() + 60, "iat": world.now(), "jti": "x", "user_id": "1" })
}

#[tokio::test]
async fn no_odd_token_opens_any_door_or_breaks_one() {
    let world = World::with(schema::full()).await;
    let mut ada = world.signed_in("ada").await;
    let good = good_claims(&world).to_string();
    let tokens = odd_tokens(&good);
    let doors = doors(&world).await;
    assert!(doors.len() > 40, "{} doors", doors.len());
    for door in &doors {
        for token in &tokens {
            let case = || format!("{} {}", door.path(), token.chars().take(300).collect::<String>());
            let Some(request) = door.request(&world, token) else { continue };
            let answer = match request.send().await {
                Ok(answer) => Answer::of(answer).await,
                // Who is still sending when there is an answer may not get to read it.
                Err(_) if token.len() > HEAD => continue,
                Err(error) => panic!("{error}: {}", case()),
            };
            assert!(door.refusals(token).contains(&answer.status), "{answer:?} {}", case());
            if answer.status == 200 {
                assert!([json!({ "active": false }), json!("")].contains(&answer.body), "{answer:?} {}", case());
            }
        }
    }
    assert_eq!(ada.me().await.status, 200);
    ada.refresh().await;
    assert_eq!(ada.me().await.status, 200);
}

#[tokio::test]
async fn the_names_that_are_odd_open_no_door_because_the_signature_does_not() {
    let world = World::new().await;
    world.user("ada").await;
    let good = good_claims(&world);
    // Of another issuer with the same key, whatever it calls that: the signature is what counts.
    assert_eq!(world.get("/api/me/", &foreign(&good)).await.status, 200);
    let named = signed(json!({ "alg": "HS256", "kid": "/dev/null" }).to_string(), good.to_string());
    assert_eq!(world.get("/api/me/", &named).await.status, 200);
    let empty_key = jsonwebtoken::EncodingKey::from_secret(b"");
    let header = jsonwebtoken::Header { kid: Some("/dev/null".to_owned()), ..jsonwebtoken::Header::default() };
    let token = jsonwebtoken::encode(&header, &good, &empty_key).expect("a token");
    world.get("/api/me/", &token).await.is_bad_access("Token is invalid");
}

#[tokio::test]
async fn two_authorization_headers_are_refused_at_every_door() {
    let world = World::with(schema::full()).await;
    let ada = world.signed_in("ada").await;
    let header = |token: &str| format!("Bearer {token}");
    let (good, bad) = (header(&ada.access), header("x"));
    let mut codes = BTreeSet::new();
    for door in doors(&world).await {
        let Door::Header { method, path, body } = &door else { continue };
        for two in [[&good, &good], [&good, &bad], [&bad, &good]] {
            let request = two
                .iter()
                .fold(world.request(method, path), |request, header| request.header("authorization", header.as_str()));
            let answer = Answer::of(request.json(body).send().await.expect("an answer")).await;
            assert_eq!(answer.status, 401, "{method} {path}");
            codes.insert(answer.text("code"));
        }
    }
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["bad_authorization_header", "token_not_valid"]);
    assert_eq!(ada.me().await.status, 200);
}

#[tokio::test]
async fn a_token_counts_in_its_own_place_alone() {
    let world = World::with(schema::full()).await;
    let ada = world.signed_in("ada").await;
    let (refresh, access) = (&ada.refresh, &ada.access);
    for path in ["refresh", "blacklist", "verify", "sliding/refresh"] {
        let in_address = format!("/api/token/{path}/?refresh={refresh}&token={access}");
        let request =
            world.request("POST", &in_address).bearer_auth(refresh).header("cookie", format!("refresh={refresh}"));
        let answer = Answer::of(request.send().await.expect("an answer")).await;
        assert_eq!(answer.status, 400, "{path}: {answer:?}");
        for method in ["GET", "PUT", "DELETE"] {
            let answer = Answer::of(world.request(method, &in_address).send().await.expect("an answer")).await;
            assert_eq!(answer.status, 405, "{method} {path}");
        }
    }
    for door in doors(&world).await {
        if let Door::Header { method, path, body } = &door {
            let request = world.request(method, path).bearer_auth(refresh).json(body);
            assert_eq!(request.send().await.expect("an answer").status(), 401, "a refresh token at {method} {path}");
        }
    }
    assert_eq!(ada.try_refresh().await.status, 200);
    assert_eq!(claims(&ada.refresh)["gen"], 0);
}
