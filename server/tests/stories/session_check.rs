use hallpass_core::{
    settings::{SessionCheck, Settings},
    token::TokenType,
};
use serde_json::json;

use crate::actors::{Actor, World, claims, foreign, settings};

async fn world(session_check: SessionCheck) -> World {
    World::with(Settings { session_check, ..settings() }).await
}

/// An end that another process wrote down, of which this one has not heard.
async fn ended_behind_its_back(ada: &Actor<'_>) {
    ada.world.sql("UPDATE sessions SET revoked_at = 1, revoked_why = 'revoked'").await;
}

#[tokio::test]
async fn by_default_the_set_in_memory_decides() {
    let world = world(SessionCheck::RevocationSet).await;
    let (ada, bob) = (world.signed_in("ada").await, world.signed_in("bob").await);
    ada.blacklist().await;
    ada.me().await.is_bad_access("Token is blacklisted");
    ended_behind_its_back(&bob).await;
    assert_eq!(bob.me().await.status, 200);
}

#[tokio::test]
async fn stateless_an_access_token_is_good_until_it_expires() {
    let world = world(SessionCheck::Stateless).await;
    let ada = world.signed_in("ada").await;
    ada.blacklist().await;
    assert_eq!(ada.me().await.status, 200);
    ada.try_refresh().await.is_bad_token("Token is blacklisted");
    world.pass(world.auth.settings().access_token_lifetime);
    ada.me().await.is_bad_access("Token is expired");
}

#[tokio::test]
async fn with_the_database_every_request_sees_what_stands_there() {
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
async fn with_the_database_the_session_belongs_to_the_user_of_the_token() {
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
async fn by_default_nothing_is_read_to_authenticate() {
    let world = World::new().await;
    let ada = world.signed_in("ada").await;
    for table in ["ALTER TABLE users RENAME TO no_users", "ALTER TABLE sessions RENAME TO no_sessions"] {
        world.sql(table).await;
    }
    let bearer = world.auth.authenticate(&ada.access, &[TokenType::Access]).await.expect("a bearer");
    assert_eq!(bearer.user.to_string(), "1");
}
