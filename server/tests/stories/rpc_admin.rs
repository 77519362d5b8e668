use hallpass_core::user::Role;
use serde_json::{Value, json};

use crate::actors::{Actor, Answer, PASSWORD, World, claims};

const NEW_PASSWORD: &str = "seven copper lanterns drift upstream";
const ONLY_SUPERUSERS: &str = "Only superusers can create and change staff and superusers.";

#[track_caller]
fn is_refused(answer: &Answer, status: u16, code: &str, message: &str) {
    answer.is(status, json!({ "code": code, "message": message }));
}

#[track_caller]
fn is_not_found(answer: &Answer) {
    is_refused(answer, 404, "not_found", "This no longer exists.");
}

#[track_caller]
fn is_invalid(answer: &Answer, field: &str, message: &str) {
    assert_eq!((answer.status, &answer.body["code"]), (400, &json!("invalid")), "{answer:?}");
    assert_eq!(answer.body["fields"], json!([{ "field": field, "message": message }]));
}

fn column<'a>(answer: &'a Answer, field: &str) -> Vec<&'a str> {
    let items = answer.body.as_array().or(answer.body["items"].as_array());
    let items = items.unwrap_or_else(|| panic!("no list: {answer:?}"));
    items.iter().map(|item| item[field].as_str().expect("a text")).collect()
}

/// A search for everything with these changes.
async fn search(staff: &Actor<'_>, what: &str, changes: &[(&str, Value)]) -> Answer {
    let mut query = json!({ "search": "", "order": "id", "descending": false, "page": 1 });
    for (field, value) in changes {
        query[*field] = value.clone();
    }
    staff.call(&format!("admin/{what}"), json!({ "query": query })).await
}

fn jti_of(token: &str) -> String {
    claims(token)["jti"].as_str().expect("a jti").to_owned()
}

#[tokio::test]
async fn staff_pages_can_search_filter_and_order_users() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    for name in ["ada", "Adam"] {
        world.user(name).await;
    }
    world.account("idle", false).await;
    let users = async |changes: &[(&str, Value)]| search(&staff, "users", changes).await;
    let all = users(&[]).await;
    assert_eq!(column(&all, "username"), ["staff", "ada", "Adam", "idle"]);
    assert_eq!((&all.body["count"], &all.body["page"], &all.body["pages"]), (&json!(4), &json!(1), &json!(1)));
    assert_eq!(column(&users(&[("search", json!("ADA, m"))]).await, "username"), ["Adam"]);
    assert_eq!(column(&users(&[("is_active", json!(false))]).await, "username"), ["idle"]);
    assert_eq!(column(&users(&[("is_staff", json!(true))]).await, "username"), ["staff"]);
    let backwards = users(&[("order", json!("username")), ("descending", json!(true))]).await;
    assert_eq!(column(&backwards, "username"), ["staff", "idle", "ada", "Adam"]);
    is_not_found(&users(&[("page", json!(2))]).await);
    is_invalid(&users(&[("search", json!("a,b c d e f g h i j k"))]).await, "search", "Search for at most 10 words.");
    assert_eq!(users(&[("order", json!("password"))]).await.body["code"], "invalid");
}

#[tokio::test]
async fn staff_pages_can_create_show_and_change_a_user() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let create = async |form: Value| staff.call("admin/create_user", json!({ "form": form })).await;
    let made = create(json!({ "username": "ada", "email": "a@b", "password": PASSWORD })).await;
    assert_eq!((made.status, &made.body["id"], &made.body["is_active"]), (200, &json!("2"), &json!(true)));
    let taken = create(json!({ "username": "ada", "password": PASSWORD })).await;
    is_invalid(&taken, "username", "A user with that username already exists.");
    let powerful = create(json!({ "username": "eve", "password": PASSWORD, "is_staff": true })).await;
    is_refused(&powerful, 403, "forbidden", ONLY_SUPERUSERS);

    assert_eq!(staff.call("admin/user", json!({ "id": "2" })).await.body, made.body);
    let change =
        async |id: &str, change: Value| staff.call("admin/change_user", json!({ "id": id, "change": change })).await;
    let changed = change("2", json!({ "email": "", "username": "countess" })).await;
    assert_eq!((&changed.body["username"], &changed.body["email"]), (&json!("countess"), &json!("")));
    is_invalid(&change("2", json!({ "email": "nowhere" })).await, "email", "Enter a valid email address.");
    for id in ["9", "x", ""] {
        is_not_found(&staff.call("admin/user", json!({ "id": id })).await);
        is_not_found(&change(id, json!({ "email": "" })).await);
    }
}

#[tokio::test]
async fn setting_a_password_on_a_page_ends_the_users_sessions() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let ada = world.signed_in("ada").await;
    let set = async |id: &str, password: &str| {
        staff.call("admin/set_password", json!({ "id": id, "form": { "password": password } })).await
    };
    assert_eq!(set("2", "short").await.body["fields"][0]["field"], "password");
    let own = "Change your own password on the account page, which asks for your current password.";
    is_invalid(&set("1", NEW_PASSWORD).await, "password", own);
    is_not_found(&set("9", NEW_PASSWORD).await);
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(set("2", NEW_PASSWORD).await.status, 200);
    ada.me().await.is_bad_access("Token is blacklisted");
}

#[tokio::test]
async fn bulk_deactivation_is_all_or_nothing() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let ada = world.signed_in("ada").await;
    world.user("bob").await;
    world.administrator("root", Role::Superuser).await;
    let set = async |ids: &[&str], is_active: bool| {
        staff.call("admin/set_active", json!({ "ids": ids, "is_active": is_active })).await
    };
    is_refused(&set(&["2", "3", "4"], false).await, 403, "forbidden", ONLY_SUPERUSERS);
    is_not_found(&set(&["2", "9"], false).await);
    is_not_found(&set(&["2", "x"], false).await);
    let own = "You cannot remove this from your own account. Ask another superuser.";
    is_invalid(&set(&["2", "1"], false).await, "is_active", own);
    is_invalid(&set(&["2"; 101], false).await, "ids", "Choose at most 100 at a time.");
    assert_eq!(ada.me().await.status, 200, "unchanged after the rejection");
    assert_eq!(search(&staff, "events", &[("kind", json!("user_deactivated"))]).await.body["count"], 0);

    let done = set(&["3", "2", "02", "3"], false).await;
    assert_eq!((done.status, column(&done, "username")), (200, vec!["bob", "ada"]));
    assert!(done.body.as_array().expect("a list").iter().all(|user| user["is_active"] == false));
    ada.me().await.is(401, json!({ "detail": "User is inactive", "code": "user_inactive" }));
    assert_eq!(search(&staff, "events", &[("kind", json!("user_deactivated"))]).await.body["count"], 2);
    assert_eq!(set(&["2"], true).await.body[0]["is_active"], true);
    assert_eq!(set(&[], true).await.body, json!([]));
    assert_eq!(set(&["2"; 100], true).await.status, 200);
}

#[tokio::test]
async fn staff_pages_can_show_and_end_sessions_of_other_users() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let (ada, elsewhere) = (world.signed_in("ada").await, world.sign_in("ada").await);
    let root = world.administrator("root", Role::Superuser).await;
    let sessions = staff.call("admin/sessions_of", json!({ "id": "2" })).await;
    assert_eq!(sessions.body.as_array().map(Vec::len), Some(2));
    is_not_found(&staff.call("admin/sessions_of", json!({ "id": "9" })).await);
    let sid = ada.me().await.body["session"]["id"].clone();
    assert!(column(&sessions, "id").contains(&sid.as_str().expect("an id")));

    let end = async |sid: &Value| staff.call("admin/end_session", json!({ "sid": sid })).await;
    assert_eq!(end(&sid).await.status, 200);
    ada.me().await.is_bad_access("Token is blacklisted");
    assert_eq!(elsewhere.me().await.status, 200);
    for none in [&sid, &json!("00000000000000000000000000000000"), &json!("x")] {
        is_not_found(&end(none).await);
    }
    let of_root = root.me().await.body["session"]["id"].clone();
    is_refused(&end(&of_root).await, 403, "forbidden", ONLY_SUPERUSERS);

    assert_eq!(staff.call("admin/end_sessions", json!({ "id": "2" })).await.status, 200);
    elsewhere.me().await.is_bad_access("Token is blacklisted");
    is_not_found(&staff.call("admin/end_sessions", json!({ "id": "9" })).await);
    is_refused(&staff.call("admin/end_sessions", json!({ "id": "3" })).await, 403, "forbidden", ONLY_SUPERUSERS);
    assert_eq!(root.me().await.status, 200);
}

#[tokio::test]
async fn staff_pages_list_refresh_tokens_by_jti() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let mut ada = world.signed_in("ada").await;
    let spent = jti_of(&ada.refresh);
    ada.refresh().await;
    let session = ada.me().await.body["session"]["id"].clone();
    let tokens = async |changes: &[(&str, Value)]| search(&staff, "tokens", changes).await;
    assert_eq!(column(&tokens(&[]).await, "jti"), [jti_of(&ada.refresh), spent.clone(), jti_of(&staff.refresh)]);
    assert_eq!(column(&tokens(&[("is_blacklisted", json!(true))]).await, "jti"), [spent]);
    assert_eq!(tokens(&[("user", json!("2")), ("is_expired", json!(false))]).await.body["count"], 2);
    assert_eq!(tokens(&[("session", session)]).await.body["count"], 2);
    assert_eq!(tokens(&[("is_expired", json!(true))]).await.body["count"], 0);
    is_invalid(&tokens(&[("user", json!("ada"))]).await, "user", "The id of a user is a whole number.");
    let sentence = "The id of a session is 32 digits from 0 to f.";
    is_invalid(&tokens(&[("session", json!("x"))]).await, "session", sentence);
}

#[tokio::test]
async fn bulk_blacklisting_is_all_or_nothing() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let (ada, bob) = (world.signed_in("ada").await, world.signed_in("bob").await);
    let root = world.administrator("root", Role::Superuser).await;
    let [of_ada, of_bob, of_root] = [&ada, &bob, &root].map(|actor| jti_of(&actor.refresh));
    let take = async |jtis: Vec<&str>| staff.call("admin/blacklist_tokens", json!({ "jtis": jtis })).await;
    is_not_found(&take(vec![&of_ada, "unknown"]).await);
    is_refused(&take(vec![&of_ada, &of_root]).await, 403, "forbidden", ONLY_SUPERUSERS);
    is_invalid(&take(vec![&of_ada; 101]).await, "jtis", "Choose at most 100 at a time.");
    assert_eq!(ada.me().await.status, 200, "unchanged after the rejection");
    assert_eq!(ada.try_refresh().await.status, 200);
    assert_eq!(search(&staff, "events", &[("kind", json!("token_revoked"))]).await.body["count"], 0);

    let taken = take(vec![&of_bob, &of_ada, &of_bob]).await;
    assert_eq!((taken.status, column(&taken, "jti")), (200, vec![of_bob.as_str(), of_ada.as_str()]));
    assert!(taken.body[0]["blacklisted_at"].is_i64());
    for actor in [&ada, &bob] {
        actor.me().await.is_bad_access("Token is blacklisted");
    }
    assert_eq!(search(&staff, "events", &[("kind", json!("token_revoked"))]).await.body["count"], 2);
}

#[tokio::test]
async fn staff_pages_filter_security_events_by_kind_user_and_time() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    world.pass(std::time::Duration::from_secs(10));
    let timestamp = json!(world.now());
    world.signed_in("ada").await;
    let events = async |changes: &[(&str, Value)]| search(&staff, "events", changes).await;
    assert_eq!(column(&events(&[]).await, "kind"), ["signed_in", "registered", "signed_in", "registered"]);
    assert_eq!(column(&events(&[("kind", json!("signed_in"))]).await, "username"), ["ada", "staff"]);
    assert_eq!(events(&[("user", json!("2"))]).await.body["count"], 2);
    assert_eq!(events(&[("since", timestamp.clone())]).await.body["count"], 2);
    assert_eq!(events(&[("until", timestamp), ("user", json!("2"))]).await.body["count"], 0);
    is_invalid(&events(&[("user", json!("ada"))]).await, "user", "The id of a user is a whole number.");
    assert_eq!(events(&[("kind", json!("nonsense"))]).await.body["code"], "invalid");
    is_not_found(&events(&[("page", json!(2))]).await);
}

#[tokio::test]
async fn a_user_who_is_no_longer_staff_is_rejected_at_the_next_call() {
    let world = World::new().await;
    let root = world.administrator("root", Role::Superuser).await;
    let staff = world.administrator("staff", Role::Staff).await;
    assert_eq!(search(&staff, "users", &[]).await.status, 200);
    let demoted = root.call("admin/change_user", json!({ "id": "2", "change": { "is_staff": false } })).await;
    assert_eq!(demoted.body["is_staff"], false);
    let sentence = "You do not have permission to perform this action.";
    is_refused(&search(&staff, "users", &[]).await, 403, "forbidden", sentence);
}
