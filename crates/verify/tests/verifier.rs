//! A service's view: which access tokens a [`Verifier`] accepts, and what an axum router answers.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use axum::{
    Extension, Router,
    body::Body,
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::Response,
    routing::get,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hallpass_core::{
    clock::{Clock, SystemClock},
    keys::{Key, generate},
};
use hallpass_verify::{
    Algorithm, Audience, Bearer, FetchKeys, JwkError, JwsError, KeySet, KeysUnavailable, RequireBearerLayer, Timestamp,
    Verifier, VerifyError,
};
use serde_json::{Value, json};
use tower::ServiceExt;

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);
const SECRET: &[u8] = b"a secret of more than thirty-two bytes";

fn key() -> Key {
    Key::new(Algorithm::ES256, &generate(Algorithm::ES256).expect("a key"), None).expect("a good key")
}

fn set(key: &Key) -> Value {
    json!({ "keys": [key.public_jwk().expect("a public half")] })
}

fn fixed(key: &Key) -> Verifier {
    Verifier::from_keys(KeySet::read(&set(key)).expect("a set"))
}

fn sign(key: &Key, header: &Value, claims: &Value) -> String {
    let [header, claims] = [header, claims].map(|json| URL_SAFE_NO_PAD.encode(json.to_string()));
    let message = format!("{header}.{claims}");
    format!("{message}.{}", key.sign(&message))
}

/// An access token that was issued now and is valid for five minutes, with these claims in addition.
fn access(key: &Key, claims: Value) -> String {
    access_at(key, NOW, claims)
}

fn access_at(key: &Key, now: Timestamp, claims: Value) -> String {
    let now = now.seconds();
    let mut all = json!({ "token_type": "access", "iat": now, "exp": now + 300, "jti": "a", "user_id": "7" });
    let Value::Object(claims) = claims else { panic!("an object") };
    all.as_object_mut().expect("an object").extend(claims);
    sign(key, &json!({ "alg": "ES256", "kid": key.id() }), &all)
}

async fn verify(verifier: &Verifier, token: &str) -> Result<(), VerifyError> {
    verifier.verify_at(token, NOW).await.map(drop)
}

#[tokio::test]
async fn the_claims_of_an_access_token_are_returned() {
    let key = key();
    let claims = fixed(&key).verify_at(&access(&key, json!({ "role": "editor" })), NOW).await.expect("a good token");
    assert_eq!(claims.text("user_id").as_deref(), Some("7"));
    assert_eq!(claims.text("role").as_deref(), Some("editor"));
}

#[tokio::test]
async fn each_wrong_claim_has_its_own_error() {
    let key = key();
    let verifier = fixed(&key).issuer("https://auth.example").audience("orders");
    let good = json!({ "iss": "https://auth.example", "aud": ["orders", "stock"] });
    assert_eq!(verify(&verifier, &access(&key, good.clone())).await, Ok(()));
    let now = NOW.seconds();
    for (claim, value, error) in [
        ("exp", json!(now), VerifyError::Expired),
        ("exp", Value::Null, VerifyError::Claims),
        ("exp", json!("tomorrow"), VerifyError::Claims),
        ("nbf", json!(now + 1), VerifyError::NotYetValid),
        ("iat", json!(now + 1), VerifyError::NotYetValid),
        ("iss", json!("https://auth.example.evil"), VerifyError::Issuer),
        ("iss", json!(["https://auth.example"]), VerifyError::Issuer),
        ("aud", json!("order"), VerifyError::Audience),
        ("aud", json!([]), VerifyError::Audience),
        ("token_type", json!("refresh"), VerifyError::TokenType),
        ("token_type", json!(["access"]), VerifyError::TokenType),
    ] {
        let mut claims = good.clone();
        claims[claim] = value.clone();
        assert_eq!(verify(&verifier, &access(&key, claims)).await, Err(error), "{claim}: {value}");
    }
}

#[tokio::test]
async fn a_token_without_an_expiry_is_rejected() {
    let key = key();
    let token = sign(&key, &json!({ "alg": "ES256", "kid": key.id() }), &json!({ "token_type": "access" }));
    assert_eq!(verify(&fixed(&key), &token).await, Err(VerifyError::MissingExpiry));
}

#[tokio::test]
async fn the_leeway_extends_both_ends() {
    let key = key();
    let verifier = fixed(&key).leeway(Duration::from_secs(10));
    let now = NOW.seconds();
    for (claims, expected) in [
        (json!({ "exp": now - 9 }), Ok(())),
        (json!({ "exp": now - 10 }), Err(VerifyError::Expired)),
        (json!({ "nbf": now + 10 }), Ok(())),
        (json!({ "nbf": now + 11 }), Err(VerifyError::NotYetValid)),
    ] {
        assert_eq!(verify(&verifier, &access(&key, claims.clone())).await, expected, "{claims}");
    }
}

#[tokio::test]
async fn an_access_token_of_rfc_9068_needs_no_type_claim() {
    let key = key();
    let header = json!({ "alg": "ES256", "kid": key.id(), "typ": "at+jwt" });
    let token = sign(&key, &header, &json!({ "exp": NOW.seconds() + 1 }));
    assert_eq!(verify(&fixed(&key), &token).await, Ok(()));
}

#[tokio::test]
async fn the_type_claim_can_have_another_name() {
    let key = key();
    let token = access(&key, json!({ "token_type": "x", "use": "access" }));
    assert_eq!(verify(&fixed(&key).token_type_claim("use"), &token).await, Ok(()));
}

#[tokio::test]
async fn a_token_by_another_key_is_rejected() {
    let (key, other) = (key(), key());
    let forged = sign(&other, &json!({ "alg": "ES256", "kid": key.id() }), &json!({}));
    assert_eq!(verify(&fixed(&key), &forged).await, Err(VerifyError::Jws(JwsError::Signature)));
    let unsigned = format!("{}.e30.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
    assert_eq!(verify(&fixed(&key), &unsigned).await, Err(VerifyError::Jws(JwsError::Algorithm)));
}

#[tokio::test]
async fn a_shared_secret_verifies_and_a_weak_one_is_refused() {
    let key = Key::new(Algorithm::HS256, &SECRET.to_vec().into(), None).expect("a secret");
    let verifier = Verifier::from_secret(SECRET).expect("a secret");
    let token = sign(&key, &json!({ "alg": "HS256" }), &json!({ "exp": NOW.seconds() + 1, "token_type": "access" }));
    assert_eq!(verify(&verifier, &token).await, Ok(()));
    assert_eq!(Verifier::from_secret(&SECRET[..31]).err(), Some(JwkError::Weak));
}

#[test]
fn an_audience_may_be_one_of_several() {
    let audience = Audience::Several(vec!["orders".into(), "stock".into()]);
    assert!(audience.is_in(Some(&json!("stock"))) && !audience.is_in(Some(&json!("stocks"))) && !audience.is_in(None));
}

/// An issuer that answers with its set, or is down, and counts the requests.
struct Issuer {
    set: std::sync::Mutex<Option<Value>>,
    requests: AtomicUsize,
}

impl Issuer {
    fn new(set: Option<Value>) -> Arc<Self> {
        Arc::new(Self { set: set.into(), requests: AtomicUsize::new(0) })
    }

    fn publish(&self, set: Value) {
        *self.set.lock().expect("the set") = Some(set);
    }
}

#[async_trait]
impl FetchKeys for Issuer {
    async fn fetch(&self) -> Result<Value, String> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        self.set.lock().expect("the set").clone().ok_or_else(|| "down".to_owned())
    }
}

#[tokio::test]
async fn keys_are_fetched_once_for_many_tokens() {
    let key = key();
    let issuer = Issuer::new(Some(set(&key)));
    let verifier = Verifier::from_source(issuer.clone());
    for _ in 0..10 {
        assert_eq!(verify(&verifier, &access(&key, json!({}))).await, Ok(()));
    }
    assert_eq!(issuer.requests.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_key_that_the_issuer_removed_is_rejected_after_fifteen_minutes() {
    let (old, new) = (key(), key());
    let issuer = Issuer::new(Some(set(&old)));
    let verifier = Verifier::from_source(issuer.clone());
    assert_eq!(verify(&verifier, &access(&old, json!({}))).await, Ok(()));
    issuer.publish(set(&new));
    let later = NOW + Duration::from_mins(15);
    let token = access_at(&old, later, json!({}));
    assert!(verifier.verify_at(&token, later).await.is_ok(), "requests do not wait for the fetch");
    while issuer.requests.load(Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
    }
    while verifier.verify_at(&token, later).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(verifier.verify_at(&token, later).await, Err(VerifyError::Jws(JwsError::NoKey)));
}

#[tokio::test]
async fn keys_older_than_an_hour_are_fetched_before_a_token_is_accepted() {
    let (old, new) = (key(), key());
    let issuer = Issuer::new(Some(set(&old)));
    let verifier = Verifier::from_source(issuer.clone());
    assert_eq!(verify(&verifier, &access(&old, json!({}))).await, Ok(()));
    let later = NOW + Duration::from_hours(1);
    let token = access_at(&old, later, json!({}));
    *issuer.set.lock().expect("the set") = None;
    let unavailable = Err(VerifyError::KeysUnavailable(KeysUnavailable));
    assert_eq!(verifier.verify_at(&token, later).await, unavailable);
    issuer.publish(set(&new));
    assert_eq!(verifier.verify_at(&token, later).await, unavailable, "the issuer is asked every five seconds");
    let later = later + Duration::from_secs(5);
    assert_eq!(verifier.verify_at(&token, later).await, Err(VerifyError::Jws(JwsError::NoKey)));
}

#[tokio::test]
async fn a_token_cannot_be_judged_while_the_issuer_is_down() {
    let verifier = Verifier::from_source(Issuer::new(None));
    assert_eq!(verify(&verifier, &access(&key(), json!({}))).await, Err(VerifyError::KeysUnavailable(KeysUnavailable)));
}

#[tokio::test]
async fn a_shared_secret_in_a_fetched_set_is_ignored() {
    let issuer =
        Issuer::new(Some(json!({ "keys": [{ "kty": "oct", "kid": "s", "k": URL_SAFE_NO_PAD.encode(SECRET) }] })));
    let verifier = Verifier::from_source(issuer);
    let key = Key::new(Algorithm::HS256, &SECRET.to_vec().into(), None).expect("a secret");
    let token = sign(&key, &json!({ "alg": "HS256", "kid": "s" }), &json!({ "exp": NOW.seconds() + 1 }));
    assert_eq!(verify(&verifier, &token).await, Err(VerifyError::Jws(JwsError::NoKey)));
}

async fn user(Bearer(claims): Bearer) -> String {
    claims.text("user_id").unwrap_or_default()
}

async fn user_by_layer(Extension(Bearer(claims)): Extension<Bearer>) -> String {
    claims.text("user_id").unwrap_or_default()
}

fn by_extractor(verifier: Verifier) -> Router {
    Router::new().route("/", get(user)).with_state(Arc::new(verifier))
}

fn by_layer(verifier: Verifier) -> Router {
    Router::new().route("/", get(user_by_layer)).layer(RequireBearerLayer::new(verifier))
}

async fn ask(router: Router, authorization: &[&str]) -> Response {
    let mut request = Request::builder();
    for value in authorization {
        request = request.header(header::AUTHORIZATION, *value);
    }
    router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer")
}

fn challenge(response: &Response) -> Option<&str> {
    response.headers().get(header::WWW_AUTHENTICATE).map(|value| value.to_str().expect("text"))
}

/// A token that is valid now, on the system's clock.
fn current(key: &Key) -> String {
    access_at(key, SystemClock.now(), json!({}))
}

#[tokio::test]
async fn a_router_answers_a_good_token_and_rejects_others() {
    let key = key();
    for router in [by_extractor, by_layer] {
        let good = format!("bearer {}", current(&key));
        assert_eq!(ask(router(fixed(&key)), &[&good]).await.status(), StatusCode::OK);
        for (values, expected) in [
            (vec![], "Bearer"),
            (vec!["Basic YTpi"], "Bearer"),
            (vec![good.as_str(), good.as_str()], "Bearer"),
            (vec!["Bearer x.y.z"], "Bearer error=\"invalid_token\""),
        ] {
            let response = ask(router(fixed(&key)), &values).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{values:?}");
            assert_eq!(challenge(&response), Some(expected), "{values:?}");
        }
    }
}

#[tokio::test]
async fn a_router_answers_503_while_the_issuer_is_down() {
    let response =
        ask(by_layer(Verifier::from_source(Issuer::new(None))), &[&format!("Bearer {}", current(&key()))]).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers().get(header::RETRY_AFTER).map(HeaderValue::as_bytes), Some(b"5".as_slice()));
}
