//! Behind a proxy: which forwarded headers are trusted.

use reqwest::RequestBuilder;
use serde_json::json;
use server::{
    forwarded::{ForwardedHeader, Proxies},
    http_options::{Hsts, HttpOptions},
};

use crate::actors::{self, Answer, PASSWORD, Surroundings, World, settings};

async fn behind(trusted: &[&str], header: ForwardedHeader, hsts: Hsts) -> World {
    let trusted = trusted.iter().map(|network| network.parse().expect("a network")).collect();
    let http = HttpOptions { proxies: Proxies { trusted, header }, hsts, ..actors::http_options() };
    World::surrounded(settings(), Surroundings { http, ..Surroundings::default() }).await
}

/// The IP address that is recorded for a sign-in.
async fn noted(world: &World, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> String {
    world.user("ada").await;
    let request = world.request("POST", "/api/token/").json(&json!({ "username": "ada", "password": PASSWORD }));
    let answer = Answer::of(change(request).send().await.expect("an answer")).await;
    let events = world.get("/api/events/", &answer.text("access")).await;
    assert_eq!(events.body["results"][0]["kind"], "signed_in");
    events.body["results"][0]["address"].as_str().expect("an address").to_owned()
}

#[tokio::test]
async fn a_forwarded_header_of_an_untrusted_peer_is_ignored() {
    for trusted in [&[] as &[&str], &["10.0.0.0/8"]] {
        let world = behind(trusted, ForwardedHeader::XForwardedFor, Hsts::Auto).await;
        let address = noted(&world, |request| {
            request.header("x-forwarded-for", "198.51.100.1").header("forwarded", "for=198.51.100.1")
        });
        assert_eq!(address.await, "127.0.0.1");
    }
}

#[tokio::test]
async fn the_client_is_the_rightmost_untrusted_hop() {
    let trusted = ["127.0.0.0/8", "10.0.0.0/8"];
    let world = behind(&trusted, ForwardedHeader::XForwardedFor, Hsts::Auto).await;
    let address = noted(&world, |request| {
        request.header("x-forwarded-for", "198.51.100.1, 203.0.113.9:4711").header("x-forwarded-for", "10.0.0.3")
    });
    assert_eq!(address.await, "203.0.113.9");
    let world = behind(&trusted, ForwardedHeader::Forwarded, Hsts::Auto).await;
    let address = noted(&world, |request| {
        let request = request.header("x-forwarded-for", "198.51.100.1");
        request.header("forwarded", "for=198.51.100.1, for=\"[2001:db8::5]:80\";proto=https, for=10.0.0.3")
    });
    assert_eq!(address.await, "2001:db8::5");
}

#[tokio::test]
async fn hsts_is_sent_if_it_is_always_on_or_a_trusted_proxy_reports_https() {
    let trusted = ["127.0.0.1/32"];
    for (trusted, hsts, proto, sent) in [
        (&trusted as &[&str], Hsts::Auto, "https", Some("max-age=63072000")),
        (&trusted, Hsts::Auto, "http", None),
        (&[], Hsts::Auto, "https", None),
        (&trusted, Hsts::Off, "https", None),
        (&[], Hsts::On, "http", Some("max-age=63072000")),
    ] {
        let world = behind(trusted, ForwardedHeader::XForwardedFor, hsts).await;
        for path in ["/healthz", "/", "/api/nothing"] {
            let request = world.request("GET", path).header("x-forwarded-proto", proto);
            let answer = Answer::of(request.send().await.expect("an answer")).await;
            assert_eq!(answer.header("strict-transport-security"), sent, "{path} {hsts} {proto}");
        }
    }
}
