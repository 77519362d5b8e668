//! Expired tokens and old events are deleted in batches, and other writes complete between two of them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::FutureExt;
use hallpass_core::{
    clock::Timestamp,
    id::{Jti, UserId},
    import::{ForeignToken, ForeignUser, ImportMode},
    session::Origin,
    token::TokenType,
};
use tokio::sync::Notify;

use crate::{
    actors::{World, settings},
    elsewhere::Elsewhere,
    patience::{eventually, until},
    paused_time::PausedTime,
    sessions::with_sessions,
    watched_store::WatchedStore,
};

const TEN_THOUSAND_EXPIRED: &str = "WITH RECURSIVE numbers (n) AS
        (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
    INSERT INTO outstanding_tokens (jti, generation, created_at, expires_at) SELECT 'old' || n, 0, 0, n FROM numbers";

const TEN_THOUSAND_EVENTS: &str = "WITH RECURSIVE numbers (n) AS
        (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000)
    INSERT INTO security_events (at, kind) SELECT n, 'signed_in' FROM numbers";

/// The pause after the first batch.
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

/// Signs out while the flush waits between two batches, then resumes it.
async fn sign_out_at(stop: &Stop, world: &World, refresh: &str) {
    eventually("the first batch", stop.reached.notified()).await;
    let ended = eventually("the sign-out", world.auth.blacklist(refresh, Origin::default())).await;
    ended.expect("an end");
    stop.over.notify_one();
}

/// A database with so many users, and a token for each.
fn elsewhere(count: i64) -> Elsewhere {
    let user = |id: i64| ForeignUser {
        id: UserId(1_000 + id),
        username: format!("user{id}"),
        email: String::new(),
        password: "a hash".into(),
        is_active: true,
        is_staff: false,
        is_superuser: false,
        date_joined: None,
        last_login: None,
    };
    let token = |id: i64| ForeignToken {
        jti: Jti::from_text(format!("token {id}")),
        user: Some(UserId(1_000 + id)),
        created_at: None,
        expires_at: Timestamp::from_seconds(4_000_000_000),
        blacklisted_at: None,
    };
    Elsewhere { users: (0..count).map(user).collect(), tokens: (0..count).map(token).collect() }
}

#[tokio::test]
async fn a_sign_out_completes_between_two_batches_of_an_import() {
    for method in ["import_users", "import_tokens"] {
        let (world, stop) = stopped_in(method).await;
        let ada = world.signed_in("ada").await;
        let mut elsewhere = elsewhere(250);
        let import = world.auth.import(&mut elsewhere, ImportMode::Commit);
        let (report, ()) = tokio::join!(import, sign_out_at(&stop, &world, &ada.refresh));
        let report = report.expect("a report");
        assert_eq!((report.users.added, report.tokens.added), (250, 250));
        assert_eq!(stop.batches.load(Ordering::SeqCst), 3, "a hundred rows at a time");
    }
}

#[tokio::test]
async fn a_sign_out_completes_between_two_batches_of_ending_sessions() {
    let (world, stop) = stopped_in("revoke_sessions").await;
    let ada = world.signed_in("ada").await;
    with_sessions(&world, 1_200).await;
    let bob = world.signed_in("bob").await;
    let bearer = world.auth.authenticate(&ada.access, &[TokenType::Access]).await.expect("a bearer");
    let origin = Origin::default();
    let others = world.auth.revoke_other_sessions(&bearer, &origin);
    let (ended, ()) = tokio::join!(others, sign_out_at(&stop, &world, &bob.refresh));
    ended.expect("an end");
    assert_eq!(stop.batches.load(Ordering::SeqCst), 3, "five hundred at a time");
    let left = world.get("/api/sessions/", &ada.access).await;
    assert_eq!(left.body.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_sign_out_completes_between_two_batches_of_expired_tokens() {
    let (world, stop) = stopped_in("flush_expired").await;
    let ada = world.signed_in("ada").await;
    world.sql(TEN_THOUSAND_EXPIRED).await;
    let (flushed, ()) = tokio::join!(world.auth.flush_expired_tokens(), sign_out_at(&stop, &world, &ada.refresh));
    assert_eq!(flushed.expect("a flush"), 10_000);
    world.pass(Duration::from_secs(1));
    assert_eq!(world.auth.flush_expired_tokens().await.expect("nothing left"), 0);
}

#[tokio::test]
async fn a_flush_pauses_after_each_batch() {
    let (world, stop) = stopped_in("flush_expired").await;
    stop.over.notify_one();
    let ada = world.signed_in("ada").await;
    world.sql(TEN_THOUSAND_EXPIRED).await;
    let time = PausedTime::begin();
    let auth = world.auth.clone();
    let flush = tokio::spawn(async move { auth.flush_expired_tokens().await });
    until("the first batch", async || stop.batches.load(Ordering::SeqCst) == 1).await;
    for _ in 0..20 {
        assert_eq!(ada.try_refresh().await.status, 200);
    }
    assert_eq!(stop.batches.load(Ordering::SeqCst), 1, "others can write during the pause");
    let flushed = time.pass_until(Duration::from_millis(5), flush).await;
    assert_eq!(flushed.expect("no panic").expect("a flush"), 10_000);
}

#[tokio::test]
async fn a_sign_out_completes_between_two_batches_of_old_events() {
    let (world, stop) = stopped_in("flush_events").await;
    let ada = world.signed_in("ada").await;
    world.sql(TEN_THOUSAND_EVENTS).await;
    let (flushed, ()) = tokio::join!(world.auth.flush_events(), sign_out_at(&stop, &world, &ada.refresh));
    assert_eq!(flushed.expect("a flush"), 10_000);
}
