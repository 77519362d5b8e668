//! JWK sets: which keys of a set verify, and which tokens they verify.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hallpass_core::keys::{Key, generate};
use hallpass_verify::{
    ALGORITHMS, Algorithm, JwkError, Jws, JwsError, KeySet, algorithm::is_symmetric, is_public_material,
};
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

const SECRET: &[u8] = b"a secret of more than sixty-four bytes, so that it fits each of the HMACs";

fn key(algorithm: Algorithm) -> Key {
    Key::new(algorithm, &generate(algorithm).expect("a key"), None).expect("a good key")
}

fn jwk(key: &Key) -> Value {
    serde_json::to_value(key.public_jwk().expect("a public half")).expect("JSON")
}

fn oct(secret: &[u8]) -> Value {
    json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode(secret) })
}

fn with(mut jwk: Value, name: &str, value: impl Into<Value>) -> Value {
    jwk[name] = value.into();
    jwk
}

fn without(mut jwk: Value, name: &str) -> Value {
    jwk.as_object_mut().expect("an object").remove(name);
    jwk
}

fn token(key: &Key, header: &Value) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode("no claims"));
    format!("{message}.{}", key.sign(&message))
}

fn mac(secret: &[u8], header: &Value) -> String {
    let message = format!("{}.e30", URL_SAFE_NO_PAD.encode(header.to_string()));
    let key = EncodingKey::from_secret(secret);
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).expect("a signature");
    format!("{message}.{signature}")
}

fn verify(keys: &Value, token: &str) -> Result<(), JwsError> {
    let set = KeySet::read(keys).expect("a set");
    let jws = Jws::parse(token)?;
    let header = jws.header()?;
    set.verify(&jws, &header)
}

fn fault(jwk: Value) -> Option<JwkError> {
    KeySet::read(&json!({ "keys": [jwk] })).expect("a set").unusable().first().copied()
}

#[test]
fn a_published_key_verifies_with_and_without_its_optional_members() {
    for (name, algorithm) in ALGORITHMS.into_iter().filter(|(_, algorithm)| !is_symmetric(*algorithm)) {
        let key = key(algorithm);
        let token = token(&key, &json!({ "alg": name, "kid": key.id() }));
        let bare = without(without(without(jwk(&key), "alg"), "use"), "kid");
        for jwks in [json!({ "keys": [jwk(&key)] }), json!([bare.clone()]), bare, jwk(&key)] {
            assert_eq!(verify(&jwks, &token), Ok(()), "{name} {jwks}");
        }
    }
    assert_eq!(verify(&oct(SECRET), &mac(SECRET, &json!({ "alg": "HS256" }))), Ok(()));
}

#[test]
fn a_key_verifies_only_with_its_own_algorithm() {
    let rsa = key(Algorithm::RS256);
    let pss = token(&rsa, &json!({ "alg": "PS256" }));
    assert_eq!(verify(&jwk(&rsa), &pss), Err(JwsError::NoKey));
    let other = token(&rsa, &json!({ "alg": "RS384" }));
    assert_eq!(verify(&jwk(&rsa), &other), Err(JwsError::NoKey));
    for alg in ["none", "None", "nOnE", "none ", "", "HS257", "RSA-OAEP", "ES512"] {
        assert_eq!(verify(&jwk(&rsa), &token(&rsa, &json!({ "alg": alg }))), Err(JwsError::Algorithm), "{alg:?}");
    }
    assert_eq!(fault(with(jwk(&rsa), "alg", "RSA-OAEP")), Some(JwkError::Algorithm));
    assert_eq!(fault(with(jwk(&rsa), "alg", "ES256")), Some(JwkError::Algorithm));
    assert_eq!(fault(with(jwk(&rsa), "alg", json!(["RS256"]))), Some(JwkError::Algorithm));
}

#[test]
fn a_public_key_in_any_encoding_is_rejected_as_a_secret() {
    let rsa = key(Algorithm::RS256);
    let json = jwk(&rsa);
    let modulus = json["n"].as_str().expect("a modulus").as_bytes();
    let pem = b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let der = base64::engine::general_purpose::STANDARD
        .decode("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=")
        .expect("DER");
    let text = json.to_string();
    for material in [pem.as_slice(), &der, text.as_bytes()] {
        assert!(is_public_material(material));
        assert_eq!(fault(oct(material)), Some(JwkError::Weak));
    }
    assert!(!is_public_material(SECRET) && !is_public_material(&[0x30; 64]));
    // Signed with whatever of it, against the key itself.
    for material in [pem.as_slice(), &der, text.as_bytes(), modulus, b"kid", b""] {
        let forged = mac(material, &json!({ "alg": "HS256", "kid": rsa.id() }));
        assert_eq!(verify(&json, &forged), Err(JwsError::NoKey));
    }
}

#[test]
fn keys_for_something_else_verify_nothing() {
    let ec = jwk(&key(Algorithm::ES256));
    assert_eq!(fault(with(ec.clone(), "use", "enc")), Some(JwkError::Use));
    assert_eq!(fault(with(ec.clone(), "use", json!(null))), Some(JwkError::Use));
    assert_eq!(fault(with(ec.clone(), "key_ops", json!(["encrypt"]))), Some(JwkError::Use));
    assert_eq!(fault(with(ec.clone(), "key_ops", json!(["sign", "verify"]))), None);
    assert_eq!(fault(with(ec.clone(), "kty", "AKP")), Some(JwkError::Kind));
    assert_eq!(fault(with(ec.clone(), "kid", 7)), Some(JwkError::Kind));
    assert_eq!(fault(with(ec, "crv", "P-384")), Some(JwkError::Kind), "coordinates of another length");
    assert_eq!(fault(json!("text")), Some(JwkError::Kind));
    for no_set in [json!("text"), json!(null), json!({ "keys": {} }), json!({})] {
        assert_eq!(KeySet::read(&no_set).err(), Some(JwkError::Set), "{no_set}");
    }
}

#[test]
fn weak_keys_verify_nothing() {
    assert_eq!(fault(oct(&[7; 31])), Some(JwkError::Weak));
    assert_eq!(fault(oct(b"")), Some(JwkError::Weak));
    assert_eq!(fault(with(oct(&[7; 47]), "alg", "HS384")), Some(JwkError::Algorithm));
    let rsa =
        |modulus: &[u8], exponent: &str| json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode(modulus), "e": exponent });
    assert_eq!(fault(rsa(&[0xff; 128], "AQAB")), Some(JwkError::Weak), "1024 bits");
    let padded = [vec![0; 128], vec![0xff; 128]].concat();
    assert_eq!(fault(rsa(&padded, "AQAB")), Some(JwkError::Weak), "1024 bits behind zeros");
    assert_eq!(fault(rsa(&[0xff; 256], "AQ")), Some(JwkError::Weak), "an exponent of 1");
    assert_eq!(fault(rsa(&[0xff; 256], "AQAB")), None);
}

#[test]
fn malformed_signatures_are_rejected() {
    let ec = key(Algorithm::ES256);
    let good = token(&ec, &json!({ "alg": "ES256", "kid": ec.id() }));
    let (message, signature) = good.rsplit_once('.').expect("a signature");
    let bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let (r, s) = bytes.split_at(32);
    // A leading zero keeps each number positive in DER.
    let der = [&[0x30, 70, 0x02, 33, 0], r, &[0x02, 33, 0], s].concat();
    let forged = [
        vec![],
        vec![0; 64],
        vec![0; 63],
        [&[0; 32], s].concat(),
        [r, &[0; 32]].concat(),
        bytes[..63].to_vec(),
        [&bytes, [0].as_slice()].concat(),
        [s, r].concat(),
        der,
    ];
    for signature in forged {
        let text = format!("{message}.{}", URL_SAFE_NO_PAD.encode(&signature));
        assert_eq!(verify(&jwk(&ec), &text), Err(JwsError::Signature), "{signature:?}");
    }
    assert_eq!(verify(&jwk(&ec), &good), Ok(()));
}

#[test]
fn keys_and_critical_extensions_in_a_header_are_ignored_or_rejected() {
    let (ours, thief) = (key(Algorithm::ES256), key(Algorithm::ES256));
    let set = json!({ "keys": [jwk(&ours)] });
    let own_key =
        json!({ "alg": "ES256", "kid": ours.id(), "jwk": jwk(&thief), "jku": "http://127.0.0.1:9/", "x5c": ["AA"] });
    assert_eq!(verify(&set, &token(&thief, &own_key)), Err(JwsError::Signature));
    let refused = [
        (r#"{"alg":"ES256","crit":["exp"],"exp":1}"#, JwsError::Extension),
        (r#"{"alg":"ES256","crit":[]}"#, JwsError::Extension),
        (r#"{"alg":"ES256","crit":null}"#, JwsError::Extension),
        (r#"{"alg":"ES256","b64":false}"#, JwsError::Extension),
        (r#"{"alg":"none","alg":"ES256"}"#, JwsError::Header),
        (r#"{"alg":"ES256","kid":"a","kid":"b"}"#, JwsError::Header),
        (r#"{"alg":"ES256","kid":7}"#, JwsError::Header),
        (r#"{"alg":"ES256","kid":null}"#, JwsError::Header),
        (r#"{"alg":7}"#, JwsError::Header),
        (r#"{"kid":"a"}"#, JwsError::Header),
        (r#"["ES256"]"#, JwsError::Header),
        ("", JwsError::Header),
    ];
    for (header, expected) in refused {
        let message = format!("{}.e30", URL_SAFE_NO_PAD.encode(header));
        let text = format!("{message}.{}", ours.sign(&message));
        assert_eq!(verify(&set, &text), Err(expected), "{header}");
    }
}

#[test]
fn an_unknown_kid_is_verified_only_by_keys_without_a_kid() {
    let (named, nameless) = (key(Algorithm::ES256), key(Algorithm::ES256));
    let set = json!({ "keys": [jwk(&named), without(jwk(&nameless), "kid")] });
    for id in ["", "unknown", &"k".repeat(6000)] {
        let header = json!({ "alg": "ES256", "kid": id });
        assert_eq!(verify(&set, &token(&named, &header)), Err(JwsError::Signature));
        assert_eq!(verify(&set, &token(&nameless, &header)), Ok(()));
    }
    assert_eq!(verify(&set, &token(&named, &json!({ "alg": "ES256" }))), Ok(()));
    let borrowed = json!({ "alg": "ES256", "kid": named.id() });
    assert_eq!(verify(&set, &token(&nameless, &borrowed)), Err(JwsError::Signature));
}

#[test]
fn an_unusable_key_is_left_out_and_a_limit_keeps_one_algorithm() {
    let (ec, rsa) = (key(Algorithm::ES256), key(Algorithm::RS256));
    let set = KeySet::read(&json!({ "keys": [{ "kty": "AKP" }, null, jwk(&ec), jwk(&rsa)] })).expect("a set");
    assert_eq!((set.len(), set.unusable()), (2, [JwkError::Kind, JwkError::Kind].as_slice()));
    let limited = set.limited_to(&[Algorithm::RS256]);
    assert!(limited.has(rsa.id().expect("an id")) && !limited.has(ec.id().expect("an id")));
}

#[test]
fn a_text_that_is_not_a_compact_jws_is_rejected() {
    let good = mac(SECRET, &json!({ "alg": "HS256" }));
    let parts: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { panic!("three parts") };
    let wrong = [
        (String::new(), JwsError::Parts),
        (format!("{header}.{payload}"), JwsError::Parts),
        (format!("{good}."), JwsError::Parts),
        (format!("{header}.{payload}.x.{payload}.{signature}"), JwsError::Parts),
        (format!("{{\"payload\":\"{payload}\",\"signature\":\"{signature}\"}}"), JwsError::Parts),
        (format!("{good}="), JwsError::Encoding),
        (format!(" {good}"), JwsError::Encoding),
        (format!("{good}\n"), JwsError::Encoding),
        (format!("{header}.AB.{signature}"), JwsError::Encoding),
        ("a".repeat(100_000), JwsError::TooLong),
    ];
    for (text, expected) in wrong {
        assert_eq!(verify(&oct(SECRET), &text), Err(expected), "{}", &text[..text.len().min(80)]);
    }
}

mod published_vectors {
    use super::{JwsError, json, verify};

    /// RFC 7515 §A.1: HS256, with line breaks in header and payload.
    #[test]
    fn the_hs256_example_of_rfc_7515_verifies() {
        let jwk = json!({
            "kty": "oct",
            "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
        });
        let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(verify(&jwk, token), Ok(()));
        assert_eq!(verify(&jwk, &token.replace("dBjf", "dBjg")), Err(JwsError::Signature));
    }

    /// RFC 8037 §A.4: Ed25519.
    #[test]
    fn the_ed25519_example_of_rfc_8037_verifies() {
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
        let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        assert_eq!(verify(&jwk, token), Ok(()));
    }
}
