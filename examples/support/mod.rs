//! An application that embeds Hallpass, as the tests of the examples use it: with a SQLite file of its own, without a
//! socket.
#![allow(dead_code, clippy::allow_attributes, reason = "each example uses what it needs")]

use axum::{body::Body, extract::Request};
use hallpass_core::{Account, user::Role};
use http::{Method, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use server::{Builder, Server, config::Config};
use tempfile::TempDir;
use tower::ServiceExt;

const PASSWORD: &str = "violet kettle harvests nine moons";

/// A running application.
pub(crate) struct Application {
    folder: TempDir,
    server: Server,
}

impl Application {
    pub(crate) async fn start(example: fn(Config) -> Builder) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Self::build(&folder, example).await;
        Self { folder, server }
    }

    pub(crate) async fn restart(&mut self, example: fn(Config) -> Builder) {
        self.server = Self::build(&self.folder, example).await;
    }

    async fn build(folder: &TempDir, example: fn(Config) -> Builder) -> Server {
        let file = folder.path().join("hallpass.toml");
        let database = folder.path().join("hallpass.db");
        std::fs::write(&file, format!("database_url = \"sqlite://{}\"\n", database.display())).expect("a file");
        example(Config::load(Some(file)).expect("settings")).build().await.expect("a server")
    }

    /// Registers a user, signs in, and returns the access token.
    pub(crate) async fn register(&self, username: &str) -> String {
        let account = json!({ "username": username, "password": PASSWORD });
        self.post("/api/register/", &account).await;
        self.sign_in(username).await
    }

    /// Creates a member of staff, signs in, and returns the access token.
    pub(crate) async fn create_staff(&self, username: &str) -> String {
        let (name, email, password) = (username.to_owned(), String::new(), PASSWORD.into());
        let account = Account { username: name, email, password, role: Role::Staff, is_active: true };
        self.server.hallpass().auth().create_user(account).await.expect("a new user");
        self.sign_in(username).await
    }

    async fn sign_in(&self, username: &str) -> String {
        let (_, tokens) = self.post("/api/token/", &json!({ "username": username, "password": PASSWORD })).await;
        tokens["access"].as_str().expect("an access token").to_owned()
    }

    /// The challenge in the response to a request without a token.
    pub(crate) async fn challenge(&self, path: &str) -> Option<String> {
        let request = Request::get(path).header(header::HOST, "localhost").body(Body::empty()).expect("a request");
        let response = self.server.service().oneshot(request).await.expect("a response");
        let challenge = response.headers().get(header::WWW_AUTHENTICATE)?;
        Some(challenge.to_str().expect("text").to_owned())
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        self.ask(Method::POST, path, None, body.to_string()).await
    }

    pub(crate) async fn post_as(&self, token: &str, path: &str, body: &Value) -> (StatusCode, Value) {
        self.ask(Method::POST, path, Some(token), body.to_string()).await
    }

    pub(crate) async fn get_as(&self, token: &str, path: &str) -> (StatusCode, Value) {
        self.ask(Method::GET, path, Some(token), String::new()).await
    }

    async fn ask(&self, method: Method, path: &str, token: Option<&str>, body: String) -> (StatusCode, Value) {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.server.service().oneshot(request).await.expect("an answer");
        let status = response.status();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }
}
