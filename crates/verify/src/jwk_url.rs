//! Fetches a JWK set over HTTP, with bounds on time and size. The URL is configured, and never taken from a token.

use std::time::Duration;

use async_trait::async_trait;
use http::header;
use reqwest::{Client, redirect};
use serde_json::Value;

use crate::remote::FetchKeys;

/// The usual timeout of a fetch.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// The largest JWK set that is read, bytes.
const MAX_BYTES: usize = 256 * 1024;

/// The URL of a JWK set.
pub struct JwkUrl {
    client: Client,
    url: String,
}

impl JwkUrl {
    /// Fetches from this URL, and fails after `timeout`. Redirects are not followed (as in `PyJWT`), so the keys come from
    /// the configured URL.
    ///
    /// # Errors
    /// When the system's certificates cannot be loaded.
    pub fn new(url: String, timeout: Duration) -> reqwest::Result<Self> {
        let client = Client::builder()
            .timeout(timeout)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("hallpass/", env!("CARGO_PKG_VERSION")));
        Ok(Self { client: client.build()?, url })
    }

    async fn get(&self) -> Result<Vec<u8>, String> {
        let request = self.client.get(&self.url).header(header::ACCEPT, "application/jwk-set+json, application/json");
        let answer = request.send().await.and_then(reqwest::Response::error_for_status);
        let mut answer = answer.map_err(|error| explain(&error))?;
        if !answer.status().is_success() {
            return Err(format!("the answer is {}", answer.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| explain(&error))? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BYTES {
                return Err(format!("the answer is longer than {} kB", MAX_BYTES / 1024));
            }
        }
        Ok(body)
    }
}

#[async_trait]
impl FetchKeys for JwkUrl {
    async fn fetch(&self) -> Result<Value, String> {
        serde_json::from_slice(&self.get().await?).map_err(|error| format!("the answer is not JSON: {error}"))
    }
}

/// The error and its causes.
fn explain(error: &reqwest::Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::{JwkUrl, MAX_BYTES};
    use crate::remote::FetchKeys;

    /// Bounds a hang. The tests answer at once.
    const PATIENCE: Duration = Duration::from_mins(5);

    /// Fetches from a server that gives this answer.
    async fn fetch(status: &str, body: String) -> Result<serde_json::Value, String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/keys", listener.local_addr().expect("an address"));
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        tokio::spawn(async move {
            let (mut peer, _) = listener.accept().await.expect("a connection");
            let _ = peer.read(&mut [0; 1024]).await.expect("a request");
            // The client may close the connection before it has read everything.
            drop(peer.write_all(answer.as_bytes()).await);
        });
        JwkUrl::new(url, PATIENCE).expect("a client").fetch().await
    }

    #[tokio::test]
    async fn keys_are_fetched_and_every_failure_is_explained() {
        assert_eq!(fetch("200 OK", r#"{"keys":[]}"#.into()).await, Ok(json!({ "keys": [] })));
        let refused = async |status: &str, body: String| fetch(status, body).await.expect_err("no keys");
        assert!(refused("200 OK", "<html>".into()).await.starts_with("the answer is not JSON"));
        assert!(refused("200 OK", " ".repeat(MAX_BYTES + 1)).await.contains("longer than 256 kB"));
        assert!(refused("503 Service Unavailable", String::new()).await.contains("503"));
        let elsewhere = "302 Found\r\nlocation: http://127.0.0.1:9/";
        assert!(refused(elsewhere, "{}".into()).await.starts_with("the answer is 302"), "not followed");
    }

    #[tokio::test]
    async fn a_refused_connection_is_explained() {
        let nobody = JwkUrl::new("http://127.0.0.1:1/keys".into(), PATIENCE).expect("a client");
        assert!(nobody.fetch().await.expect_err("nobody").to_lowercase().contains("refused"));
    }
}
