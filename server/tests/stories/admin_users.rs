use hallpass_core::user::Role;
use serde_json::{Value, json};

use crate::{
    actors::{Answer, PASSWORD, World},
    staff::is_for_staff,
};

const NEW_PASSWORD: &str = "seven copper lanterns drift upstream";

fn names(answer: &Answer) -> Vec<&str> {
    let results = answer.body["results"].as_array().unwrap_or_else(|| panic!("no page: {answer:?}"));
    results.iter().map(|user| user["username"].as_str().expect("a name")).collect()
}

fn field_error(field: &str, sentence: &str) -> Value {
    json!({ field: [sentence] })
}

#[tokio::test]
async fn only_staff_see_users() {
    let world = World::new().await;
    let endpoints = [
        ("GET", "/api/admin/users/"),
        ("POST", "/api/admin/users/"),
        ("PUT", "/api/admin/users/"),
        ("OPTIONS", "/api/admin/users/"),
        ("GET", "/api/admin/users/1/"),
        ("PATCH", "/api/admin/users/1/"),
        ("POST", "/api/admin/users/1/password/"),
        ("GET", "/api/admin/users/no-number/"),
    ];
    is_for_staff(&world, &endpoints).await;
}

#[tokio::test]
async fn staff_can_list_search_filter_and_order_users() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    for name in ["ada", "Adam", "bob"] {
        world.user(name).await;
    }
    world.account("idle", false).await;
    let list = async |query: &str| staff.see(&format!("/api/admin/users/{query}")).await;
    assert_eq!(names(&list("").await), ["staff", "ada", "Adam", "bob", "idle"]);
    assert_eq!(names(&list("?search=ADA").await), ["ada", "Adam"]);
    assert_eq!(names(&list("?search=ada%20m").await), ["Adam"]);
    assert_eq!(names(&list("?search=100%25_").await), Vec::<&str>::new());
    assert_eq!(names(&list("?is_active=false").await), ["idle"]);
    assert_eq!(names(&list("?is_staff=true&is_active=1").await), ["staff"]);
    assert_eq!(names(&list("?ordering=-username").await), ["staff", "idle", "bob", "ada", "Adam"]);
    assert_eq!(names(&list("?ordering=-last_login&page_size=1").await), ["staff"]);
    list("?ordering=password&is_active=perhaps").await.is(
        400,
        json!({ "is_active": ["Must be a valid boolean."], "ordering": ["\"password\" is not a valid choice."] }),
    );
    list("?search=a,b,c,d,e,f,g,h,i,j,k").await.is(400, field_error("search", "Search for at most 10 words."));
}

#[tokio::test]
async fn lists_are_paged_like_django_rest_framework() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    for number in 0..4 {
        world.user(&format!("user{number}")).await;
    }
    let page = async |query: &str| staff.see(&format!("/api/admin/users/{query}")).await;
    let second = page("?page=2&page_size=2&ordering=id").await;
    assert_eq!(names(&second), ["user1", "user2"]);
    let link = |query: &str| json!(format!("{}/api/admin/users/?{query}", world.url));
    assert_eq!(second.body["count"], 5);
    assert_eq!(second.body["next"], link("ordering=id&page=3&page_size=2"));
    assert_eq!(second.body["previous"], link("ordering=id&page_size=2"));
    let last = page("?page=last&page_size=2").await;
    assert_eq!((names(&last), &last.body["next"]), (vec!["user3"], &Value::Null));
    assert_eq!(names(&page("?page_size=0").await).len(), 5, "the default page size");
    assert_eq!(names(&page("?page_size=100000").await).len(), 5);
    for none in ["?page=4&page_size=2", "?page=0", "?page=-1", "?page=x", "?page=18446744073709551616"] {
        page(none).await.is(404, json!({ "detail": "Invalid page." }));
    }
}

#[tokio::test]
async fn creating_a_user_applies_the_rules_of_a_registration() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let form = json!({ "username": "ada", "password": PASSWORD, "email": "ada@example.org" });
    let made = staff.send("POST", "/api/admin/users/", form.clone()).await;
    assert_eq!((made.status, &made.body["id"], &made.body["is_active"]), (201, &json!("2"), &json!(true)));
    assert!(!made.body.to_string().contains("argon2"), "no password hash is returned");
    world.sign_in("ada").await;
    let taken = staff.send("POST", "/api/admin/users/", form).await;
    taken.is(400, field_error("username", "A user with that username already exists."));
    let wrong = staff.send("POST", "/api/admin/users/", json!({ "username": "", "is_staff": "perhaps" })).await;
    let expected = json!({
        "username": ["This field may not be blank."],
        "password": ["This field is required."],
        "is_staff": ["Must be a valid boolean."],
    });
    wrong.is(400, expected);
    assert_eq!(staff.see("/api/admin/users/2/").await.body["email"], "ada@example.org");
    staff.see("/api/admin/users/9/").await.is(404, json!({ "detail": "Not found." }));
}

#[tokio::test]
async fn a_patch_changes_only_the_given_fields_of_a_user() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    world.user("ada").await;
    let patch = async |body: Value| staff.send("PATCH", "/api/admin/users/2/", body).await;
    let edited = patch(json!({ "email": "a@b", "username": "countess" })).await;
    assert_eq!(
        (edited.status, &edited.body["username"], &edited.body["email"]),
        (200, &json!("countess"), &json!("a@b"))
    );
    patch(json!({ "username": "staff" }))
        .await
        .is(400, field_error("username", "A user with that username already exists."));
    patch(json!({ "email": "nowhere" })).await.is(400, field_error("email", "Enter a valid email address."));
    patch(json!({ "is_active": null })).await.is(400, field_error("is_active", "This field may not be null."));
    assert_eq!(patch(json!({})).await.status, 200, "nothing to do");
    assert_eq!(patch(json!([])).await.status, 400);
}

#[tokio::test]
async fn deactivating_a_user_ends_every_session_and_reactivating_restores_none() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let ada = world.signed_in("ada").await;
    let elsewhere = world.sign_in("ada").await;
    let patch =
        async |is_active: bool| staff.send("PATCH", "/api/admin/users/2/", json!({ "is_active": is_active })).await;
    assert_eq!(patch(false).await.body["is_active"], false);
    for actor in [&ada, &elsewhere] {
        actor.me().await.is(401, json!({ "detail": "User is inactive", "code": "user_inactive" }));
    }
    ada.try_refresh().await.is(401, json!({ "detail": "No active account found for the given token." }));
    assert_eq!(patch(true).await.status, 200);
    assert_eq!((ada.me().await.status, ada.try_refresh().await.status), (401, 401));
    assert_eq!(world.sign_in("ada").await.me().await.status, 200);
}

#[tokio::test]
async fn staff_can_change_neither_staff_nor_superusers() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let root = world.administrator("root", Role::Superuser).await;
    world.user("ada").await;
    let only = json!({ "detail": "Only superusers can create and change staff and superusers." });
    let session = root.me().await.body["session"]["id"].as_str().expect("a session").to_owned();
    let jti = crate::actors::claims(&root.refresh)["jti"].as_str().expect("a jti").to_owned();
    let requests = [
        ("PATCH", "/api/admin/users/2/".to_owned(), json!({ "email": "a@b" })),
        ("PATCH", "/api/admin/users/3/".to_owned(), json!({ "is_staff": true })),
        ("PATCH", "/api/admin/users/1/".to_owned(), json!({ "is_superuser": true })),
        ("POST", "/api/admin/users/2/password/".to_owned(), json!({ "password": NEW_PASSWORD })),
        ("DELETE", "/api/admin/users/2/sessions/".to_owned(), Value::Null),
        ("DELETE", format!("/api/admin/users/2/sessions/{session}/"), Value::Null),
        ("POST", format!("/api/admin/tokens/{jti}/blacklist/"), Value::Null),
        (
            "POST",
            "/api/admin/users/".to_owned(),
            json!({ "username": "eve", "password": NEW_PASSWORD, "is_superuser": true }),
        ),
    ];
    for (method, path, body) in requests {
        staff.send(method, &path, body).await.is(403, only.clone());
    }
    assert_eq!(root.me().await.status, 200);
    let promoted = root.send("PATCH", "/api/admin/users/3/", json!({ "is_staff": true })).await;
    assert_eq!(promoted.body["is_staff"], true);
}

#[tokio::test]
async fn administrators_cannot_change_their_own_status_roles_or_password() {
    let world = World::new().await;
    let root = world.administrator("root", Role::Superuser).await;
    for field in ["is_active", "is_staff", "is_superuser"] {
        let sentence = "You cannot remove this from your own account. Ask another superuser.";
        root.send("PATCH", "/api/admin/users/1/", json!({ field: false })).await.is(400, field_error(field, sentence));
    }
    let own = root.send("POST", "/api/admin/users/1/password/", json!({ "password": NEW_PASSWORD })).await;
    let sentence = "Change your own password on the account page, which asks for your current password.";
    own.is(400, field_error("password", sentence));
    assert_eq!(root.me().await.status, 200);
}

#[tokio::test]
async fn two_superusers_who_demote_each_other_leave_one_superuser() {
    let world = World::new().await;
    let (one, other) =
        (world.administrator("one", Role::Superuser).await, world.administrator("other", Role::Superuser).await);
    let demote = json!({ "is_superuser": false, "is_staff": false });
    let (first, second) = tokio::join!(
        one.send("PATCH", "/api/admin/users/2/", demote.clone()),
        other.send("PATCH", "/api/admin/users/1/", demote.clone()),
    );
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403]);
}

#[tokio::test]
async fn setting_a_users_password_ends_the_users_sessions() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Staff).await;
    let ada = world.signed_in("ada").await;
    let set = async |password: &str| {
        staff.send("POST", "/api/admin/users/2/password/", json!({ "password": password })).await
    };
    assert_eq!(set("short").await.status, 400);
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(set(NEW_PASSWORD).await.status, 204);
    ada.me().await.is_bad_access("Token is blacklisted");
    let old = world.post("/api/token/", json!({ "username": "ada", "password": PASSWORD })).await;
    let new = world.post("/api/token/", json!({ "username": "ada", "password": NEW_PASSWORD })).await;
    assert_eq!((old.status, new.status), (401, 200));
}
