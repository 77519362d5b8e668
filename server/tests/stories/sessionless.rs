//! Tokens without a session: the same result at every endpoint.

use async_trait::async_trait;
use hallpass_core::{
    clients::{Client, Clients},
    clock::Timestamp,
    id::{Jti, UserId},
    import::{ForeignToken, ForeignUser, ImportMode, Page, Source, SourceError},
    settings::{SessionCheck, Settings},
    token::TokenType,
    user::{Role, UserIdField},
};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::{
    actors::{Actor, Answer, PASSWORD, World, foreign, settings},
    rpc::call,
};

const SECRET: &str = "5b0fd3a1c4e7429f8d6a1b2c3d4e5f60";
const USER_NOT_FOUND: (u16, &str) = (401, "user_not_found");
const BLACKLISTED: (u16, &str) = (401, "token_not_valid");
const GOOD: (u16, &str) = (200, "");

/// A change of a token's claims.
type Change = fn(&mut Value);

/// A database of another project.
#[derive(Default)]
pub(crate) struct Elsewhere {
    pub(crate) users: Vec<ForeignUser>,
    pub(crate) tokens: Vec<ForeignToken>,
}

#[async_trait]
impl Source for Elsewhere {
    async fn users(&mut self, after: i64, _limit: u16) -> Result<Page<ForeignUser>, SourceError> {
        let rows = if after == i64::MIN { std::mem::take(&mut self.users) } else { Vec::new() };
        Ok(Page { rows: rows.into_iter().map(Ok).collect(), next: None })
    }

    async fn tokens(&mut self, after: i64, _limit: u16) -> Result<Page<ForeignToken>, SourceError> {
        let rows = if after == i64::MIN { std::mem::take(&mut self.tokens) } else { Vec::new() };
        Ok(Page { rows: rows.into_iter().map(Ok).collect(), next: None })
    }

    async fn highest_user_id(&mut self) -> Result<Option<i64>, SourceError> {
        Ok(None)
    }

    async fn newest_token(&mut self) -> Result<Option<SecretString>, SourceError> {
        Ok(None)
    }
}

pub(crate) fn user_elsewhere(id: i64, username: &str) -> ForeignUser {
    ForeignUser {
        id: UserId(id),
        username: username.into(),
        email: format!("{username}@elsewhere"),
        password: "!".into(),
        is_active: true,
        is_staff: false,
        is_superuser: false,
        date_joined: None,
        last_login: None,
    }
}

fn open(session_check: SessionCheck, user_id_field: UserIdField) -> Settings {
    let clients = Clients::from_iter([Client::with_secret("gateway", SECRET).expect("a client")]);
    let auth_token_classes = vec![TokenType::Access, TokenType::Sliding];
    Settings { clients, auth_token_classes, session_check, user_id_field, ..settings() }
}

async fn import(world: &World, users: Vec<ForeignUser>, mode: ImportMode) {
    world.auth.import(&mut Elsewhere { users, tokens: Vec::new() }, mode).await.expect("an import");
}

/// A token of the other project.
fn token(world: &World, kind: &str, jti: &str, change: impl FnOnce(&mut Value)) -> String {
    let now = world.now();
    let mut claims = json!({
        "token_type": kind, "exp": now + 600, "iat": now, "refresh_exp": now + 600, "jti": format!("{kind} {jti}"),
        "user_id": "1",
    });
    change(&mut claims);
    foreign(&claims)
}

/// The response to a token: status and code.
fn said(answer: &Answer) -> (u16, String) {
    let code = answer.body["code"].as_str().or(answer.body["non_field_errors"][0].as_str());
    (answer.status, code.unwrap_or_default().to_owned())
}

async fn is_active(world: &World, token: &str) -> bool {
    let request = world.request("POST", "/oauth/introspect").basic_auth("gateway", Some(SECRET));
    let answer = Answer::of(request.form(&[("token", token)]).send().await.expect("an answer")).await;
    answer.body["active"].as_bool().expect("a verdict")
}

/// Sends tokens of each type to each endpoint that takes it, those that spend it last. `change` modifies the claims.
async fn verdicts(world: &World, jti: &str, change: Change) -> Vec<(&'static str, (u16, String))> {
    let (access, sliding) = (token(world, "access", jti, change), token(world, "sliding", jti, change));
    let refresh = token(world, "refresh", jti, change);
    let [other, given_back] =
        ["other", "given back"].map(|name| token(world, "refresh", &format!("{jti} {name}"), change));
    let mut verdicts = Vec::new();
    for (name, bearer) in [("access", &access), ("sliding", &sliding)] {
        for path in ["/api/me/", "/api/sessions/", "/api/events/"] {
            verdicts.push((name, said(&world.get(path, bearer).await)));
        }
    }
    let rpc = call(world, "account/me", Some(&access), json!({})).await;
    verdicts.push(("a server function", (rpc.status, String::new())));
    for (name, text) in [("verify access", &access), ("verify sliding", &sliding), ("verify refresh", &refresh)] {
        verdicts.push((name, said(&world.post("/api/token/verify/", json!({ "token": text })).await)));
    }
    for (name, text) in [("introspect", &access), ("introspect sliding", &sliding), ("introspect refresh", &refresh)] {
        let status = if is_active(world, text).await { 200 } else { 401 };
        verdicts.push((name, (status, String::new())));
    }
    verdicts
        .push(("renew sliding", said(&world.post("/api/token/sliding/refresh/", json!({ "token": sliding })).await)));
    verdicts.push(("refresh", said(&world.post("/api/token/refresh/", json!({ "refresh": refresh })).await)));
    let rpc = call(world, "session/refresh", None, json!({ "refresh": other })).await;
    verdicts.push(("refresh by a server function", (rpc.status, String::new())));
    verdicts.push(("blacklist", said(&world.post("/api/token/blacklist/", json!({ "refresh": given_back })).await)));
    verdicts
}

#[track_caller]
fn all_are(found: &[(&str, (u16, String))], expected: (u16, &str), about: &str) {
    for (endpoint, (status, code)) in found {
        assert_eq!(*status, expected.0, "{about} at {endpoint}: {found:?}");
        assert!(code.is_empty() || code == expected.1, "{about} at {endpoint}: {found:?}");
    }
}

const CHECKS: [SessionCheck; 3] = [SessionCheck::RevocationSet, SessionCheck::Stateless, SessionCheck::Database];

#[tokio::test]
async fn after_an_import_a_token_of_a_user_who_was_not_imported_is_rejected_everywhere() {
    for check in CHECKS {
        for brought in [Vec::new(), vec![user_elsewhere(1, "mallory"), user_elsewhere(2, "bob")]] {
            let world = World::with(open(check, UserIdField::Id)).await;
            let ada = world.administrator("ada", Role::Superuser).await;
            import(&world, brought.clone(), ImportMode::Commit).await;
            let table: [(&str, Change); 3] = [
                ("of one who has ada's id", |_| {}),
                ("of one who has ada's id as a number", |claims| claims["user_id"] = json!(1)),
                ("of one who has no account", |claims| claims["user_id"] = json!("99")),
            ];
            for (number, (name, change)) in table.into_iter().enumerate() {
                let found = verdicts(&world, &number.to_string(), change).await;
                all_are(&found, USER_NOT_FOUND, &format!("{check:?}, {} brought, {name}", brought.len()));
            }
            let users = world.get("/api/admin/users/", &token(&world, "access", "x", |_| {})).await;
            assert_eq!(said(&users), (401, "user_not_found".into()));
            let sessions = ada.see("/api/sessions/").await;
            assert_eq!(sessions.body.as_array().map(Vec::len), Some(1), "no token opened a session");
            let tokens = ada.see("/api/admin/tokens/").await;
            assert_eq!(tokens.body["count"], 1, "no token was recorded as hers");
        }
    }
}

#[tokio::test]
async fn after_an_import_a_token_of_an_imported_user_is_valid() {
    for check in CHECKS {
        let world = World::with(open(check, UserIdField::Id)).await;
        world.administrator("ada", Role::Superuser).await;
        import(&world, vec![user_elsewhere(1, "mallory"), user_elsewhere(2, "bob")], ImportMode::Commit).await;
        let found = verdicts(&world, "bob's", |claims| claims["user_id"] = json!("2")).await;
        all_are(&found, GOOD, &format!("{check:?}"));
    }
}

#[tokio::test]
async fn without_an_import_a_shared_key_opens_the_account_with_the_same_id() {
    for check in CHECKS {
        let world = World::with(open(check, UserIdField::Id)).await;
        world.user("ada").await;
        import(&world, vec![user_elsewhere(7, "eve")], ImportMode::Rehearse).await;
        all_are(&verdicts(&world, "ada's", |_| {}).await, GOOD, &format!("{check:?}"));
    }
}

#[tokio::test]
async fn a_token_with_a_username_or_email_identifies_the_user_imported_with_it() {
    for field in [UserIdField::Username, UserIdField::Email] {
        let world = World::with(open(SessionCheck::RevocationSet, field)).await;
        world.sql("INSERT INTO users (id, username, email, password, date_joined) VALUES (1, 'ada', 'ada@elsewhere', '!', 0)").await;
        import(
            &world,
            vec![user_elsewhere(1, "ada"), user_elsewhere(2, "bob"), user_elsewhere(3, "joy")],
            ImportMode::Commit,
        )
        .await;
        // Here bob got joy's name, and joy got another one.
        world.sql("UPDATE users SET username = 'other', email = 'other@elsewhere', email_key = 'other@elsewhere' WHERE id = 3").await;
        world
            .sql("UPDATE users SET username = 'joy', email = 'joy@elsewhere', email_key = 'joy@elsewhere' WHERE id = 2")
            .await;
        let table: [(&str, Change); 2] = match field {
            UserIdField::Email => [
                ("made here", |claims| claims["user_id"] = json!("ada@elsewhere")),
                ("called so here alone", |claims| claims["user_id"] = json!("joy@elsewhere")),
            ],
            UserIdField::Id | UserIdField::Username => [
                ("made here", |claims| claims["user_id"] = json!("ada")),
                ("called so here alone", |claims| claims["user_id"] = json!("joy")),
            ],
        };
        for (name, change) in table {
            all_are(&verdicts(&world, name, change).await, USER_NOT_FOUND, &format!("{field:?}, {name}"));
        }
    }
}

#[tokio::test]
async fn ending_all_sessions_of_a_user_revokes_earlier_foreign_tokens_everywhere() {
    for check in CHECKS {
        let world = World::with(open(check, UserIdField::Id)).await;
        world.user("ada").await;
        world.pass(std::time::Duration::from_secs(10));
        world.auth.revoke_sessions_before(Some("ada"), None).await.expect("an end");
        world.pass(std::time::Duration::from_secs(10));
        let table: [(&str, Change); 2] = [
            ("issued before", |claims| claims["iat"] = json!(claims["iat"].as_i64().expect("a time") - 15)),
            ("without iat", |claims| drop(claims.as_object_mut().expect("claims").remove("iat"))),
        ];
        for (name, change) in table {
            let found = verdicts(&world, name, change).await;
            let found: Vec<_> = found.into_iter().map(as_refresh_says).collect();
            all_are(&found, BLACKLISTED, &format!("{check:?}, {name}"));
        }
        all_are(&verdicts(&world, "issued after", |_| {}).await, GOOD, &format!("{check:?}"));
    }
}

/// `verify` answers 400 for blacklisted tokens, like Simple JWT.
fn as_refresh_says((endpoint, (status, code)): (&'static str, (u16, String))) -> (&'static str, (u16, String)) {
    match (status, code.as_str()) {
        (400, "Token is blacklisted") if endpoint.starts_with("verify") => (endpoint, (401, "token_not_valid".into())),
        _ => (endpoint, (status, code)),
    }
}

#[tokio::test]
async fn a_token_without_iat_is_valid_if_no_session_was_ended() {
    let world = World::with(open(SessionCheck::RevocationSet, UserIdField::Id)).await;
    world.user("ada").await;
    let found = verdicts(&world, "x", |claims| drop(claims.as_object_mut().expect("claims").remove("iat"))).await;
    all_are(&found, GOOD, "without iat");
}

#[tokio::test]
async fn a_password_change_ends_a_refresh_token_without_iat() {
    let world = World::with(open(SessionCheck::RevocationSet, UserIdField::Id)).await;
    let ada = world.signed_in("ada").await;
    let form =
        json!({ "form": { "current_password": PASSWORD, "new_password": "seven copper lanterns drift upstream" } });
    let changed = ada.call("account/change_password", form).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let old = token(&world, "refresh", "x", |claims| drop(claims.as_object_mut().expect("claims").remove("iat")));
    world.post("/api/token/refresh/", json!({ "refresh": old })).await.is_bad_token("Token is blacklisted");
}

#[tokio::test]
async fn a_refreshed_foreign_token_ends_with_the_session_that_it_opened() {
    for settings in [
        open(SessionCheck::RevocationSet, UserIdField::Id),
        Settings { rotate_refresh_tokens: false, ..open(SessionCheck::RevocationSet, UserIdField::Id) },
    ] {
        let is_spent = settings.rotate_refresh_tokens;
        let world = World::with(settings).await;
        world.user("ada").await;
        let text = token(&world, "refresh", "x", |_| {});
        let ada = Actor { world: &world, access: String::new(), refresh: text.clone() };
        assert_eq!(ada.try_refresh().await.status, 200);
        assert_eq!(is_active(&world, &text).await, !is_spent);
        let spent = ada.verify(&text).await;
        assert_eq!(spent.status, if is_spent { 400 } else { 200 });
        let of_another = token(&world, "refresh", "x", |claims| claims["user_id"] = json!("99"));
        for path in ["refresh", "blacklist"] {
            let refused = world.post(&format!("/api/token/{path}/"), json!({ "refresh": of_another })).await;
            refused.is_bad_token("Token is invalid");
        }
        ada.verify(&of_another).await.is_bad_token("Token is invalid");
        assert!(!is_active(&world, &of_another).await);
        world.auth.revoke_sessions_before(Some("ada"), None).await.expect("an end");
        assert!(!is_active(&world, &text).await);
        assert_eq!(ada.verify(&text).await.status, 400);
        ada.try_refresh().await.is_bad_token("Token is blacklisted");
    }
}

#[tokio::test]
async fn a_blacklisted_token_is_rejected_everywhere() {
    let world = World::with(open(SessionCheck::RevocationSet, UserIdField::Id)).await;
    world.user("ada").await;
    let tokens = ["refresh x", "sliding x"].map(|jti| ForeignToken {
        jti: Jti::from_text(jti),
        user: Some(UserId(1)),
        created_at: None,
        expires_at: Timestamp::from_seconds(world.now() + 600),
        blacklisted_at: Some(Timestamp::from_seconds(world.now())),
    });
    let elsewhere = &mut Elsewhere { users: vec![user_elsewhere(2, "bob")], tokens: tokens.to_vec() };
    world.auth.import(elsewhere, ImportMode::Commit).await.expect("an import");
    let bobs = |kind| token(&world, kind, "x", |claims| claims["user_id"] = json!("2"));
    let (refresh, sliding) = (bobs("refresh"), bobs("sliding"));
    for (path, field, text) in [
        ("/api/token/refresh/", "refresh", &refresh),
        ("/api/token/blacklist/", "refresh", &refresh),
        ("/api/token/sliding/refresh/", "token", &sliding),
    ] {
        world.post(path, json!({ (field): text })).await.is_bad_token("Token is blacklisted");
    }
    for text in [&refresh, &sliding] {
        assert_eq!(world.post("/api/token/verify/", json!({ "token": text })).await.status, 400);
        assert!(!is_active(&world, text).await);
    }
    assert_eq!(world.get("/api/me/", &sliding).await.status, 401);
    assert_eq!(world.get("/api/me/", &bobs("access")).await.status, 200, "an access token is on no list");
}

#[tokio::test]
async fn a_token_of_an_unknown_session_is_rejected_everywhere() {
    let world = World::with(open(SessionCheck::RevocationSet, UserIdField::Id)).await;
    let ada = world.signed_in("ada").await;
    world.sql("DELETE FROM users").await;
    ada.try_refresh().await.is_bad_token("Token is invalid");
    ada.verify(&ada.refresh).await.is_bad_token("Token is invalid");
    ada.verify(&ada.access).await.is_bad_token("Token is invalid");
    assert!(!is_active(&world, &ada.refresh).await && !is_active(&world, &ada.access).await);
}

#[tokio::test]
async fn a_jti_that_a_database_cannot_store_is_rejected_everywhere() {
    let world = World::with(open(SessionCheck::RevocationSet, UserIdField::Id)).await;
    world.user("ada").await;
    for jti in ["a\0b".to_owned(), "x".repeat(256), "한".repeat(1000), "x".repeat(3000)] {
        for kind in ["access", "refresh", "sliding"] {
            let text = token(&world, kind, "", |claims| claims["jti"] = json!(jti));
            let verified = world.post("/api/token/verify/", json!({ "token": text })).await;
            verified.is_bad_token("Token is invalid");
            let paths = [
                ("/api/token/refresh/", "refresh"),
                ("/api/token/blacklist/", "refresh"),
                ("/api/token/sliding/refresh/", "token"),
            ];
            for (path, field) in paths {
                world.post(path, json!({ (field): text })).await.is_bad_token("Token is invalid");
            }
            assert_eq!(world.get("/api/me/", &text).await.status, 401);
            assert!(!is_active(&world, &text).await);
        }
    }
    let longest = token(&world, "refresh", "", |claims| claims["jti"] = json!("한".repeat(255)));
    assert_eq!(world.post("/api/token/refresh/", json!({ "refresh": longest })).await.status, 200);
}

#[tokio::test]
async fn a_user_id_that_a_database_cannot_store_is_unknown() {
    for field in [UserIdField::Username, UserIdField::Email] {
        let world = World::with(open(SessionCheck::RevocationSet, field)).await;
        world.user("ada").await;
        for name in ["ada\0".to_owned(), "x".repeat(3000)] {
            let access = token(&world, "access", "x", |claims| claims["user_id"] = json!(name));
            let not_found = json!({ "detail": "User not found", "code": "user_not_found" });
            world.get("/api/me/", &access).await.is(401, not_found);
            let refresh = token(&world, "refresh", "x", |claims| claims["user_id"] = json!(name));
            assert_eq!(world.post("/api/token/refresh/", json!({ "refresh": refresh })).await.status, 401);
        }
    }
}

#[tokio::test]
async fn a_token_whose_successor_would_be_too_long_is_not_spent() {
    let world = World::with(open(SessionCheck::RevocationSet, UserIdField::Id)).await;
    world.user("ada").await;
    let (mut refused, mut renewed) = (0, 0);
    for size in (10_000..12_300).step_by(100) {
        let text = token(&world, "refresh", &size.to_string(), |_| {});
        let padded = size - text.len().min(size);
        let text = foreign(&json!({
            "token_type": "refresh", "exp": world.now() + 600, "iat": world.now(), "jti": size.to_string(),
            "user_id": "1", "padding": "x".repeat(padded),
        }));
        let mut ada = Actor { world: &world, access: String::new(), refresh: text };
        let answer = ada.try_refresh().await;
        if answer.status == 401 {
            refused += 1;
            answer.is_bad_token("Token is invalid");
            assert!(ada.refresh.len() > 15 * 1000, "{size}: it is short enough");
            continue;
        }
        renewed += 1;
        for _ in 0..2 {
            ada.refresh().await;
            assert_eq!(ada.me().await.status, 200, "{size}");
        }
    }
    assert!(refused > 0 && renewed > 0, "{refused} {renewed}");
    let recorded = world.administrator("root", Role::Superuser).await.see("/api/admin/tokens/?blacklisted=true").await;
    assert_eq!(recorded.body["count"], 2 * renewed, "what was refused was not spent");
}
