//! Administrators and their requests.

use hallpass_core::{Account, user::Role};
use serde_json::Value;

use crate::actors::{Actor, Answer, PASSWORD, World};

impl World {
    pub(crate) async fn administrator(&self, username: &str, role: Role) -> Actor<'_> {
        let account = Account {
            username: username.into(),
            email: String::new(),
            password: PASSWORD.into(),
            role,
            is_active: true,
        };
        self.auth.create_user(account).await.expect("a user");
        self.sign_in(username).await
    }
}

impl Actor<'_> {
    pub(crate) async fn send(&self, method: &str, path: &str, body: Value) -> Answer {
        let bearer = format!("Bearer {}", self.access);
        let request = self.world.request(method, path).header("authorization", bearer);
        let request = if body.is_null() { request } else { request.json(&body) };
        Answer::of(request.send().await.expect("an answer")).await
    }

    pub(crate) async fn see(&self, path: &str) -> Answer {
        self.send("GET", path, Value::Null).await
    }
}

/// Asserts that callers who are not signed in or not staff are rejected before anything else is checked.
pub(crate) async fn is_for_staff(world: &World, endpoints: &[(&str, &str)]) {
    let user = world.signed_in("nobody-special").await;
    for (method, path) in endpoints {
        let stranger = Answer::of(world.request(method, path).send().await.expect("an answer")).await;
        stranger.is(401, serde_json::json!({ "detail": "Authentication credentials were not provided." }));
        let known = user.send(method, path, Value::Null).await;
        known.is(403, serde_json::json!({ "detail": "You do not have permission to perform this action." }));
    }
}
