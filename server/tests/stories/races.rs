//! Concurrent changes during a password check, which takes some time.

use std::time::Duration;

use hallpass_core::{
    clock::{SystemRandomness, Timestamp},
    id::{Jti, SessionId, UserId},
    session::{IssuedToken, Origin, Session},
    store::{Ending, NewPassword, NewSession},
};
use hallpass_types::EndReason;
use serde_json::json;

use crate::actors::{World, foreign};

#[tokio::test]
async fn a_password_change_does_not_overwrite_a_concurrent_reset() {
    let world = World::new().await;
    world.user("ada").await;
    let store = world.another_store().await;
    let now = Timestamp::from_seconds(world.now());
    let ending = Ending {
        reason: EndReason::PasswordChanged,
        now,
        origin: Origin::default(),
        leeway: Duration::ZERO,
        actor: None,
    };
    let new = |checked: &str| NewPassword {
        user: UserId(1),
        hash: "a new hash".into(),
        checked: Some(checked.into()),
        keep: None,
    };
    let late = store.set_password(new("the hash before the reset"), ending.clone()).await;
    assert!(!late.expect("an answer"));
    let hash = store.find_credentials("ada").await.expect("an answer").expect("ada").password;
    let in_time = NewPassword { checked: Some(hash), ..new("") };
    assert!(store.set_password(in_time, ending).await.expect("an answer"));
}

#[tokio::test]
async fn a_session_is_opened_only_if_the_account_did_not_change_meanwhile() {
    let world = World::new().await;
    world.user("ada").await;
    let store = world.another_store().await;
    let hash = store.find_credentials("ada").await.expect("an answer").expect("ada").password;
    let now = Timestamp::from_seconds(world.now());
    let open = async |hash: secrecy::SecretString| {
        let token = IssuedToken { jti: Jti::random(&SystemRandomness), issued_at: now, expires_at: now };
        let session = Session {
            id: SessionId::random(&SystemRandomness),
            user: UserId(1),
            generation: 0,
            current: token,
            last_seen_generation: 0,
            created_at: now,
            refreshed_at: now,
            ends_at: now,
            access_expires_at: now,
            origin: Origin::default(),
            end: None,
        };
        let session =
            NewSession { session, password: hash, update_last_login: true, max_sessions: 10, leeway: Duration::ZERO };
        store.open_session(session).await.expect("an answer").is_some()
    };
    assert!(open(hash.clone()).await);
    assert!(!open("another hash".into()).await);
    world.sql("UPDATE users SET is_active = FALSE").await;
    assert!(!open(hash).await);
}

#[tokio::test]
async fn ending_all_sessions_revokes_unseen_foreign_tokens() {
    let world = World::new().await;
    world.user("ada").await;
    let refresh = |jti: &str| {
        let (iat, exp) = (world.now(), world.now() + 600);
        foreign(&json!({ "token_type": "refresh", "user_id": "1", "jti": jti, "iat": iat, "exp": exp }))
    };
    let early = refresh("early");
    world.pass(Duration::from_secs(1));
    world.auth.set_password("ada", "seven copper lanterns drift upstream".into()).await.expect("a new password");
    world.pass(Duration::from_secs(1));
    let refused = world.post("/api/token/refresh/", json!({ "refresh": early })).await;
    refused.is_bad_token("Token is blacklisted");
    assert_eq!(world.post("/api/token/refresh/", json!({ "refresh": refresh("late") })).await.status, 200);
}

#[tokio::test]
async fn a_token_without_a_session_is_rejected_for_an_inactive_user() {
    let world = World::new().await;
    world.account("ada", false).await;
    let claims = json!({
        "token_type": "access", "user_id": "1", "jti": "x", "iat": world.now(), "exp": world.now() + 60,
    });
    let refused = world.get("/api/sessions/", &foreign(&claims)).await;
    refused.is(401, json!({ "detail": "User is inactive", "code": "user_inactive" }));
}
