//! The host of a request: which hosts are invalid, and the absolute URLs built from it.

use hallpass_core::{settings::Settings, user::Role};
use serde_json::Value;
use server::{
    forwarded::{ForwardedHeader, Proxies},
    http_options::{Hsts, HttpOptions},
};

use crate::{
    actors::{self, Surroundings, World, settings},
    connections::{connect, send, some},
};

/// The status of the response to a request with this head, which ends with an empty line.
async fn status(world: &World, head: &str) -> String {
    let mut stream = connect(world).await;
    send(&mut stream, &format!("{head}\r\n")).await;
    some(&mut stream).await.split(' ').nth(1).expect("a status").to_owned()
}

#[tokio::test]
async fn http_1_1_without_exactly_one_valid_host_is_a_bad_request() {
    let world = World::new().await;
    for hosts in [
        "",
        "Host:\r\n",
        "Host: a\r\nHost: a\r\n",
        "Host: a\r\nHost: b\r\n",
        "Host: a b\r\n",
        "Host: a, b\r\n",
        "Host: a/b\r\n",
        "Host: a@b\r\n",
        "Host: a:b\r\n",
        "Host: a:65536\r\n",
        "Host: [::1\r\n",
        "Host: <a>\r\n",
    ] {
        for path in ["/healthz", "/", "/api/me/", "http://a/healthz"] {
            assert_eq!(status(&world, &format!("GET {path} HTTP/1.1\r\n{hosts}")).await, "400", "{path} {hosts:?}");
        }
    }
    for host in ["a", "a.example:8443", "127.0.0.1:3000", "[::1]:3000", "auth_server:80"] {
        assert_eq!(status(&world, &format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n")).await, "200", "{host}");
    }
}

#[tokio::test]
async fn a_bad_request_explains_the_error_in_its_host() {
    let world = World::new().await;
    let mut stream = connect(&world).await;
    send(&mut stream, "GET /healthz HTTP/1.1\r\n\r\n").await;
    let answer = some(&mut stream).await;
    assert!(answer.contains(r#"{"detail":"The Host header is missing. Send one."}"#), "{answer}");
    assert!(answer.contains("x-content-type-options: nosniff"), "{answer}");
}

#[tokio::test]
async fn http_1_0_accepts_no_host_and_at_most_one() {
    let world = World::new().await;
    assert_eq!(status(&world, "GET /healthz HTTP/1.0\r\n").await, "200");
    assert_eq!(status(&world, "GET /healthz HTTP/1.0\r\nHost: a\r\n").await, "200");
    assert_eq!(status(&world, "GET /healthz HTTP/1.0\r\nHost: a\r\nHost: a\r\n").await, "400");
    assert_eq!(status(&world, "GET /healthz HTTP/1.0\r\nHost: a b\r\n").await, "400");
}

/// The link to the next page of a list, for this request line and these headers.
async fn next(world: &World, target: &str, headers: &str) -> String {
    let staff = world.administrator("staff", Role::Staff).await;
    world.user("ada").await;
    let mut stream = connect(world).await;
    let head = format!("GET {target} HTTP/1.1\r\n{headers}Authorization: Bearer {}\r\n\r\n", staff.access);
    send(&mut stream, &head).await;
    let answer = some(&mut stream).await;
    let body = answer.split("\r\n\r\n").nth(1).expect("a body");
    let page: Value = serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {answer}"));
    page["next"].as_str().expect("a link").to_owned()
}

const LIST: &str = "/api/admin/users/?page_size=1";

async fn behind(trusted: &str, header: ForwardedHeader, hsts: Hsts) -> World {
    let proxies = Proxies { trusted: vec![trusted.parse().expect("a network")], header };
    let http = HttpOptions { proxies, hsts, ..actors::http_options() };
    World::surrounded(settings(), Surroundings { http, ..Surroundings::default() }).await
}

#[tokio::test]
async fn an_absolute_target_overrides_the_host_header() {
    let world = World::new().await;
    let link = next(&world, &format!("http://b.example:81{LIST}"), "Host: a.example\r\n").await;
    assert_eq!(link, "http://b.example:81/api/admin/users/?page=2&page_size=1");
}

#[tokio::test]
async fn links_have_the_scheme_that_a_trusted_proxy_forwards() {
    for (trusted, header, sent, scheme) in [
        ("127.0.0.1/32", ForwardedHeader::XForwardedFor, "X-Forwarded-Proto: https\r\n", "https"),
        ("127.0.0.1/32", ForwardedHeader::XForwardedFor, "X-Forwarded-Proto: http\r\n", "http"),
        ("127.0.0.1/32", ForwardedHeader::Forwarded, "Forwarded: for=1.2.3.4;proto=https\r\n", "https"),
        ("127.0.0.1/32", ForwardedHeader::Forwarded, "X-Forwarded-Proto: https\r\n", "http"),
        ("10.0.0.0/8", ForwardedHeader::XForwardedFor, "X-Forwarded-Proto: https\r\n", "http"),
    ] {
        let world = behind(trusted, header, Hsts::Auto).await;
        let link = next(&world, LIST, &format!("Host: a.example\r\n{sent}")).await;
        assert_eq!(link, format!("{scheme}://a.example/api/admin/users/?page=2&page_size=1"), "{trusted} {sent}");
    }
}

#[tokio::test]
async fn links_use_https_if_hsts_is_always_sent_and_ignore_a_forwarded_host() {
    let world = behind("127.0.0.1/32", ForwardedHeader::XForwardedFor, Hsts::On).await;
    let link = next(&world, LIST, "Host: a.example\r\nX-Forwarded-Host: b.example\r\n").await;
    assert_eq!(link, "https://a.example/api/admin/users/?page=2&page_size=1");
}

#[tokio::test]
async fn links_use_https_if_the_issuer_of_the_same_host_does() {
    for (issuer, scheme) in [("https://a.example", "https"), ("https://b.example", "http")] {
        let world = World::with(Settings { issuer: Some(issuer.into()), ..settings() }).await;
        let link = next(&world, LIST, "Host: A.example\r\n").await;
        assert_eq!(link, format!("{scheme}://A.example/api/admin/users/?page=2&page_size=1"));
    }
}
