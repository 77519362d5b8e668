//! Counts the database calls of an authenticated request, through a store that wraps the real one.

use std::{
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures::FutureExt;
use hallpass_core::token::TokenType;

use crate::{
    actors::{Answer, World, settings},
    watched_store::WatchedStore,
};

async fn world() -> (World, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = calls.clone();
    let count = move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        ready(()).boxed()
    };
    let world = World::on(settings(), |inner| WatchedStore::around(inner, count)).await;
    (world, calls)
}

#[tokio::test]
async fn authentication_reads_nothing_from_the_database() {
    let (world, calls) = world().await;
    let ada = world.signed_in("ada").await;
    calls.store(0, Ordering::SeqCst);
    let header = format!("Bearer {}", ada.access);
    for _ in 0..100 {
        let bearer = world.auth.authenticate_headers(&["Bearer"], [header.as_bytes()], &[TokenType::Access]).await;
        assert!(bearer.is_ok());
    }
    // Only authentication, without an endpoint.
    let guarded = ada.send("OPTIONS", "/api/me/", serde_json::Value::Null).await;
    assert_eq!((guarded.status, calls.load(Ordering::SeqCst)), (200, 0));
    // One call belongs to the endpoint.
    assert_eq!(ada.see("/api/sessions/").await.status, 200);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_ended_session_is_rejected_on_the_next_request_without_a_database_read() {
    let (world, calls) = world().await;
    let (here, there) = (world.signed_in("ada").await, world.sign_in("ada").await);
    let session = there.me().await.body["session"]["id"].as_str().expect("a session").to_owned();
    let ended = here.send("DELETE", &format!("/api/sessions/{session}/"), serde_json::Value::Null).await;
    assert_eq!(ended.status, 204);
    calls.store(0, Ordering::SeqCst);
    let refused: Answer = there.me().await;
    refused.is_bad_access("Token is blacklisted");
    assert_eq!(calls.load(Ordering::SeqCst), 0);
}
