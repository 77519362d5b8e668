//! Malformed and forged tokens at every endpoint that takes one: each is rejected in the endpoint's format, without a
//! server error, and a valid token stays valid.

use std::collections::BTreeSet;

use reqwest::{RequestBuilder, header::HeaderValue};
use serde_json::{Value, json};

use crate::{
    actors::{Answer, World, claims, foreign},
    hostile_forgeries::{odd_tokens, signed},
    rpc_authentication, schema,
};

/// The size of a token that fits into a request head or a body, bytes.
const HEAD: usize = 15 * 1024;
const BODY: usize = 60 * 1024;

/// Where an endpoint takes its token.
enum Endpoint {
    /// In `Authorization`.
    Header { method: String, path: String, body: Value },
    /// In a field of a JSON body.
    Field { path: &'static str, name: &'static str },
    /// In a form, from an authenticated client.
    Client { path: &'static str },
}

impl Endpoint {
    fn path(&self) -> &str {
        match self {
            Self::Header { path, .. } => path,
            Self::Field { path, .. } | Self::Client { path } => path,
        }
    }

    /// `None` for tokens that HTTP cannot carry there.
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

    /// The possible responses to an invalid token.
    fn rejections(&self, token: &str) -> &'static [u16] {
        match self {
            Self::Header { .. } if token.len() > HEAD => &[401, 431],
            Self::Field { .. } | Self::Client { .. } if token.len() > BODY => &[413],
            // Empty text and null characters are field errors.
            Self::Field { path, .. } if path.starts_with("/api/") && !is_text(token) => &[400],
            Self::Header { .. } | Self::Field { .. } => &[401],
            // RFC 7662 §2.2: not active. RFC 7009 §2.2: nothing to revoke.
            Self::Client { .. } => &[200, 400],
        }
    }
}

fn is_text(token: &str) -> bool {
    !token.trim().is_empty() && !token.contains('\0')
}

/// Every endpoint: those of the OpenAPI document, and the framework's server functions.
async fn endpoints(world: &World) -> Vec<Endpoint> {
    let document = schema::document(world).await;
    let of_api = schema::operations(&document).into_iter().filter_map(|(method, path, operation)| {
        let mut schemes = operation["security"].as_array()?.iter().filter_map(Value::as_object);
        let path = path.replace("{id}", "1").replace("{session}", "x").replace("{jti}", "x");
        schemes.any(|scheme| !scheme.contains_key("client") && !scheme.is_empty()).then_some(())?;
        Some(Endpoint::Header { method, path, body: json!({}) })
    });
    let of_pages = rpc_authentication::protected().into_iter().map(|(function, body)| Endpoint::Header {
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
    let fields = fields.into_iter().map(|(path, name)| Endpoint::Field { path, name });
    let clients = ["/oauth/introspect", "/oauth/revoke"].into_iter().map(|path| Endpoint::Client { path });
    of_api.chain(of_pages).chain(fields).chain(clients).collect()
}

/// The claims of a valid access token.
fn good_claims(world: &World) -> Value {
    json!({ "token_type": "access", "exp": world.now() + 60, "iat": world.now(), "jti": "x", "user_id": "1" })
}

#[tokio::test]
async fn every_endpoint_rejects_malformed_tokens_without_a_server_error() {
    let world = World::with(schema::full()).await;
    let mut ada = world.signed_in("ada").await;
    let good = good_claims(&world).to_string();
    let tokens = odd_tokens(&good);
    let endpoints = endpoints(&world).await;
    assert!(endpoints.len() > 40, "{} endpoints", endpoints.len());
    for endpoint in &endpoints {
        for token in &tokens {
            let case = || format!("{} {}", endpoint.path(), token.chars().take(300).collect::<String>());
            let Some(request) = endpoint.request(&world, token) else { continue };
            let answer = match request.send().await {
                Ok(answer) => Answer::of(answer).await,
                // A client that is still sending may not be able to read the response.
                Err(_) if token.len() > HEAD => continue,
                Err(error) => panic!("{error}: {}", case()),
            };
            assert!(endpoint.rejections(token).contains(&answer.status), "{answer:?} {}", case());
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
async fn an_odd_kid_with_a_wrong_signature_is_rejected_everywhere() {
    let world = World::new().await;
    world.user("ada").await;
    let good = good_claims(&world);
    // Foreign tokens with the same key are valid whatever their `kid`: the signature decides.
    assert_eq!(world.get("/api/me/", &foreign(&good)).await.status, 200);
    let named = signed(json!({ "alg": "HS256", "kid": "/dev/null" }).to_string(), good.to_string());
    assert_eq!(world.get("/api/me/", &named).await.status, 200);
    let empty_key = jsonwebtoken::EncodingKey::from_secret(b"");
    let header = jsonwebtoken::Header { kid: Some("/dev/null".to_owned()), ..jsonwebtoken::Header::default() };
    let token = jsonwebtoken::encode(&header, &good, &empty_key).expect("a token");
    world.get("/api/me/", &token).await.is_bad_access("Token is invalid");
}

#[tokio::test]
async fn every_endpoint_rejects_two_authorization_headers() {
    let world = World::with(schema::full()).await;
    let ada = world.signed_in("ada").await;
    let header = |token: &str| format!("Bearer {token}");
    let (good, bad) = (header(&ada.access), header("x"));
    let mut codes = BTreeSet::new();
    for endpoint in endpoints(&world).await {
        let Endpoint::Header { method, path, body } = &endpoint else { continue };
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
async fn a_token_is_accepted_only_where_its_endpoint_expects_it() {
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
    for endpoint in endpoints(&world).await {
        if let Endpoint::Header { method, path, body } = &endpoint {
            let request = world.request(method, path).bearer_auth(refresh).json(body);
            assert_eq!(request.send().await.expect("an answer").status(), 401, "a refresh token at {method} {path}");
        }
    }
    assert_eq!(ada.try_refresh().await.status, 200);
    assert_eq!(claims(&ada.refresh)["gen"], 0);
}
