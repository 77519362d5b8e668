//! Foreign claims across refreshes.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hallpass_core::settings::Settings;
use serde_json::json;

use crate::actors::{KEY, World, settings};

/// A foreign token with these bytes as its payload.
fn signed(payload: &str) -> String {
    let message =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#), URL_SAFE_NO_PAD.encode(payload));
    let key = jsonwebtoken::EncodingKey::from_secret(KEY);
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::HS256);
    format!("{message}.{}", signature.expect("a signature"))
}

/// The payload of a token, byte for byte.
fn payload(token: &str) -> String {
    let encoded = token.split('.').nth(1).expect("a payload");
    String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).expect("base64url")).expect("text")
}

#[tokio::test]
async fn a_refresh_keeps_every_digit_of_foreign_claims() {
    let world = World::new().await;
    world.user("ada").await;
    let digits = "1234567890".repeat(40);
    let exp = world.now() + 600;
    for number in
        ["12345678901234567890123", "-12345678901234567890123", &digits, "1.0", "1e5", "1E+5", "-0", "0.10", "1e400"]
    {
        let jti = format!("{:.20}", format!("jti-{number}"));
        let theirs = format!(
            r#"{{"a":{number},"b":{{"c":[{number}]}},"exp":{exp},"jti":"{jti}","token_type":"refresh","user_id":"1"}}"#
        );
        let mut refresh = signed(&theirs);
        for _ in 0..2 {
            let answer = world.post("/api/token/refresh/", json!({ "refresh": refresh })).await;
            assert_eq!(answer.status, 200, "{number}: {answer:?}");
            refresh = answer.text("refresh");
            for token in [&refresh, &answer.text("access")] {
                let claims = payload(token);
                assert!(claims.contains(&format!(r#""a":{number},"b":{{"c":[{number}]}},"#)), "{claims}");
            }
        }
    }
}

#[tokio::test]
async fn a_numeric_user_id_keeps_its_digits() {
    let field = hallpass_core::user::UserIdField::Username;
    let world = World::with(Settings { user_id_field: field, ..settings() }).await;
    world.user("12345678901234567890123").await;
    world.user("12345678901234567890124").await;
    let exp = world.now() + 600;
    let claims = format!(r#"{{"exp":{exp},"jti":"a","token_type":"access","user_id":12345678901234567890123}}"#);
    let me = world.get("/api/me/", &signed(&claims)).await;
    assert_eq!((me.status, &me.body["username"]), (200, &json!("12345678901234567890123")), "{me:?}");
}
