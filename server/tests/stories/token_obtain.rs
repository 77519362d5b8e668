use std::time::Duration;

use futures::future::join_all;
use serde_json::json;

use crate::actors::{PASSWORD, World, claims};

const REFUSED: &str = "No active account found with the given credentials";

#[tokio::test]
async fn a_name_and_password_are_answered_with_a_pair() {
    let world = World::new().await;
    let user = world.user("ada").await;
    let answer = world.post("/api/token/", json!({ "username": "ada", "password": PASSWORD })).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let fields: Vec<_> = answer.body.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["access", "refresh"]);

    let (access, refresh) = (claims(&answer.text("access")), claims(&answer.text("refresh")));
    for (token, kind) in [(&access, "access"), (&refresh, "refresh")] {
        assert_eq!(token["token_type"], kind);
        assert_eq!(token["user_id"], user.id.to_string(), "a string");
        assert_eq!(token["username"], "ada");
        assert_eq!(token["iat"], world.now());
        assert_eq!(token["gen"], 0);
        assert_eq!(token["jti"].as_str().map(str::len), Some(32));
        assert_eq!(token["sid"].as_str().map(str::len), Some(32));
    }
    assert_ne!(access["jti"], refresh["jti"]);
    assert_eq!(access["sid"], refresh["sid"]);
    assert_eq!(refresh["exp"], world.now() + 7 * 24 * 3600);
    let life = access["exp"].as_i64().expect("exp") - world.now();
    assert!((285..=300).contains(&life), "{life}: up to a twentieth is taken off at random");
}

#[tokio::test]
async fn an_unknown_user_a_wrong_password_and_an_inactive_account_get_the_same_answer() {
    let world = World::new().await;
    world.user("ada").await;
    world.account("bob", false).await;
    for (username, password) in
        [("nobody", PASSWORD), ("ada", "not her password at all"), ("bob", PASSWORD), ("ADA", PASSWORD)]
    {
        let answer = world.post("/api/token/", json!({ "username": username, "password": password })).await;
        answer.is(401, json!({ "detail": REFUSED }));
    }
}

#[tokio::test]
async fn white_space_around_the_name_is_dropped_and_around_the_password_counts() {
    let world = World::new().await;
    world.user("ada").await;
    let obtain = async |username: &str, password: &str| {
        world.post("/api/token/", json!({ "username": username, "password": password })).await.status
    };
    assert_eq!(obtain(" ada ", PASSWORD).await, 200);
    assert_eq!(obtain("ada", &format!(" {PASSWORD}")).await, 401);
}

#[tokio::test]
async fn the_last_sign_in_is_kept_when_it_is_set_so() {
    for keep in [true, false] {
        let world =
            World::with(app::auth::settings::Settings { update_last_login: keep, ..crate::actors::settings() }).await;
        let ada = world.signed_in("ada").await;
        let last_login = &ada.me().await.body["last_login"];
        assert_eq!(last_login.is_null(), !keep, "{last_login}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_refused_has_stood_in_line_for_the_hashing() {
    let world = World::new().await;
    world.user("ada").await;
    world.account("bob", false).await;
    world.user("joy").await;
    world.sql("UPDATE users SET password = '!' WHERE username = 'joy'").await;
    let cases = [("nobody", PASSWORD), ("ada", "wrong"), ("bob", PASSWORD), ("bob", "wrong"), ("joy", PASSWORD)];
    // More at a time than there are processors, so that some have to wait.
    let many = 4 * std::thread::available_parallelism().map_or(1, usize::from) + 4;
    for path in ["/api/token/", "/api/token/sliding/"] {
        for (username, password) in cases {
            let body = json!({ "username": username, "password": password });
            let answers = join_all((0..many).map(|_| world.post(path, body.clone())));
            let line = async {
                while world.auth.workload().waiting_passwords == 0 {
                    tokio::task::yield_now().await;
                }
            };
            let (answers, ()) = tokio::time::timeout(Duration::from_mins(1), async { tokio::join!(answers, line) })
                .await
                .unwrap_or_else(|_| panic!("nobody who asked for {username} waited for a hash"));
            for answer in answers {
                answer.is(401, json!({ "detail": REFUSED }));
            }
        }
    }
}

#[tokio::test]
async fn an_unknown_user_takes_as_long_as_a_wrong_password() {
    let world = World::new().await;
    world.user("ada").await;
    let time = async |username: &str| {
        let begun = std::time::Instant::now();
        world.post("/api/token/", json!({ "username": username, "password": "wrong" })).await;
        begun.elapsed().as_secs_f64()
    };
    // Without the decoy the ratio would be a hundredth, always. On a busy machine it takes some rounds until
    // both have had a quiet moment.
    let (mut of_nobody, mut of_ada, mut ratio) = (f64::MAX, f64::MAX, f64::NAN);
    for round in 0..50 {
        (of_nobody, of_ada) = (of_nobody.min(time("nobody").await), of_ada.min(time("ada").await));
        ratio = of_nobody / of_ada;
        if round >= 5 && (0.5..2.0).contains(&ratio) {
            return;
        }
    }
    panic!("an unknown user takes {ratio} times as long");
}
