//! Hallpass with a policy and a custom claim: guests cannot sign in, and tokens carry a role.
//!
//! `cargo run --package server --example policy` serves it on <http://localhost:3000>.

use async_trait::async_trait;
use hallpass_core::{policy::Policy, settings::Settings, user::User};
use serde_json::{Map, Value, json};
use server::{Builder, Hallpass, commands::Failure, config::Config};

struct Magazine;

#[async_trait]
impl Policy for Magazine {
    fn may_authenticate(&self, user: &User, _settings: &Settings) -> bool {
        user.is_active && !user.username.starts_with("guest-")
    }

    async fn custom_claims(&self, user: &User) -> Map<String, Value> {
        let role = if user.is_staff { "editor" } else { "reader" };
        Map::from_iter([("username".into(), json!(user.username)), ("role".into(), json!(role))])
    }
}

fn magazine(config: Config) -> Builder {
    Hallpass::builder(config).policy(Magazine)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    magazine(Config::load(None)?).serve().await
}

#[cfg(test)]
mod support;

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use http::StatusCode;
    use serde_json::{Value, json};

    use super::{magazine, support::Application};

    /// The claims of a token, which are readable without a key.
    fn claims(token: &str) -> Value {
        let payload = token.split('.').nth(1).expect("a payload");
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url")).expect("JSON")
    }

    #[tokio::test]
    async fn tokens_carry_the_role() {
        let application = Application::start(magazine).await;
        let token = application.register("ada").await;
        assert_eq!(claims(&token)["role"], "reader");
    }

    #[tokio::test]
    async fn a_guest_cannot_sign_in() {
        let application = Application::start(magazine).await;
        let account = json!({ "username": "guest-7", "password": "violet kettle harvests nine moons" });
        assert_eq!(application.post("/api/register/", &account).await.0, StatusCode::CREATED);
        let (status, answer) = application.post("/api/token/", &account).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{answer}");
    }
}
