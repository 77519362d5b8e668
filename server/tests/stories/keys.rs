use app::auth::{
    keys::{self, ALGORITHMS, Algorithm},
    settings::Settings,
};
use jsonwebtoken::{DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::{Value, json};

use crate::actors::{Answer, World};

fn with(algorithm: Algorithm) -> Settings {
    let key = keys::generate(algorithm).expect("a key");
    Settings { algorithm, ..Settings::with_signing_key(key) }
}

async fn jwks(world: &World) -> Answer {
    Answer::of(world.request("GET", "/.well-known/jwks.json").send().await.expect("an answer")).await
}

#[tokio::test]
async fn a_session_runs_with_every_algorithm() {
    for (name, algorithm) in ALGORITHMS {
        let world = World::with(with(algorithm)).await;
        let mut ada = world.signed_in("ada").await;
        assert_eq!(ada.me().await.status, 200, "{name}");
        let spent = ada.clone();
        ada.refresh().await;
        // Two tabs: the same token again, be its signature random.
        let again = spent.try_refresh().await;
        assert_eq!(again.status, 200, "{name}");
        let jti = |token: &str| crate::actors::claims(token)["jti"].clone();
        assert_eq!(jti(&again.text("refresh")), jti(&ada.refresh), "{name}");
        assert_eq!(ada.blacklist().await.status, 200, "{name}");
        ada.me().await.is_bad_access("Token is blacklisted");
    }
}

#[tokio::test]
async fn others_verify_with_the_published_key() {
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
async fn a_public_key_is_not_a_secret_to_sign_with() {
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
async fn a_verifying_key_must_belong_to_the_signing_key() {
    let settings = with(Algorithm::EdDSA);
    let foreign = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let refused = Settings { verifying_key: Some(foreign.into()), ..settings.clone() }.validate();
    assert_eq!(refused.map_err(|error| error.setting), Err("verifying_key"));
    let nonsense = Settings { verifying_key: Some("no PEM".into()), ..settings }.validate();
    assert_eq!(nonsense.map_err(|error| error.setting), Err("verifying_key"));
}
