//! The token endpoints of Hallpass's REST API, which are those of Django REST framework Simple JWT.

use futures::future::{FutureExt, LocalBoxFuture};
use gloo_net::http::Request;
use hallpass_types::{Credentials, Secret, TokenPair};
use serde_json::{Value, json};

use crate::{
    answer::retry_after,
    api::RefreshApi,
    browser,
    client::ATTEMPT_SECONDS,
    delay::Delay,
    engine,
    outcome::{RefreshError, Rejection},
};

/// The URLs of the token endpoints. The default is where Hallpass has them.
#[derive(Clone, Copy, Debug)]
pub struct RestApi {
    /// The endpoint that signs in (Simple JWT: `TokenObtainPairView`).
    pub obtain: &'static str,
    /// The endpoint that refreshes (Simple JWT: `TokenRefreshView`).
    pub refresh: &'static str,
    /// The endpoint that signs out (Simple JWT: `TokenBlacklistView`). `None` where the blacklist is not installed:
    /// a sign-out then only removes the tokens from the browser.
    pub blacklist: Option<&'static str>,
}

impl Default for RestApi {
    fn default() -> Self {
        Self { obtain: "/api/token/", refresh: "/api/token/refresh/", blacklist: Some("/api/token/blacklist/") }
    }
}

/// The reason a sign-in failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInError {
    /// The server rejected the credentials, with its own words.
    Rejected(String),
    /// The server was not reached or could not answer. With its `Retry-After`, seconds.
    Unavailable(Option<u32>),
}

impl RestApi {
    /// Signs in with a username and password. The session is then shown by [`Session`](crate::Session).
    ///
    /// # Errors
    /// `Rejected` or `Unavailable`.
    pub async fn sign_in(self, credentials: Credentials) -> Result<(), SignInError> {
        let sent_at = browser::now();
        let body = json!({ "username": credentials.username, "password": credentials.password.expose() });
        let reply = post(self.obtain, body).await.map_err(SignInError::Unavailable)?;
        match reply {
            Reply { status: 200, body, .. } => {
                let tokens = serde_json::from_value(body).ok();
                let is_read = tokens.is_some_and(|tokens| engine::sign_in(tokens, sent_at));
                if is_read { Ok(()) } else { Err(SignInError::Unavailable(None)) }
            }
            Reply { status: 400 | 401 | 403, body, .. } if body.is_object() => Err(SignInError::Rejected(words(&body))),
            Reply { retry_after, .. } => Err(SignInError::Unavailable(retry_after)),
        }
    }
}

impl RefreshApi for RestApi {
    fn refresh(&self, refresh: Secret) -> LocalBoxFuture<'static, Result<TokenPair, RefreshError>> {
        let url = self.refresh;
        async move {
            let body = accepted(post(url, json!({ "refresh": refresh.expose() })).await)?;
            serde_json::from_value(body).map_err(|_| RefreshError::Retry(None))
        }
        .boxed_local()
    }

    fn revoke(&self, refresh: Secret) -> LocalBoxFuture<'static, Result<(), RefreshError>> {
        let url = self.blacklist;
        async move {
            let Some(url) = url else { return Ok(()) };
            accepted(post(url, json!({ "refresh": refresh.expose() })).await).map(drop)
        }
        .boxed_local()
    }
}

/// A response with JSON.
struct Reply {
    status: u16,
    body: Value,
    retry_after: Option<u32>,
}

/// Sends a request. The error is the `Retry-After` of a server that did not answer with JSON, seconds.
async fn post(url: &str, body: Value) -> Result<Reply, Option<u32>> {
    let answered = async {
        let request = Request::post(url).header("Accept", "application/json").json(&body).map_err(|_| None)?;
        let response = request.send().await.map_err(|_| None)?;
        let header = |name: &str| response.headers().get(name);
        let retry_after = header("retry-after").and_then(|text| retry_after(&text, header("date").as_deref()));
        let body = response.json().await.map_err(|_| retry_after)?;
        Ok(Reply { status: response.status(), body, retry_after })
    };
    Delay::seconds(ATTEMPT_SECONDS).bound(answered).await.unwrap_or(Err(None))
}

/// The body of a success. Only a 401 with the server's own `code` is a rejection: a proxy's response is not.
fn accepted(reply: Result<Reply, Option<u32>>) -> Result<Value, RefreshError> {
    match reply {
        Ok(Reply { status: 200, body, .. }) => Ok(body),
        Ok(Reply { status: 401, body, retry_after }) => match body.get("code").and_then(Value::as_str) {
            Some("no_active_account" | "user_inactive" | "user_not_found") => {
                Err(RefreshError::Rejected(Rejection::Inactive))
            }
            Some(_) => Err(RefreshError::Rejected(Rejection::Lost)),
            None => Err(RefreshError::Retry(retry_after)),
        },
        Ok(Reply { retry_after, .. }) | Err(retry_after) => Err(RefreshError::Retry(retry_after)),
    }
}

/// The sentences of an error of Django REST framework: `detail`, or those of the fields.
fn words(body: &Value) -> String {
    let errors: Vec<&Value> = match body.get("detail") {
        Some(detail) => vec![detail],
        None => body.as_object().into_iter().flat_map(|fields| fields.values()).collect(),
    };
    let texts = errors.into_iter().flat_map(|error| match error {
        Value::Array(texts) => texts.as_slice(),
        text => std::slice::from_ref(text),
    });
    texts.filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Reply, accepted, words};
    use crate::outcome::{RefreshError, Rejection};

    fn reply(status: u16, body: Value) -> Result<Value, RefreshError> {
        accepted(Ok(Reply { status, body, retry_after: Some(3) }))
    }

    #[test]
    fn only_a_401_with_the_servers_own_code_is_a_rejection() {
        let lost = json!({ "detail": "Token is blacklisted", "code": "token_not_valid" });
        assert_eq!(reply(401, lost.clone()), Err(RefreshError::Rejected(Rejection::Lost)));
        let inactive = json!({ "detail": "No active account", "code": "no_active_account" });
        assert_eq!(reply(401, inactive), Err(RefreshError::Rejected(Rejection::Inactive)));
        for status in [400, 403, 404, 407, 429, 500, 502, 503, 511] {
            assert_eq!(reply(status, lost.clone()), Err(RefreshError::Retry(Some(3))), "{status}");
        }
        for body in [json!({ "message": "sign in to the network" }), json!("401"), Value::Null] {
            assert_eq!(reply(401, body), Err(RefreshError::Retry(Some(3))));
        }
        assert_eq!(accepted(Err(None)), Err(RefreshError::Retry(None)));
    }

    #[test]
    fn the_sentences_of_an_error_are_joined() {
        assert_eq!(words(&json!({ "detail": "No active account found" })), "No active account found");
        assert_eq!(words(&json!({ "username": ["Required."], "password": ["Required."] })), "Required. Required.");
    }
}
