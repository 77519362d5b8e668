use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use futures::future::join_all;
use hallpass_core::{
    policy::Policy,
    session::Origin,
    settings::Settings,
    user::{Role, User},
};
use serde_json::{Map, Value, json};
use server::{
    connections::Open,
    metrics::{Metrics, MetricsState},
    telemetry::DroppedLines,
};

use crate::{
    actors::{Actor, PASSWORD, World, claims, foreign, settings},
    rpc::call,
};

/// A policy with a rule of its own that records sign-ins.
#[derive(Default)]
struct Recording {
    visitors: Mutex<Vec<String>>,
}

impl Recording {
    fn note(&self, what: &str, who: &str, origin: &Origin) {
        let address = origin.ip.as_deref().unwrap_or_default();
        self.visitors.lock().expect("no panic").push(format!("{what} {who} {address}"));
    }
}

#[async_trait]
impl Policy for Recording {
    fn may_authenticate(&self, user: &User, _settings: &Settings) -> bool {
        user.is_active && user.email != "banned"
    }

    async fn custom_claims(&self, user: &User) -> Map<String, Value> {
        let claims = json!({ "name": user.username, "user_id": "0", "sid": "none", "exp": 1 });
        claims.as_object().cloned().unwrap_or_default()
    }

    async fn signed_in(&self, user: &User, origin: &Origin) {
        self.note("in", &user.username, origin);
    }

    async fn sign_in_rejected(&self, username: &str, origin: &Origin) {
        self.note("refused", username, origin);
    }
}

#[tokio::test]
async fn a_policys_claims_are_kept_but_standard_claims_win() {
    let world = World::with_policy(settings(), Arc::<Recording>::default()).await;
    let mut ada = world.signed_in("ada").await;
    for _ in 0..2 {
        for token in [&ada.access, &ada.refresh] {
            let said = claims(token);
            assert_eq!((&said["name"], &said["user_id"]), (&json!("ada"), &json!("1")));
            assert_eq!((said["sid"].as_str().map(str::len), said.get("username")), (Some(32), None));
        }
        ada.refresh().await;
    }
    assert_eq!(ada.me().await.status, 200);
}

#[tokio::test]
async fn a_policy_is_applied_at_sign_in_and_refresh() {
    let world = World::with_policy(settings(), Arc::<Recording>::default()).await;
    let ada = world.signed_in("ada").await;
    world.sql("UPDATE users SET email = 'banned'").await;
    ada.try_refresh().await.is(401, json!({ "detail": "No active account found for the given token." }));
    let signed_in = world.post("/api/token/", json!({ "username": "ada", "password": PASSWORD })).await;
    signed_in.is(401, json!({ "detail": "No active account found with the given credentials" }));
}

/// A policy that panics when a sign-in is rejected.
struct Panicking;

#[async_trait]
impl Policy for Panicking {
    async fn sign_in_rejected(&self, username: &str, _origin: &Origin) {
        assert_ne!(username, "eve", "a bug in the policy");
    }
}

#[tokio::test]
async fn a_panic_fails_only_its_own_request() {
    let world = World::with_policy(settings(), Arc::new(Panicking)).await;
    let ada = world.signed_in("ada").await;
    let credentials = json!({ "username": "eve", "password": "x" });
    for _ in 0..3 {
        let failed = world.post("/api/token/", credentials.clone()).await;
        failed.is(500, json!({ "detail": "The server failed at this request. Try again in a moment." }));
        assert_eq!(failed.header("x-content-type-options"), Some("nosniff"));
    }
    let failed = call(&world, "session/obtain", None, json!({ "credentials": credentials })).await;
    assert_eq!(failed.status, 500);
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(world.sign_in("ada").await.try_refresh().await.status, 200);
}

/// A policy that panics at the refresh of one user.
#[derive(Default)]
struct Fickle {
    panics: AtomicBool,
}

impl Policy for Fickle {
    fn may_authenticate(&self, user: &User, _settings: &Settings) -> bool {
        assert!(user.username != "eve" || !self.panics.load(Ordering::Relaxed), "a bug in the policy");
        true
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_refresh_fails_no_other_refresh() {
    let policy = Arc::<Fickle>::default();
    let world = World::with_policy(settings(), policy.clone()).await;
    world.user("ada").await;
    let others = join_all((0..20).map(|_| world.sign_in("ada"))).await;
    let eve = world.signed_in("eve").await;
    policy.panics.store(true, Ordering::Relaxed);
    let renewals = others.iter().map(Actor::try_refresh);
    let (failed, renewed) = tokio::join!(eve.try_refresh(), join_all(renewals));
    assert_eq!(failed.status, 503);
    assert!(renewed.iter().all(|answer| answer.status == 200));
    policy.panics.store(false, Ordering::Relaxed);
    assert_eq!(eve.try_refresh().await.status, 200, "nothing was spent");
}

#[tokio::test]
async fn a_policy_is_notified_of_sign_ins_and_rejections() {
    let policy = Arc::<Recording>::default();
    let world = World::with_policy(settings(), policy.clone()).await;
    world.signed_in("ada").await;
    world.post("/api/token/sliding/", json!({ "username": "ada", "password": PASSWORD })).await;
    world.post("/api/token/", json!({ "username": "nobody", "password": PASSWORD })).await;
    let visitors = policy.visitors.lock().expect("no panic").clone();
    assert_eq!(visitors, ["in ada 127.0.0.1", "in ada 127.0.0.1", "refused nobody 127.0.0.1"]);
}

#[tokio::test]
async fn a_user_whom_a_policy_rejects_gets_no_session_by_registering() {
    let metrics = Arc::new(Metrics::default());
    let (policy, observer) = (Arc::<Recording>::default(), metrics.clone());
    let world =
        World::changed(settings(), |auth| auth.with_policy(Arc::new(Banning(policy))).observed_by(observer)).await;
    let form =
        |name: &str, email: &str| json!({ "registration": { "username": name, "email": email, "password": PASSWORD } });
    let refused = call(&world, "session/register", None, form("eve", "eve@banned")).await;
    assert_eq!((refused.status, &refused.body["code"]), (401, &json!("no_active_account")));
    let opened = call(&world, "session/register", None, form("ada", "ada@x")).await;
    assert_eq!(opened.status, 200);
    let token = foreign(&json!({ "token_type": "refresh", "exp": world.now() + 60, "jti": "x", "user_id": "1" }));
    let adopted = world.post("/api/token/refresh/", json!({ "refresh": token })).await;
    adopted.is(401, json!({ "detail": "No active account found for the given token." }));
    for path in ["/api/token/", "/api/token/sliding/"] {
        let answer = world.post(path, json!({ "username": "eve", "password": PASSWORD })).await;
        answer.is(401, json!({ "detail": "No active account found with the given credentials" }));
    }
    let events =
        world.administrator("root", Role::Superuser).await.see("/api/admin/events/?kind=signed_in&user=1").await;
    assert_eq!(events.body["count"], 0, "{events:?}");
    let state = MetricsState {
        metrics,
        auth: world.auth.clone(),
        open: Open::default(),
        dropped_lines: DroppedLines::default(),
    };
    let text = state.render();
    // The administrator's is the second success.
    for (outcome, count) in [("ok", 2), ("wrong", 3)] {
        assert!(text.contains(&format!("hallpass_sign_ins_total{{outcome=\"{outcome}\"}} {count}")), "{text}");
    }
}

/// Rejects the users of one e-mail domain.
struct Banning(Arc<Recording>);

#[async_trait]
impl Policy for Banning {
    fn may_authenticate(&self, user: &User, _settings: &Settings) -> bool {
        !user.email.ends_with("@banned")
    }

    async fn sign_in_rejected(&self, username: &str, origin: &Origin) {
        self.0.note("refused", username, origin);
    }
}
