use std::time::Duration;

use hallpass_core::{clock::Timestamp, settings::Settings};
use serde_json::{Value, json};

use crate::actors::{Actor, Answer, Direct, World, foreign, settings};

async fn delete(actor: &Actor<'_>, path: &str) -> Answer {
    let bearer = format!("Bearer {}", actor.access);
    Answer::of(actor.world.request("DELETE", path).header("authorization", bearer).send().await.expect("an answer"))
        .await
}

async fn list(actor: &Actor<'_>) -> Vec<Value> {
    let answer = actor.world.get("/api/sessions/", &actor.access).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body.as_array().expect("a list").clone()
}

async fn id_of(actor: &Actor<'_>) -> String {
    actor.me().await.body["session"]["id"].as_str().expect("a session").to_owned()
}

#[tokio::test]
async fn users_see_their_active_sessions_with_the_current_one_marked() {
    let world = World::new().await;
    let first = world.signed_in("ada").await;
    world.pass(Duration::from_secs(10));
    let second = world.sign_in("ada").await;
    world.signed_in("bob").await;
    let sessions = list(&first).await;
    let seen: Vec<_> = sessions.iter().map(|session| (session["id"].clone(), session["current"].clone())).collect();
    assert_eq!(seen, [(json!(id_of(&second).await), json!(false)), (json!(id_of(&first).await), json!(true))]);
    assert_eq!(sessions[0]["address"], "127.0.0.1");
    second.blacklist().await;
    assert_eq!(list(&first).await.len(), 1);
}

#[tokio::test]
async fn an_expired_session_is_not_listed() {
    let world = World::new().await;
    world.signed_in("ada").await;
    world.pass(world.auth.settings().refresh_token_lifetime);
    let again = world.sign_in("ada").await;
    assert_eq!(list(&again).await.len(), 1);
}

#[tokio::test]
async fn ending_a_session_revokes_its_access_token_on_the_next_request() {
    let world = World::new().await;
    let here = world.signed_in("ada").await;
    let there = world.sign_in("ada").await;
    let answer = delete(&here, &format!("/api/sessions/{}/", id_of(&there).await)).await;
    assert_eq!((answer.status, answer.body), (204, json!("")));
    there.me().await.is_bad_access("Token is blacklisted");
    there.try_refresh().await.is_bad_token("Token is blacklisted");
    assert_eq!(here.me().await.status, 200);
}

#[tokio::test]
async fn ending_all_other_sessions_keeps_the_current_one() {
    let world = World::new().await;
    let here = world.signed_in("ada").await;
    let others = [world.sign_in("ada").await, world.sign_in("ada").await];
    let stranger = world.signed_in("bob").await;
    assert_eq!(delete(&here, "/api/sessions/").await.status, 204);
    for other in others {
        other.me().await.is_bad_access("Token is blacklisted");
    }
    assert_eq!((here.me().await.status, stranger.me().await.status), (200, 200));
    assert_eq!(list(&here).await.len(), 1);
}

#[tokio::test]
async fn users_cannot_end_the_session_of_another_user() {
    let world = World::new().await;
    let (ada, bob) = (world.signed_in("ada").await, world.signed_in("bob").await);
    for id in [id_of(&bob).await, "00000000000000000000000000000000".into(), "no-id".into()] {
        delete(&ada, &format!("/api/sessions/{id}/")).await.is(404, json!({ "detail": "Not found." }));
    }
    assert_eq!(bob.me().await.status, 200);
    let own = format!("/api/sessions/{}/", id_of(&ada).await);
    assert_eq!(delete(&ada, &own).await.status, 204);
    delete(&ada, &own).await.is_bad_access("Token is blacklisted");
}

#[tokio::test]
async fn the_session_endpoints_require_authentication() {
    let world = World::new().await;
    for (method, path) in [("GET", "/api/sessions/"), ("DELETE", "/api/sessions/"), ("DELETE", "/api/sessions/x/")] {
        let answer = Answer::of(world.request(method, path).send().await.expect("an answer")).await;
        answer.is(401, json!({ "detail": "Authentication credentials were not provided." }));
    }
}

#[tokio::test]
async fn a_foreign_token_without_a_session_ends_all_sessions() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    let token = json!({
        "token_type": "access", "user_id": "1", "jti": "a", "iat": world.now(), "exp": world.now() + 60,
    });
    let other = Actor { world: &world, access: foreign(&token), refresh: String::new() };
    assert!(list(&other).await.iter().all(|session| session["current"] == json!(false)));
    assert_eq!(delete(&other, "/api/sessions/").await.status, 204);
    ada.me().await.is_bad_access("Token is blacklisted");
}

#[tokio::test]
async fn an_operator_can_end_sessions_opened_before_a_timestamp() {
    let world = World::new().await;
    let early = world.signed_in("ada").await;
    let other = world.signed_in("bob").await;
    world.pass(Duration::from_secs(10));
    let timestamp = Timestamp::from_seconds(world.now());
    let late = world.sign_in("ada").await;
    // Another process, as the command line is; this one follows.
    let operator = world.restarted(settings()).await;
    assert_eq!(operator.revoke_sessions_before(Some("ada"), Some(timestamp)).await.expect("an end"), 1);
    world.auth.follow_revocations().await.expect("the revocations");
    early.me().await.is_bad_access("Token is blacklisted");
    assert_eq!((late.me().await.status, other.me().await.status), (200, 200));
    assert_eq!(operator.revoke_sessions_before(None, None).await.expect("an end"), 2);
    assert_eq!(operator.revoke_sessions_before(None, None).await.expect("nothing left"), 0);
    world.auth.follow_revocations().await.expect("the revocations");
    for actor in [late, other] {
        actor.me().await.is_bad_access("Token is blacklisted");
        actor.try_refresh().await.is_bad_token("Token is blacklisted");
    }
}

/// Sessions of the user with id 1, the last of them refreshed a second before `now`.
pub(crate) async fn with_sessions(world: &World, count: i64) {
    let insert = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < COUNT)
        INSERT INTO sessions (id, user_id, generation, current_jti, current_issued_at, current_expires_at, created_at,
            refreshed_at, ends_at, access_expires_at)
        SELECT '00000000000000000000000000' || substr(CAST(1000000 + n AS text), 2), 1, 0,
            'many ' || n, NOW - n * 1000, NOW + 600000, NOW - n * 1000, NOW - n * 1000, NOW + 600000, NOW + 300000
        FROM numbers";
    let tokens = "INSERT INTO outstanding_tokens (jti, session_id, user_id, generation, created_at, expires_at)
        SELECT current_jti, id, user_id, 0, created_at, current_expires_at FROM sessions WHERE current_jti LIKE 'many %'";
    let now = (world.now() * 1_000).to_string();
    world.run(insert.replace("COUNT", &count.to_string()).replace("NOW", &now)).await;
    world.run(tokens.to_owned()).await;
}

/// The URL of the next page, if there is one.
fn next(answer: &Answer) -> Option<&str> {
    answer.header("link")?.split(", ").find_map(|link| link.strip_suffix(">; rel=\"next\""))?.strip_prefix('<')
}

#[tokio::test]
async fn a_users_sessions_are_paged_by_fifty() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    with_sessions(&world, 240).await;
    let (mut path, mut sizes) = ("/api/sessions/".to_owned(), Vec::new());
    loop {
        let answer = world.get(&path, &ada.access).await;
        sizes.push(answer.body.as_array().expect("a list").len());
        match next(&answer) {
            Some(url) => path = url.strip_prefix(world.url.as_str()).expect("a URL of this server").to_owned(),
            None => break,
        }
    }
    assert_eq!(sizes, [50, 50, 50, 50, 41]);
    let largest = world.get("/api/sessions/?page_size=1000", &ada.access).await;
    assert_eq!(largest.body.as_array().map(Vec::len), Some(200));
    world.get("/api/sessions/?page=6", &ada.access).await.is(404, json!({ "detail": "Invalid page." }));
}

#[tokio::test]
async fn a_session_beyond_the_limit_ends_the_least_recently_used_one() {
    let world = World::with(Settings { max_sessions_per_user: 3, ..settings() }).await;
    let mut first = world.signed_in("ada").await;
    let mut later = Vec::new();
    for _ in 0..2 {
        world.pass(Duration::from_secs(10));
        later.push(world.sign_in("ada").await);
    }
    world.pass(Duration::from_secs(10));
    first.refresh().await;
    let fourth = world.sign_in("ada").await;
    later[0].me().await.is_bad_access("Token is blacklisted");
    later[0].try_refresh().await.is_bad_token("Token is blacklisted");
    for alive in [&first, &later[1], &fourth] {
        assert_eq!(alive.me().await.status, 200);
    }
    let events = world.get("/api/events/", &fourth.access).await;
    let kinds: Vec<_> = events.body["results"].as_array().expect("events").iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds[..2], ["signed_in", "session_ended"]);
}

#[tokio::test]
async fn excess_sessions_of_a_user_are_ended_in_steps() {
    let world = World::with(Settings { max_sessions_per_user: 3, ..settings() }).await;
    world.user("ada").await;
    with_sessions(&world, 150).await;
    let mut left = Vec::new();
    for _ in 0..3 {
        let ada = world.sign_in("ada").await;
        left.push(world.get("/api/sessions/?page_size=200", &ada.access).await.body.as_array().map(Vec::len));
    }
    assert_eq!(left, [Some(51), Some(3), Some(3)]);
}

#[tokio::test]
async fn a_foreign_token_counts_as_a_sign_in_for_the_session_limit() {
    let world = World::with(Settings { max_sessions_per_user: 1, ..settings() }).await;
    let ada = world.signed_in("ada").await;
    let (now, exp) = (world.now(), world.now() + 600);
    let token = foreign(&json!({ "token_type": "refresh", "user_id": "1", "jti": "a", "iat": now, "exp": exp }));
    assert_eq!(world.post("/api/token/refresh/", json!({ "refresh": token })).await.status, 200);
    ada.me().await.is_bad_access("Token is blacklisted");
}

#[tokio::test]
async fn a_password_change_ends_a_thousand_sessions_with_its_commit() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    with_sessions(&world, 1_000).await;
    world.auth.set_password("ada", "seven copper lanterns drift upstream".into()).await.expect("a new password");
    let mut direct = Direct::connect(&world.database).await;
    let left = "SELECT 'alive', count(*) FROM sessions WHERE revoked_at IS NULL
        UNION ALL SELECT 'unspent', count(*) FROM outstanding_tokens WHERE blacklisted_at IS NULL
        UNION ALL SELECT 'untold', 1001 - count(*) FROM security_events WHERE kind = 'session_ended'";
    let none = ["alive", "unspent", "untold"].map(|name| (name.to_owned(), 0));
    assert_eq!(direct.pairs(left).await, none);
    ada.me().await.is_bad_access("Token is blacklisted");
}
