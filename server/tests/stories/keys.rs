use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use hallpass_core::{
    clock::Timestamp,
    keys::{self, ALGORITHMS, Algorithm, KeyRing},
    password::HashCost,
    settings::{AccessTokenProfile, ForeignIssuer, Settings},
};
use hallpass_verify::JwkUrl;
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use secrecy::SecretSlice;
use serde_json::{Value, json};

use crate::{
    actors::{Answer, World},
    patience::PATIENCE,
};

const WEEK: Duration = Duration::from_hours(7 * 24);

/// A key ring that starts with the key of these settings.
fn ring(settings: &Settings) -> KeyRing {
    KeyRing::of(settings.key().expect("a good key"))
}

fn now(world: &World) -> Timestamp {
    Timestamp::from_seconds(world.now())
}

fn kid(token: &str) -> Option<String> {
    decode_header(token).expect("a header").kid
}

/// Settings with a key of this algorithm. Generated once for all stories: RSA takes half a second.
fn with(algorithm: Algorithm) -> Settings {
    static KEYS: Mutex<Vec<(Algorithm, SecretSlice<u8>)>> = Mutex::new(Vec::new());
    let mut keys = KEYS.lock().expect("no panic");
    let known = keys.iter().find(|(other, _)| *other == algorithm).map(|(_, key)| key.clone());
    let key = known.unwrap_or_else(|| {
        let key = keys::generate(algorithm).expect("a key");
        keys.push((algorithm, key.clone()));
        key
    });
    Settings { algorithm, hash_cost: HashCost::MINIMAL, ..Settings::with_signing_key(key) }
}

async fn jwks(world: &World) -> Answer {
    Answer::of(world.request("GET", "/.well-known/jwks.json").send().await.expect("an answer")).await
}

#[tokio::test]
async fn every_algorithm_supports_a_whole_session() {
    for (name, algorithm) in ALGORITHMS {
        let world = World::with(with(algorithm)).await;
        let mut ada = world.signed_in("ada").await;
        assert_eq!(ada.me().await.status, 200, "{name}");
        let spent = ada.clone();
        ada.refresh().await;
        // Two tabs get the same token even if the algorithm's signatures are random.
        let again = spent.try_refresh().await;
        assert_eq!(again.status, 200, "{name}");
        let jti = |token: &str| crate::actors::claims(token)["jti"].clone();
        assert_eq!(jti(&again.text("refresh")), jti(&ada.refresh), "{name}");
        assert_eq!(ada.blacklist().await.status, 200, "{name}");
        ada.me().await.is_bad_access("Token is blacklisted");
    }
}

#[tokio::test]
async fn other_services_can_verify_with_the_published_key() {
    for (name, algorithm) in ALGORITHMS.into_iter().filter(|(_, algorithm)| !keys::is_symmetric(*algorithm)) {
        let world = World::with(with(algorithm)).await;
        let ada = world.signed_in("ada").await;
        let answer = jwks(&world).await;
        assert_eq!(answer.header("content-type"), Some("application/jwk-set+json"));
        assert!(answer.header("cache-control").is_some_and(|value| value.contains("max-age=300")));
        let set: JwkSet = serde_json::from_value(answer.body).expect("a JWK set");
        let header = decode_header(&ada.access).expect("a header");
        let jwk = set.find(&header.kid.expect("a key id")).expect("the key");
        let mut validation = Validation::new(algorithm);
        validation.validate_exp = false;
        let claims = decode::<Value>(&ada.access, &DecodingKey::from_jwk(jwk).expect("a key"), &validation);
        assert_eq!(claims.expect("a good token").claims["user_id"], "1", "{name}");
    }
}

#[tokio::test]
async fn a_shared_secret_is_not_published() {
    let world = World::new().await;
    assert_eq!(jwks(&world).await.body, json!({ "keys": [] }));
}

#[tokio::test]
async fn a_public_key_is_not_accepted_as_an_hmac_secret() {
    let world = World::with(with(Algorithm::ES256)).await;
    let ada = world.signed_in("ada").await;
    let set = jwks(&world).await.body.to_string();
    let claims = crate::actors::claims(&ada.access);
    for secret in [set.as_bytes(), crate::actors::KEY] {
        let key = jsonwebtoken::EncodingKey::from_secret(secret);
        let forged = jsonwebtoken::encode(&jsonwebtoken::Header::default(), &claims, &key).expect("a token");
        world.get("/api/me/", &forged).await.is_bad_access("Token is invalid");
    }
}

#[tokio::test]
async fn a_verifying_key_that_does_not_match_the_signing_key_is_rejected() {
    let settings = with(Algorithm::EdDSA);
    let foreign = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let refused = Settings { verifying_key: Some(foreign.into()), ..settings.clone() }.validate();
    assert_eq!(refused.map_err(|error| error.setting), Err("verifying_key"));
    let nonsense = Settings { verifying_key: Some("no PEM".into()), ..settings }.validate();
    assert_eq!(nonsense.map_err(|error| error.setting), Err("verifying_key"));
}

#[tokio::test]
async fn a_key_rotation_to_another_algorithm_fails_no_request() {
    let settings = with(Algorithm::ES256);
    let world = World::with(settings.clone()).await;
    let mut ada = world.signed_in("ada").await;
    let before = ada.clone();
    let mut ring = ring(&settings);

    let new = ring.generate(Algorithm::EdDSA, now(&world)).expect("a key");
    world.auth.replace_keys(ring.clone());
    assert_eq!(jwks(&world).await.body["keys"][1]["kid"], new.as_str(), "published");
    ada.refresh().await;
    assert_ne!(kid(&ada.access), Some(new.clone()), "not signing yet");

    ring.rotate(now(&world), WEEK).expect("a rotation");
    world.auth.replace_keys(ring.clone());
    assert_eq!((before.me().await.status, ada.me().await.status), (200, 200));
    ada.refresh().await;
    assert_eq!(kid(&ada.access), Some(new.clone()));
    assert_eq!(kid(&ada.refresh), Some(new));
    assert_eq!((ada.me().await.status, ada.verify(&ada.refresh).await.status), (200, 200));

    world.pass(WEEK);
    assert_eq!(jwks(&world).await.body["keys"].as_array().map(Vec::len), Some(1), "the old session has ended");
}

#[tokio::test]
async fn a_refresh_token_reissued_after_a_key_rotation_is_byte_identical() {
    for algorithm in [Algorithm::HS256, Algorithm::EdDSA, Algorithm::RS256] {
        let settings = with(algorithm);
        let world = World::with(settings.clone()).await;
        let mut ada = world.signed_in("ada").await;
        let spent = ada.clone();
        ada.refresh().await;
        let mut ring = ring(&settings);
        ring.generate(Algorithm::HS512, now(&world)).expect("a key");
        world.pass(Duration::from_secs(5));
        ring.rotate(now(&world), WEEK).expect("a rotation");
        world.auth.replace_keys(ring);
        // The reply was lost, and the request is repeated.
        let again = spent.try_refresh().await;
        assert_eq!(again.text("refresh"), ada.refresh, "{algorithm:?}");
        assert_eq!(decode_header(again.text("access")).expect("a header").alg, Algorithm::HS512, "{algorithm:?}");
    }
}

#[tokio::test]
async fn only_tokens_of_a_retired_key_are_rejected_on_the_next_request() {
    let settings = with(Algorithm::HS256);
    let world = World::with(settings.clone()).await;
    let ada = world.signed_in("ada").await;
    let mut ring = ring(&settings);
    let stolen = ring.signing(now(&world)).id.clone();
    ring.retire(&stolen, now(&world)).expect("a retirement");
    world.auth.replace_keys(ring);
    ada.me().await.is_bad_access("Token is invalid");
    ada.try_refresh().await.is_bad_token("Token is invalid");
    let bob = world.signed_in("bob").await;
    assert_eq!(bob.me().await.status, 200);
}

#[tokio::test]
async fn a_token_without_a_kid_by_a_shared_secret_is_accepted_across_a_key_rotation() {
    let world = World::new().await;
    world.user("ada").await;
    let claims = json!({ "token_type": "access", "jti": "j", "user_id": "1", "exp": world.now() + 300 });
    let by_django = crate::actors::foreign(&claims);
    let mut ring = ring(&crate::actors::settings());
    let new = ring.generate(Algorithm::HS256, now(&world)).expect("a key");
    ring.rotate(now(&world), WEEK).expect("a rotation");
    world.auth.replace_keys(ring);
    assert_eq!(world.get("/api/me/", &by_django).await.status, 200);
    let ada = world.sign_in("ada").await;
    assert_eq!(kid(&ada.access), Some(new), "two secrets are distinguished by kid");
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(jwks(&world).await.body, json!({ "keys": [] }), "no secret is published");
}

#[tokio::test]
async fn a_conditional_request_for_unchanged_keys_is_answered_with_304() {
    let settings = with(Algorithm::ES256);
    let world = World::with(settings.clone()).await;
    let tag = jwks(&world).await.header("etag").expect("an entity tag").to_owned();
    let ask = async |known: String| {
        let request = world.request("GET", "/.well-known/jwks.json").header("if-none-match", known);
        Answer::of(request.send().await.expect("an answer")).await
    };
    for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
        let answer = ask(known).await;
        assert_eq!((answer.status, &answer.body), (304, &json!("")));
        assert_eq!(answer.header("etag"), Some(tag.as_str()));
        assert!(answer.header("cache-control").is_some());
    }
    assert_eq!(ask("\"other\"".to_owned()).await.status, 200);
    let mut ring = ring(&settings);
    ring.generate(Algorithm::RS256, now(&world)).expect("a key");
    world.auth.replace_keys(ring);
    assert_eq!(ask(tag).await.status, 200, "other keys");
}

#[tokio::test]
async fn published_keys_have_only_the_required_members() {
    for (name, algorithm) in ALGORITHMS.into_iter().filter(|(_, algorithm)| !keys::is_symmetric(*algorithm)) {
        let world = World::with(with(algorithm)).await;
        let body = jwks(&world).await.body;
        let key = body["keys"][0].as_object().expect("a key");
        assert_eq!((&key["alg"], &key["use"]), (&json!(name), &json!("sig")));
        let public = ["kty", "alg", "use", "kid", "n", "e", "crv", "x", "y"];
        assert!(key.keys().all(|member| public.contains(&member.as_str())), "{key:?}");
        assert!(key.values().all(|value| !value.to_string().contains('=')), "no padding");
    }
}

/// A server that accepts the tokens of another issuer by its published keys.
async fn trusting(other: &World, algorithm: Algorithm) -> World {
    let url = format!("{}/.well-known/jwks.json", other.url);
    let source = JwkUrl::new(url.clone(), PATIENCE).expect("a client");
    let settings = Settings { foreign_issuer: Some(ForeignIssuer { url, algorithm }), ..crate::actors::settings() };
    World::changed(settings, |auth| auth.accepting(Arc::new(source))).await
}

#[tokio::test]
async fn foreign_tokens_are_accepted_by_the_issuers_published_keys() {
    let settings = with(Algorithm::ES256);
    let other = World::with(settings.clone()).await;
    let world = trusting(&other, Algorithm::ES256).await;
    world.user("ada").await;
    let theirs = other.signed_in("ada").await;
    assert_eq!(world.get("/api/me/", &theirs.access).await.status, 200, "fetched on demand");
    assert_eq!(world.sign_in("ada").await.me().await.status, 200, "its own tokens are still accepted");

    // The issuer rotates; its new key is not known here yet.
    let mut ring = ring(&settings);
    ring.generate(Algorithm::ES256, now(&other)).expect("a key");
    ring.rotate(now(&other), WEEK).expect("a rotation");
    other.auth.replace_keys(ring);
    let theirs = other.sign_in("ada").await;
    world.get("/api/me/", &theirs.access).await.is_bad_access("Token is invalid");
    world.pass(Duration::from_secs(5));
    assert_eq!(world.get("/api/me/", &theirs.access).await.status, 200, "fetched again after a while");
    let refreshed = world.post("/api/token/refresh/", json!({ "refresh": theirs.refresh })).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    assert_eq!(decode_header(refreshed.text("refresh")).expect("a header").alg, Algorithm::HS256, "with its own key");
}

#[tokio::test]
async fn foreign_tokens_of_another_algorithm_or_without_a_kid_are_rejected() {
    let other = World::with(with(Algorithm::EdDSA)).await;
    let world = trusting(&other, Algorithm::ES256).await;
    world.user("ada").await;
    let theirs = other.signed_in("ada").await;
    world.get("/api/me/", &theirs.access).await.is_bad_access("Token is invalid");

    let settings = with(Algorithm::ES256);
    let other = World::with(settings.clone()).await;
    let world = trusting(&other, Algorithm::ES256).await;
    let claims = crate::actors::claims(&other.signed_in("ada").await.access);
    let key = jsonwebtoken::EncodingKey::from_ec_pem(secrecy::ExposeSecret::expose_secret(&settings.signing_key));
    let header = jsonwebtoken::Header::new(Algorithm::ES256);
    let nameless = jsonwebtoken::encode(&header, &claims, &key.expect("a key")).expect("a token");
    world.get("/api/me/", &nameless).await.is_bad_access("Token is invalid");
}

#[tokio::test]
async fn foreign_tokens_are_answered_with_503_while_the_issuers_keys_cannot_be_fetched() {
    let other = World::with(with(Algorithm::ES256)).await;
    let world = trusting(&other, Algorithm::ES256).await;
    let ada = other.signed_in("ada").await;
    let (access, refresh) = (ada.access.clone(), ada.refresh.clone());
    other.stop().await;
    let verify = json!({ "token": access });
    for answer in [
        world.get("/api/me/", &access).await,
        world.post("/api/token/verify/", verify).await,
        world.post("/api/token/refresh/", json!({ "refresh": refresh })).await,
        world.post("/api/token/blacklist/", json!({ "refresh": refresh })).await,
        world.post("/rpc/session/refresh", json!({ "refresh": refresh })).await,
    ] {
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")), "{answer:?}");
    }
    assert_eq!(world.signed_in("bob").await.me().await.status, 200, "its own tokens are still accepted");
}

fn rfc9068() -> Settings {
    Settings {
        issuer: Some("https://hallpass.example".into()),
        audience: Some("https://api.example".into()),
        access_token_profile: AccessTokenProfile::Rfc9068 { client_id: "web".into() },
        jti_claim: "id".into(),
        ..with(Algorithm::ES256)
    }
}

#[tokio::test]
async fn access_tokens_of_rfc_9068_have_its_typ_and_claims() {
    let world = World::with(rfc9068()).await;
    let mut ada = world.signed_in("ada").await;
    ada.refresh().await;
    let typ = |token: &str| decode_header(token).expect("a header").typ;
    assert_eq!(typ(&ada.access).as_deref(), Some("at+jwt"));
    assert_eq!(typ(&ada.refresh).as_deref(), Some("JWT"));
    let claims = crate::actors::claims(&ada.access);
    for claim in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
        assert!(!claims[claim].is_null(), "{claim}");
    }
    assert_eq!((&claims["sub"], &claims["client_id"], &claims["jti"]), (&json!("1"), &json!("web"), &claims["id"]));
    let refresh = crate::actors::claims(&ada.refresh);
    assert_eq!((refresh.get("sub"), refresh.get("client_id")), (None, None));
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(ada.verify(&ada.access).await.status, 200);
    assert_eq!(ada.verify(&ada.refresh).await.status, 200);
}

#[tokio::test]
async fn with_rfc_9068_only_access_tokens_are_accepted_with_its_typ() {
    let world = World::with(rfc9068()).await;
    let ada = world.signed_in("ada").await;
    let pem = &world.auth.settings().signing_key;
    let key = jsonwebtoken::EncodingKey::from_ec_pem(secrecy::ExposeSecret::expose_secret(pem)).expect("a key");
    let sign = |typ: Option<&str>, token: &str| {
        let mut header = jsonwebtoken::Header::new(Algorithm::ES256);
        header.typ = typ.map(str::to_owned);
        jsonwebtoken::encode(&header, &crate::actors::claims(token), &key).expect("a token")
    };
    for typ in [Some("JWT"), None, Some("at"), Some("text/at+jwt")] {
        world.get("/api/me/", &sign(typ, &ada.access)).await.is_bad_access("Token is invalid");
    }
    for typ in ["AT+JWT", "application/at+jwt"] {
        assert_eq!(world.get("/api/me/", &sign(Some(typ), &ada.access)).await.status, 200, "{typ}");
    }
    let disguised = sign(Some("at+jwt"), &ada.refresh);
    world.post("/api/token/refresh/", json!({ "refresh": disguised })).await.is_bad_token("Token is invalid");
    world.get("/api/me/", &ada.refresh).await.is_bad_access("Token has wrong type");
}
