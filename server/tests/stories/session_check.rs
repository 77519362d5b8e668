use hallpass_core::{
    settings::{SessionCheck, Settings},
    token::TokenType,
};
use serde_json::json;

use crate::actors::{Actor, World, claims, foreign, settings};

async fn world(session_check: SessionCheck) -> World {
    World::with(Settings { session_check, ..settings() }).await
}

/// A session end that another process recorded, of which this one was not notified.
async fn ended_behind_its_back(ada: &Actor<'_>) {
    ada.world.sql("UPDATE sessions SET revoked_at = 1, revoked_why = 'revoked'").await;
}

#[tokio::test]
async fn by_default_revocation_is_decided_in_memory() {
    let world = world(SessionCheck::RevocationSet).await;
    let (ada, bob) = (world.signed_in("ada").await, world.signed_in("bob").await);
    ada.blacklist().await;
    ada.me().await.is_bad_access("Token is blacklisted");
    ended_behind_its_back(&bob).await;
    assert_eq!(bob.me().await.status, 200);
}

#[tokio::test]
async fn with_stateless_checks_an_access_token_is_valid_until_it_expires() {
    let world = world(SessionCheck::Stateless).await;
    let ada = world.signed_in("ada").await;
    ada.blacklist().await;
    assert_eq!(ada.me().await.status, 200);
    ada.try_refresh().await.is_bad_token("Token is blacklisted");
    world.pass(world.auth.settings().access_token_lifetime);
    ada.me().await.is_bad_access("Token is expired");
}

#[tokio::test]
async fn with_database_checks_every_request_sees_the_current_session() {
    let world = world(SessionCheck::Database).await;
    let (ada, bob) = (world.signed_in("ada").await, world.signed_in("bob").await);
    assert_eq!(world.get("/api/sessions/", &ada.access).await.status, 200);
    world.sql("UPDATE users SET is_active = FALSE WHERE username = 'bob'").await;
    let inactive = world.get("/api/sessions/", &bob.access).await;
    assert_eq!((inactive.status, inactive.text("code")), (401, "user_inactive".into()));
    ended_behind_its_back(&ada).await;
    world.get("/api/sessions/", &ada.access).await.is_bad_access("Token is blacklisted");
}

#[tokio::test]
async fn with_database_checks_a_session_of_another_user_is_rejected() {
    let world = world(SessionCheck::Database).await;
    let (ada, bob) = (world.signed_in("ada").await, world.signed_in("bob").await);
    let mixed = foreign(&json!({
        "token_type": "access", "jti": "mixed", "iat": world.now(), "exp": world.now() + 60, "gen": 0,
        "sid": claims(&ada.access)["sid"], "user_id": claims(&bob.access)["user_id"],
    }));
    let rejected = world.get("/api/sessions/", &mixed).await;
    assert_eq!((rejected.status, rejected.text("code")), (401, "user_not_found".into()));
}

#[tokio::test]
async fn by_default_authentication_reads_no_rows() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    for table in ["ALTER TABLE users RENAME TO no_users", "ALTER TABLE sessions RENAME TO no_sessions"] {
        world.sql(table).await;
    }
    let bearer = world.auth.authenticate(&ada.access, &[TokenType::Access]).await.expect("a bearer");
    assert_eq!(bearer.user.to_string(), "1");
}
