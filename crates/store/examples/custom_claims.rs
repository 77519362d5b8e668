//! Claims and rules of one's own: what a serializer and a few functions in `SIMPLE_JWT` are in Django is
//! one `Policy` here. `cargo run -p app --features ssr --example custom_claims` shows the claims.

use std::{error::Error, sync::Arc};

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hallpass_core::{
    Account, Auth,
    clock::{SystemClock, SystemRandomness},
    id::UserId,
    policy::{Policy, TokenUser},
    session::Origin,
    settings::Settings,
    user::{Role, User},
};
use hallpass_types::{Credentials, Secret};
use serde_json::{Map, Value, json};

const PASSWORD: &str = "violet kettle harvests nine moons";

/// Guests do not sign in; tokens say what somebody may do.
struct House;

#[async_trait]
impl Policy for House {
    fn may_authenticate(&self, user: &User, _settings: &Settings) -> bool {
        user.is_active && !user.username.starts_with("guest-")
    }

    async fn custom_claims(&self, user: &User) -> Map<String, Value> {
        let role = if user.is_staff { "editor" } else { "reader" };
        Map::from_iter([("username".into(), json!(user.username)), ("role".into(), json!(role))])
    }

    fn token_user(&self, id: UserId, claims: &Map<String, Value>) -> TokenUser {
        let username = claims.get("username").and_then(Value::as_str).unwrap_or_default().to_owned();
        TokenUser { id, username, is_staff: claims.get("role") == Some(&json!("editor")), is_superuser: false }
    }

    async fn signed_in(&self, user: &User, _origin: &Origin) {
        println!("{} has signed in", user.username);
    }
}

async fn open(folder: &std::path::Path) -> Result<Auth, Box<dyn Error>> {
    let store = hallpass_store::connect(&format!("sqlite://{}", folder.join("example.db").display()).parse()?).await?;
    let settings = Settings::with_signing_key(b"an example's key, which is no secret at all".to_vec().into());
    let auth = Auth::new(settings, store, Arc::new(SystemClock), Arc::new(SystemRandomness))?;
    Ok(auth.with_policy(Arc::new(House)))
}

async fn sign_in(auth: &Auth, username: &str) -> Result<Value, Box<dyn Error>> {
    let credentials = Credentials { username: username.into(), password: Secret::from(PASSWORD.to_owned()) };
    let pair = auth.obtain_pair(&credentials, Origin::default()).await?;
    let payload = pair.access.expose().split('.').nth(1).unwrap_or_default();
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload)?)?)
}

async fn make_user(auth: &Auth, username: &str, role: Role) -> Result<(), Box<dyn Error>> {
    let (username, email, password) = (username.to_owned(), String::new(), PASSWORD.into());
    auth.create_user(Account { username, email, password, role, is_active: true }).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let auth = open(folder.path()).await?;
    make_user(&auth, "ada", Role::Staff).await?;
    println!("{:#}", sign_in(&auth, "ada").await?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use hallpass_core::token::TokenType;

    use super::*;

    #[tokio::test]
    async fn the_claims_and_the_rule_are_those_of_the_house() -> Result<(), Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let auth = open(folder.path()).await?;
        make_user(&auth, "ada", Role::Staff).await?;
        make_user(&auth, "guest-7", Role::User).await?;
        let claims = sign_in(&auth, "ada").await?;
        assert_eq!((&claims["role"], &claims["username"]), (&json!("editor"), &json!("ada")));
        let credentials = Credentials { username: "ada".into(), password: Secret::from(PASSWORD.to_owned()) };
        let pair = auth.obtain_pair(&credentials, Origin::default()).await?;
        let bearer = auth.authenticate(pair.access.expose(), &[TokenType::Access]).await?;
        assert!(auth.token_user(&bearer).is_staff);
        let refused = sign_in(&auth, "guest-7").await.expect_err("a guest");
        assert_eq!(refused.to_string(), "No active account found with the given credentials");
        Ok(())
    }
}
