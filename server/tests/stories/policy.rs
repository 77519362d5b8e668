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

/// A house with a rule of its own that writes down who came.
#[derive(Default)]
struct House {
    visitors: Mutex<Vec<String>>,
}

impl House {
    fn note(&self, what: &str, who: &str, origin: &Origin) {
        let address = origin.ip.as_deref().unwrap_or_default();
        self.visitors.lock().expect("no panic").push(format!("{what} {who} {address}"));
    }
}

#[async_trait]
impl Policy for House {
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
async fn claims_of_the_house_travel_along_and_the_standard_ones_win() {
    let world = World::with_policy(settings(), Arc::<House>::default()).await;
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
async fn the_rule_of_the_house_holds_at_a_sign_in_and_at_a_refresh() {
    let world = World::with_policy(settings(), Arc::<House>::default()).await;
    let ada = world.signed_in("ada").await;
    world.sql("UPDATE users SET email = 'banned'").await;
    ada.try_refresh().await.is(401, json!({ "detail": "No active account found for the given token." }));
    let signed_in = world.post("/api/token/", json!({ "username": "ada", "password": PASSWORD })).await;
    signed_in.is(401, json!({ "detail": "No active account found with the given credentials" }));
}

/// A house that falls over whoever is turned away.
struct Frail;

#[async_trait]
impl Policy for Frail {
    async fn sign_in_rejected(&self, username: &str, _origin: &Origin) {
        assert_ne!(username, "eve", "a flaw in the house");
    }
}

#[tokio::test]
async fn a_panic_ends_its_own_request_and_nothing_else() {
    let world = World::with_policy(settings(), Arc::new(Frail)).await;
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

/// A house that falls over one of those who renew, once they are in.
#[derive(Default)]
struct Fickle {
    is_upset: AtomicBool,
}

impl Policy for Fickle {
    fn may_authenticate(&self, user: &User, _settings: &Settings) -> bool {
        assert!(user.username != "eve" || !self.is_upset.load(Ordering::Relaxed), "a flaw in the house");
        true
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_a_refresh_takes_no_other_with_it() {
    let house = Arc::<Fickle>::default();
    let world = World::with_policy(settings(), house.clone()).await;
    world.user("ada").await;
    let others = join_all((0..20).map(|_| world.sign_in("ada"))).await;
    let eve = world.signed_in("eve").await;
    house.is_upset.store(true, Ordering::Relaxed);
    let renewals = others.iter().map(Actor::try_refresh);
    let (failed, renewed) = tokio::join!(eve.try_refresh(), join_all(renewals));
    assert_eq!(failed.status, 503);
    assert!(renewed.iter().all(|answer| answer.status == 200));
    house.is_upset.store(false, Ordering::Relaxed);
    assert_eq!(eve.try_refresh().await.status, 200, "nothing was spent");
}

#[tokio::test]
async fn the_house_is_told_who_came_and_who_was_refused() {
    let house = Arc::<House>::default();
    let world = World::with_policy(settings(), house.clone()).await;
    world.signed_in("ada").await;
    world.post("/api/token/sliding/", json!({ "username": "ada", "password": PASSWORD })).await;
    world.post("/api/token/", json!({ "username": "nobody", "password": PASSWORD })).await;
    let visitors = house.visitors.lock().expect("no panic").clone();
    assert_eq!(visitors, ["in ada 127.0.0.1", "in ada 127.0.0.1", "refused nobody 127.0.0.1"]);
}

#[tokio::test]
async fn who_may_not_sign_in_gets_no_session_by_registering_either() {
    let metrics = Arc::new(Metrics::default());
    let (house, observer) = (Arc::<House>::default(), metrics.clone());
    let world =
        World::changed(settings(), |auth| auth.with_policy(Arc::new(Banning(house))).observed_by(observer)).await;
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
    // The administrator's is the second that succeeded.
    for (outcome, count) in [("ok", 2), ("wrong", 3)] {
        assert!(text.contains(&format!("hallpass_sign_ins_total{{outcome=\"{outcome}\"}} {count}")), "{text}");
    }
}

/// Lets nobody of one domain sign in.
struct Banning(Arc<House>);

#[async_trait]
impl Policy for Banning {
    fn may_authenticate(&self, user: &User, _settings: &Settings) -> bool {
        !user.email.ends_with("@banned")
    }

    async fn sign_in_rejected(&self, username: &str, origin: &Origin) {
        self.0.note("refused", username, origin);
    }
}
