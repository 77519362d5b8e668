//! E-mail addresses as the user id in tokens: an address belongs to one user, in every spelling and under concurrency.

use futures::future::join_all;
use hallpass_core::{
    Account,
    import::ImportMode,
    settings::Settings,
    user::{Role, UserIdField},
};
use serde_json::{Value, json};

use crate::{
    actors::{Actor, Answer, PASSWORD, World, settings},
    rpc::call,
    sessionless::{Elsewhere, user_elsewhere},
};

const TAKEN: &str = "A user with that email address already exists.";

async fn world() -> World {
    World::with(Settings { user_id_field: UserIdField::Email, ..settings() }).await
}

/// Registers an account and signs in.
async fn registered<'w>(world: &'w World, username: &str, email: &str) -> Actor<'w> {
    let registration = json!({ "registration": { "username": username, "email": email, "password": PASSWORD } });
    let pair = call(world, "session/register", None, registration).await;
    Actor { world, access: pair.text("access"), refresh: pair.text("refresh") }
}

async fn administrator(world: &World) -> Actor<'_> {
    let account = Account {
        username: "root".into(),
        email: "root@x".into(),
        password: PASSWORD.into(),
        role: Role::Superuser,
        is_active: true,
    };
    world.auth.create_user(account).await.expect("a user");
    world.sign_in("root").await
}

#[track_caller]
fn one_of(answers: &[Answer], expected: u16) {
    let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == expected).count(), 1, "{answers:?}");
    for answer in answers.iter().filter(|answer| answer.status != expected) {
        assert_eq!((answer.status, &answer.body["email"]), (400, &json!([TAKEN])), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_concurrent_registrations_with_one_email_succeeds_and_can_sign_in() {
    let world = world().await;
    let spellings =
        ["ada@x.org", "Ada@x.org", "ada@X.ORG", "ADA@x.org", "ada@x.org", "adA@x.org", "ada@x.oRg", "aDa@x.org"];
    let register = |number: usize, email: &str| {
        let form = json!({ "username": format!("ada{number}"), "email": email, "password": PASSWORD });
        world.post("/api/register/", form)
    };
    let answers = join_all(spellings.into_iter().enumerate().map(|(number, email)| register(number, email))).await;
    one_of(&answers, 201);
    let taken = answers.iter().find(|answer| answer.status == 201).expect("one");
    assert_eq!(world.sign_in(&taken.text("username")).await.me().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_concurrent_changes_to_one_email_succeeds() {
    let world = world().await;
    let mut actors = Vec::new();
    for number in 0..6 {
        let name = format!("user{number}");
        actors.push(registered(&world, &name, &format!("{name}@x")).await);
    }
    let changes =
        actors.iter().map(|actor| actor.call("account/change_profile", json!({ "form": { "email": "New@x" } })));
    let statuses: Vec<_> = join_all(changes).await.iter().map(|answer| answer.status).collect();
    // A change of the address ends the current session, so the response may be a 401.
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 5, "{statuses:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_concurrent_admin_changes_to_one_email_succeeds() {
    let world = world().await;
    let root = administrator(&world).await;
    let create = |number: usize| {
        let form = json!({ "username": format!("new{number}"), "email": "one@x", "password": PASSWORD });
        root.send_owned("POST", "/api/admin/users/".to_owned(), form)
    };
    one_of(&join_all((0..5).map(create)).await, 201);
    for number in 0..4 {
        world.user(&format!("old{number}")).await;
    }
    let list = root.see("/api/admin/users/?search=old").await;
    let ids = list.body["results"]
        .as_array()
        .expect("users")
        .iter()
        .map(|user| user["id"].as_str().expect("an id").to_owned());
    let change = |id: String| root.send_owned("PATCH", format!("/api/admin/users/{id}/"), json!({ "email": "Two@x" }));
    one_of(&join_all(ids.map(change)).await, 200);
}

impl Actor<'_> {
    async fn send_owned(&self, method: &str, path: String, body: Value) -> Answer {
        self.send(method, &path, body).await
    }
}

#[tokio::test]
async fn an_import_skips_a_user_whose_email_is_taken() {
    let world = world().await;
    let ada = registered(&world, "ada", "Joy@elsewhere").await;
    let import = async |users| {
        let mut source = Elsewhere { users, tokens: Vec::new() };
        world.auth.import(&mut source, ImportMode::Commit).await.expect("an import").users
    };
    let tally = import(vec![user_elsewhere(7, "joy"), user_elsewhere(8, "bob")]).await;
    assert_eq!((tally.added, tally.skipped), (1, 1), "{tally:?}");
    assert_eq!(ada.me().await.status, 200);
    let mut bob = user_elsewhere(8, "bob");
    bob.email = "JOY@elsewhere".into();
    bob.is_active = false;
    let tally = import(vec![bob]).await;
    assert_eq!(tally.updated, 1, "the other changes are imported: {tally:?}");
    assert!(tally.reasons.keys().any(|reason| reason.to_string().contains("kept the old e-mail address")), "{tally:?}");
    assert_eq!(ada.me().await.status, 200);
}

#[tokio::test]
async fn two_spellings_of_an_email_are_the_same_email() {
    let world = world().await;
    registered(&world, "ada", "J\u{e9}r\u{f4}me@X.org").await;
    for spelling in ["j\u{e9}r\u{f4}me@x.org", "Je\u{301}ro\u{302}me@x.org", "J\u{c9}R\u{d4}ME@X.ORG"] {
        let form = json!({ "username": "eve", "email": spelling, "password": PASSWORD });
        world.post("/api/register/", form).await.is(400, json!({ "email": [TAKEN] }));
    }
}

#[tokio::test]
async fn a_server_start_computes_missing_email_keys() {
    let world = world().await;
    let ada = registered(&world, "ada", "\u{c9}va@x").await;
    world.sql("UPDATE users SET email_key = NULL").await;
    assert_eq!(ada.me().await.status, 200, "found by the e-mail address as written");
    drop(world.another_store().await);
    let form = json!({ "username": "eve", "email": "\u{e9}VA@X", "password": PASSWORD });
    world.post("/api/register/", form).await.is(400, json!({ "email": [TAKEN] }));
}

#[tokio::test]
async fn an_email_may_be_shared_if_it_does_not_identify_users() {
    let world = World::new().await;
    for name in ["ada", "eve"] {
        let form = json!({ "username": name, "email": "both@x", "password": PASSWORD });
        assert_eq!(world.post("/api/register/", form).await.status, 201);
    }
}
