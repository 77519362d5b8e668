//! Expired tokens and old events are deleted in batches, and other writes pass between two of them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use app::auth::session::Origin;
use futures::FutureExt;
use tokio::sync::Notify;

use crate::{
    actors::{World, settings},
    patience::eventually,
    watched_store::WatchedStore,
};

const TEN_THOUSAND_EXPIRED: &str = "WITH RECURSIVE numbers (n) AS
        (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
    INSERT INTO outstanding_tokens (jti, generation, created_at, expires_at) SELECT 'old' || n, 0, 0, n FROM numbers";

const TEN_THOUSAND_EVENTS: &str = "WITH RECURSIVE numbers (n) AS
        (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
    INSERT INTO security_events (at, kind) SELECT n, 'signed_in' FROM numbers";

/// The stop after the first batch.
#[derive(Default)]
struct Stop {
    batches: AtomicUsize,
    reached: Notify,
    over: Notify,
}

impl Stop {
    async fn before(&self) {
        if self.batches.fetch_add(1, Ordering::SeqCst) == 1 {
            self.reached.notify_one();
            self.over.notified().await;
        }
    }
}

/// A world in which this method of the store waits before its second call.
async fn stopped_in(method: &'static str) -> (World, Arc<Stop>) {
    let stop = Arc::<Stop>::default();
    let at_stop = stop.clone();
    let before = move |name: &'static str| {
        let stop = at_stop.clone();
        async move {
            if name == method {
                stop.before().await;
            }
        }
        .boxed()
    };
    let world = World::on(settings(), |inner| WatchedStore::around(inner, before)).await;
    (world, stop)
}

/// Signs out while the flush waits between two batches, and then lets it go on.
async fn sign_out_at(stop: &Stop, world: &World, refresh: &str) {
    eventually("the first batch", stop.reached.notified()).await;
    let ended = eventually("the sign-out", world.auth.blacklist(refresh, Origin::default())).await;
    ended.expect("an end");
    stop.over.notify_one();
}

#[tokio::test]
async fn a_sign_out_passes_between_two_batches_of_expired_tokens() {
    let (world, stop) = stopped_in("flush_expired").await;
    let ada = world.signed_in("ada").await;
    world.sql(TEN_THOUSAND_EXPIRED).await;
    let (flushed, ()) = tokio::join!(world.auth.flush_expired_tokens(), sign_out_at(&stop, &world, &ada.refresh));
    assert_eq!(flushed.expect("a flush"), 10_000);
    world.pass(Duration::from_secs(1));
    assert_eq!(world.auth.flush_expired_tokens().await.expect("nothing left"), 0);
}

#[tokio::test]
async fn a_sign_out_passes_between_two_batches_of_old_events() {
    let (world, stop) = stopped_in("flush_events").await;
    let ada = world.signed_in("ada").await;
    world.sql(TEN_THOUSAND_EVENTS).await;
    let (flushed, ()) = tokio::join!(world.auth.flush_events(), sign_out_at(&stop, &world, &ada.refresh));
    assert_eq!(flushed.expect("a flush"), 10_000);
}
