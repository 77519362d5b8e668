//! One parser each for usernames, e-mail addresses and passwords, behind every endpoint.

use hallpass_core::user::Role;
use serde_json::{Value, json};

use crate::actors::{Actor, Answer, PASSWORD, World};

const USERNAME: &str =
    "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";
const EMAIL: &str = "Enter a valid email address.";
const BLANK: &str = "This field may not be blank.";
const NUL: &str = "Null characters are not allowed.";

const INVISIBLE_NAMES: [&str; 7] =
    ["\u{3164}", "\u{115f}", "admin\u{3164}", "\u{345}", "admin\u{345}", "ad\u{200b}min", "admin\u{e0061}"];
const BAD_ADDRESSES: [&str; 10] = [
    "a\u{200b}@x.org",
    "\u{202e}a@x.org",
    "\u{feff}a@x.org",
    "a\u{ad}@x.org",
    "a@x.org,b@x.org",
    "<script>@x.org",
    "a@b.",
    "a@b..c",
    "a@b@c.org",
    "\u{3164}@x.org",
];

/// One password in two compositions.
const DECOMPOSED: &str = "cafe\u{301} kettle harvests nine moons";
const COMPOSED: &str = "caf\u{e9} kettle harvests nine moons";

fn account(username: &str, email: &str, password: &str) -> Value {
    json!({ "username": username, "email": email, "password": password })
}

#[track_caller]
fn rest_refuses(answer: &Answer, field: &str, sentence: &str) {
    answer.is(400, json!({ field: [sentence] }));
}

#[track_caller]
fn page_refuses(answer: &Answer, field: &str, sentence: &str) {
    assert_eq!(answer.status, 400, "{answer:?}");
    assert_eq!(answer.body["fields"], json!([{ "field": field, "message": sentence }]));
}

async fn register_on_page(world: &World, form: Value) -> Answer {
    world.post("/rpc/session/register", json!({ "registration": form })).await
}

/// The responses of each endpoint that creates an account: two of REST, then two of pages.
async fn creations(world: &World, staff: &Actor<'_>, form: Value) -> ([Answer; 2], [Answer; 2]) {
    let rest =
        [world.post("/api/register/", form.clone()).await, staff.send("POST", "/api/admin/users/", form.clone()).await];
    let pages =
        [register_on_page(world, form.clone()).await, staff.call("admin/create_user", json!({ "form": form })).await];
    (rest, pages)
}

async fn every_creation_refuses(world: &World, staff: &Actor<'_>, form: Value, field: &str, sentence: &str) {
    let (rest, pages) = creations(world, staff, form).await;
    for answer in &rest {
        rest_refuses(answer, field, sentence);
    }
    for answer in &pages {
        page_refuses(answer, field, sentence);
    }
}

#[tokio::test]
async fn no_endpoint_accepts_a_username_with_an_invisible_character() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Superuser).await;
    world.user("ada").await;
    for name in INVISIBLE_NAMES {
        every_creation_refuses(&world, &staff, account(name, "", PASSWORD), "username", USERNAME).await;
        let edit = json!({ "username": name });
        rest_refuses(&staff.send("PATCH", "/api/admin/users/2/", edit.clone()).await, "username", USERNAME);
        page_refuses(
            &staff.call("admin/change_user", json!({ "id": "2", "change": edit })).await,
            "username",
            USERNAME,
        );
    }
}

#[tokio::test]
async fn no_endpoint_accepts_an_invalid_email() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Superuser).await;
    let ada = world.signed_in("ada").await;
    for email in BAD_ADDRESSES {
        every_creation_refuses(&world, &staff, account("eve", email, PASSWORD), "email", EMAIL).await;
        let edit = json!({ "email": email });
        rest_refuses(&staff.send("PATCH", "/api/admin/users/2/", edit.clone()).await, "email", EMAIL);
        page_refuses(
            &staff.call("admin/change_user", json!({ "id": "2", "change": edit.clone() })).await,
            "email",
            EMAIL,
        );
        page_refuses(&ada.call("account/change_profile", json!({ "form": edit })).await, "email", EMAIL);
    }
}

#[tokio::test]
async fn an_account_with_a_username_and_email_of_older_rules_can_sign_in_and_be_edited() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Superuser).await;
    world.user("ada").await;
    world.run("UPDATE users SET username = 'ad\u{345}a', email = 'ada@x.' WHERE id = 2".to_owned()).await;
    let ada = world.sign_in("ad\u{345}a").await;
    let edit = json!({ "username": "ad\u{345}a", "email": "ada@x.", "is_staff": true });
    let edited = staff.send("PATCH", "/api/admin/users/2/", edit).await;
    assert_eq!((edited.status, &edited.body["is_staff"]), (200, &json!(true)), "{edited:?}");
    let profile = ada.call("account/change_profile", json!({ "form": { "email": "ada@x." } })).await;
    assert_eq!((profile.status, &profile.body["email"]), (200, &json!("ada@x.")), "{profile:?}");
    rest_refuses(&staff.send("PATCH", "/api/admin/users/2/", json!({ "email": "eve@x." })).await, "email", EMAIL);
}

#[tokio::test]
async fn no_endpoint_sets_a_password_that_the_sign_in_rejects() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Superuser).await;
    let ada = world.signed_in("ada").await;
    let spaces = " ".repeat(20);
    for (password, sentence) in [(spaces.as_str(), BLANK), ("violet kettle\0harvests nine moons", NUL)] {
        every_creation_refuses(&world, &staff, account("eve", "", password), "password", sentence).await;
        let form = json!({ "password": password });
        rest_refuses(&staff.send("POST", "/api/admin/users/2/password/", form.clone()).await, "password", sentence);
        page_refuses(&staff.call("admin/set_password", json!({ "id": "2", "form": form })).await, "password", sentence);
        let change = json!({ "current_password": PASSWORD, "new_password": password });
        page_refuses(&ada.call("account/change_password", json!({ "form": change })).await, "new_password", sentence);
        let operator = world.auth.set_password("ada", password.into()).await.expect_err("refused");
        assert!(format!("{operator:?}").contains("password"), "{operator:?}");
        rest_refuses(&world.post("/api/token/", account("ada", "", password)).await, "password", sentence);
    }
    world.sign_in("ada").await;
}

#[tokio::test]
async fn a_password_is_the_same_in_every_unicode_composition() {
    let world = World::new().await;
    let sign_in =
        async |name: &str, password: &str| world.post("/api/token/", account(name, "", password)).await.status;
    for (name, set) in [("ada", DECOMPOSED), ("eve", COMPOSED)] {
        assert_eq!(world.post("/api/register/", account(name, "", set)).await.status, 201);
        for typed in [DECOMPOSED, COMPOSED] {
            assert_eq!(sign_in(name, typed).await, 200, "{set:?} {typed:?}");
        }
    }
    assert_eq!(sign_in("ada", "cafe kettle harvests nine moons").await, 401);
}

#[tokio::test]
async fn the_length_of_a_password_is_counted_in_composed_characters() {
    let world = World::new().await;
    let fourteen = "e\u{301}x".repeat(7);
    let refused = world.post("/api/register/", account("ada", "", &fourteen)).await;
    rest_refuses(&refused, "password", "This password is too short. Use at least 15 characters.");
}

#[tokio::test]
async fn an_imported_hash_of_decomposed_text_accepts_first_that_text_and_then_every_composition() {
    let world = World::new().await;
    world.user("ada").await;
    // Created by Django's MD5PasswordHasher from `DECOMPOSED`.
    world.run("UPDATE users SET password = 'md5$salt$2d1b0079a286d2bd8bbff60fe9e3c509'".to_owned()).await;
    let sign_in = async |password: &str| world.post("/api/token/", account("ada", "", password)).await.status;
    assert_eq!(sign_in(COMPOSED).await, 401);
    assert_eq!(sign_in(DECOMPOSED).await, 200);
    assert_eq!(sign_in(COMPOSED).await, 200);
    assert_eq!(sign_in(DECOMPOSED).await, 200);
}

#[tokio::test]
async fn a_search_normalises_and_folds_like_usernames() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Superuser).await;
    for (name, email) in [("Özgür", "zoe@Café.org"), ("Straße", ""), ("ΣΊΣΥΦΟΣ", "")] {
        assert_eq!(world.post("/api/register/", account(name, email, PASSWORD)).await.status, 201);
    }
    let search = async |text: &str| {
        let query = json!({ "search": text, "order": "id", "descending": false, "page": 1 });
        let found = staff.call("admin/users", json!({ "query": query })).await;
        let items = found.body["items"].as_array().expect("a list").clone();
        items.iter().map(|item| item["username"].as_str().expect("a name").to_owned()).collect::<Vec<_>>()
    };
    let texts = [
        ("özgür", "Özgür"),
        ("O\u{308}ZGU\u{308}R", "Özgür"),
        ("\u{ff3a}\u{ff27}", "Özgür"),
        ("CAFE\u{301}", "Özgür"),
        ("strasse", "Straße"),
        ("σίσυφος", "ΣΊΣΥΦΟΣ"),
    ];
    for (text, name) in texts {
        assert_eq!(search(text).await, [name], "{text:?}");
    }
    let renamed = staff.send("PATCH", "/api/admin/users/2/", json!({ "username": "Ğül" })).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    assert_eq!((search("ğÜL").await, search("özgür").await), (vec!["Ğül".to_owned()], vec![]));
}

#[tokio::test]
async fn users_of_an_earlier_version_are_found_by_a_folded_search_after_a_start() {
    let world = World::new().await;
    let staff = world.administrator("staff", Role::Superuser).await;
    for name in ["Özgür", "Ada"] {
        world.user(name).await;
    }
    world.sql("UPDATE users SET search_text = NULL").await;
    let search = async |text: &str| staff.see(&format!("/api/admin/users/?search={text}")).await.body["count"].clone();
    assert_eq!((search("ADA").await, search("%C3%B6zg%C3%BCr").await), (json!(1), json!(0)));
    world.another_store().await;
    assert_eq!((search("ADA").await, search("%C3%B6zg%C3%BCr").await), (json!(1), json!(1)));
}
