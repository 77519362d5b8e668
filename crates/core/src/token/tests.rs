use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Audience, Subject, Token, TokenError, TokenType, Tokens};
use crate::{
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    keys::{Algorithm, Key, KeyRing, RingKey, generate},
    session::IssuedToken,
    settings::Settings,
    user::UserKey,
};

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const NOW: Timestamp = Timestamp::from_seconds(1_700_000_000);

fn settings() -> Settings {
    Settings::with_signing_key(b"0123456789abcdef0123456789abcdef".to_vec().into())
}

fn tokens() -> Tokens {
    Tokens::new(settings()).expect("good settings")
}

fn subject() -> Subject {
    Subject {
        user: UserKey::Id(UserId(7)),
        session: SessionId::parse(&"5a".repeat(16)).expect("a session id"),
        generation: 3,
        custom: Map::from_iter([("username".to_owned(), json!("ada"))]).into(),
    }
}

fn issued() -> IssuedToken {
    let jti = Jti::from_text("0123456789abcdef0123456789abcdef");
    IssuedToken { jti, issued_at: NOW, expires_at: NOW + Duration::from_mins(5) }
}

fn good() -> String {
    tokens().sign(&subject(), TokenType::Access, &issued())
}

fn verify(text: &str) -> Result<Token, TokenError> {
    tokens().verify(text, Some(TokenType::Access), NOW)
}

/// Signs whatever header and payload with the right key.
fn forge(header: &str, payload: &[u8]) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let key = Key::new(Algorithm::HS256, &settings().signing_key, None).expect("a good key");
    format!("{message}.{}", key.sign(&message))
}

fn payload_with(change: impl FnOnce(&mut Map<String, Value>)) -> String {
    let mut claims = verify(&good()).expect("a good token").claims.values();
    change(&mut claims);
    forge(r#"{"alg":"HS256"}"#, &serde_json::to_vec(&claims).expect("JSON"))
}

fn fault(text: &str) -> Option<TokenError> {
    verify(text).err()
}

#[test]
fn a_verified_token_has_the_claims_that_were_signed() {
    let token = verify(&good()).expect("a good token");
    assert_eq!(token.user, Some(subject().user));
    assert_eq!(token.session, Some(subject().session));
    assert_eq!(token.generation, 3);
    assert_eq!(token.expires_at, NOW + Duration::from_mins(5));
    assert_eq!(token.claims.text("user_id").as_deref(), Some("7"));
    assert_eq!(tokens().subject_of(&token, subject().user, subject().session, 3), subject());
}

#[test]
fn equal_arguments_sign_the_same_text() {
    assert_eq!(good(), good());
}

#[test]
fn a_token_expires_at_its_exp() {
    let verify_at = |now| tokens().verify(&good(), None, now).map(drop);
    assert_eq!(verify_at(NOW + Duration::from_millis(299_999)), Ok(()));
    assert_eq!(verify_at(NOW + Duration::from_mins(5)), Err(TokenError::Expired));
}

#[test]
fn the_leeway_tolerates_a_wrong_clock() {
    let lenient = Tokens::new(Settings { leeway: Duration::from_secs(5), ..settings() }).expect("good settings");
    let theirs = payload_with(|claims| drop(claims.remove("sid")));
    let verify_at = |now| lenient.verify(&theirs, None, now).map(drop);
    assert_eq!(verify_at(NOW + Duration::from_millis(304_999)), Ok(()));
    assert_eq!(verify_at(NOW + Duration::from_secs(305)), Err(TokenError::Expired));
    assert_eq!(verify_at(NOW - Duration::from_secs(5)), Ok(()));
    assert_eq!(verify_at(NOW - Duration::from_secs(6)), Err(TokenError::Invalid));
}

#[test]
fn a_future_iat_is_accepted_from_our_clock_and_rejected_from_another_issuer() {
    let an_hour_before = NOW - Duration::from_hours(1);
    let verify_at = |text: &str, now| tokens().verify(text, None, now).map(drop);
    assert_eq!(verify_at(&good(), an_hour_before), Ok(()));
    let begins_later = payload_with(|claims| drop(claims.insert("nbf".into(), json!(NOW.seconds()))));
    assert_eq!(verify_at(&begins_later, an_hour_before), Err(TokenError::Invalid), "that was meant");
    for sid in [None, Some(json!("none of ours")), Some(json!(5))] {
        let theirs = payload_with(|claims| {
            claims.remove("sid");
            claims.extend(sid.map(|sid| ("sid".to_owned(), sid)));
        });
        assert_eq!(verify_at(&theirs, an_hour_before), Err(TokenError::Invalid));
    }
}

#[test]
fn a_token_of_one_type_is_rejected_as_another() {
    let refresh = tokens().sign(&subject(), TokenType::Refresh, &issued());
    assert_eq!(fault(&refresh), Some(TokenError::WrongType));
    assert!(tokens().verify(&refresh, None, NOW).is_ok());
}

#[test]
fn the_key_and_not_the_token_selects_the_algorithm() {
    let payload = serde_json::to_vec(verify(&good()).expect("a good token").claims.as_ref()).expect("JSON");
    for alg in ["none", "None", "NONE", "nOnE", " none", "none\u{0}", "ＨＳ256", "HS384", "HS512", "RS256", "ES256", ""]
    {
        let header = json!({ "alg": alg }).to_string();
        assert_eq!(fault(&forge(&header, &payload)), Some(TokenError::Invalid), "{alg:?}");
        let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(&payload));
        assert_eq!(fault(&unsigned), Some(TokenError::Invalid), "{alg:?} unsigned");
    }
}

#[test]
fn malformed_headers_and_critical_extensions_are_rejected() {
    let payload = serde_json::to_vec(verify(&good()).expect("a good token").claims.as_ref()).expect("JSON");
    let refused = [
        r#"{"alg":"HS256","crit":["exp"]}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","crit":"exp"}"#,
        r#"{"alg":"HS256","kid":7}"#,
        r#"{"alg":"HS256","kid":null}"#,
        r#"{"alg":"HS256","b64":false}"#,
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":["HS256"]}"#,
        r#"["HS256"]"#,
        "null",
        "",
    ];
    for header in refused {
        assert_eq!(fault(&forge(header, &payload)), Some(TokenError::Invalid), "{header}");
    }
    // Headers that carry a key are ignored.
    let ignored =
        r#"{"alg":"HS256","jwk":{"kty":"oct","k":"AAAA"},"jku":"http://127.0.0.1:9/","x5u":"http://127.0.0.1:9/"}"#;
    assert!(verify(&forge(ignored, &payload)).is_ok());
}

#[test]
fn a_date_of_another_type_is_not_treated_as_missing() {
    let wrong = [json!("1800000000"), json!(null), json!(true), json!([1]), json!({}), json!(1e300), json!(-1e300)];
    for claim in ["exp", "iat", "nbf"] {
        for value in &wrong {
            let token = payload_with(|claims| {
                claims.insert(claim.to_owned(), value.clone());
            });
            assert_eq!(fault(&token), Some(TokenError::Invalid), "{claim} {value}");
        }
    }
    let huge = forge(r#"{"alg":"HS256"}"#, br#"{"token_type":"access","jti":"a","user_id":"7","exp":1e400}"#);
    assert_eq!(fault(&huge), Some(TokenError::Invalid));
    let negative = payload_with(|claims| drop(claims.insert("exp".into(), json!(-1))));
    assert_eq!(fault(&negative), Some(TokenError::Expired));
    let fraction = payload_with(|claims| drop(claims.insert("exp".into(), json!(1_700_000_000.5))));
    assert_eq!(fault(&fraction), None, "a NumericDate need not be whole");
}

#[test]
fn each_missing_claim_has_its_own_message() {
    let without = |name: &str| fault(&payload_with(|claims| drop(claims.remove(name))));
    assert_eq!(without("exp"), Some(TokenError::MissingExpiry));
    assert_eq!(without("jti"), Some(TokenError::MissingId));
    assert_eq!(without("token_type"), Some(TokenError::MissingType));
    assert_eq!(without("iat"), None);
}

#[test]
fn configured_issuer_and_audience_are_compared_exactly() {
    let strict = Tokens::new(Settings {
        issuer: Some("https://hallpass.example".into()),
        audience: Some("api".into()),
        ..settings()
    })
    .expect("good settings");
    let verify_with = |iss: Value, aud: Value| {
        let token = payload_with(|claims| {
            claims.insert("iss".into(), iss);
            claims.insert("aud".into(), aud);
        });
        strict.verify(&token, None, NOW).map(drop)
    };
    assert_eq!(verify_with(json!("https://hallpass.example"), json!("api")), Ok(()));
    assert_eq!(verify_with(json!("https://hallpass.example"), json!(["x", "api"])), Ok(()));
    for iss in [
        json!("https://hallpass.example/"),
        json!("https://hallpass"),
        json!(["https://hallpass.example"]),
        json!(null),
    ] {
        assert_eq!(verify_with(iss, json!("api")), Err(TokenError::Invalid));
    }
    for aud in [json!("ap"), json!("apis"), json!([["api"]]), json!({"api": 1}), json!([]), json!(null)] {
        assert_eq!(verify_with(json!("https://hallpass.example"), aud), Err(TokenError::Invalid));
    }
    assert_eq!(strict.verify(&good(), None, NOW).err(), Some(TokenError::Invalid), "neither is there");
    let own = strict.sign(&subject(), TokenType::Access, &issued());
    assert!(strict.verify(&own, None, NOW).is_ok());
}

#[test]
fn any_of_several_audiences_is_accepted() {
    let several = Audience::Several(vec!["web".into(), "api".into()]);
    let tokens = Tokens::new(Settings { audience: Some(several), ..settings() }).expect("good settings");
    let verify_with = |aud: Value| {
        let token = payload_with(|claims| drop(claims.insert("aud".into(), aud)));
        tokens.verify(&token, None, NOW).map(drop)
    };
    for aud in [json!("web"), json!("api"), json!(["x", "web"]), json!(["web", "api"])] {
        assert_eq!(verify_with(aud), Ok(()));
    }
    for aud in [json!("webapi"), json!(["x"]), json!([["web", "api"]]), json!(null)] {
        assert_eq!(verify_with(aud), Err(TokenError::Invalid));
    }
    let own = tokens.verify(&tokens.sign(&subject(), TokenType::Access, &issued()), None, NOW).expect("a good token");
    assert_eq!(own.claims.value("aud"), Some(json!(["web", "api"])));
}

#[test]
fn payloads_that_are_not_utf8_objects_are_rejected() {
    let nested = "[".repeat(100_000);
    let utf16: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let payloads: [&[u8]; 7] = [b"", b"[]", b"\"text\"", b"{", b"{\"exp\":\"\xff\"}", &utf16, nested.as_bytes()];
    for payload in payloads {
        assert_eq!(fault(&forge(r#"{"alg":"HS256"}"#, payload)), Some(TokenError::Invalid));
    }
}

#[test]
fn the_last_of_duplicate_claims_wins() {
    let twice = br#"{"token_type":"access","jti":"a","user_id":"7","exp":4000000000,"exp":1}"#;
    assert_eq!(fault(&forge(r#"{"alg":"HS256"}"#, twice)), Some(TokenError::Expired));
}

#[test]
fn text_that_is_not_a_compact_jws_is_rejected() {
    let token = good();
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else { panic!("three parts") };
    let wrong = [
        String::new(),
        "..".into(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{signature}"),
        format!("{header}.{payload}.x.{payload}.{signature}"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}=.{signature}"),
        format!("{token}="),
        format!(" {token}"),
        format!("{token}\n"),
        format!("{header}.{payload}.{}", URL_SAFE_NO_PAD.encode([0; 32])),
        format!("{header}.{payload}.{}", &signature[..42]),
        format!("{{\"payload\":\"{payload}\",\"protected\":\"{header}\",\"signature\":\"{signature}\"}}"),
        "a".repeat(1_000_000),
    ];
    for text in wrong {
        assert_eq!(fault(&text), Some(TokenError::Invalid), "{}", &text[..text.len().min(80)]);
    }
}

#[test]
fn trailing_bits_of_a_part_are_rejected() {
    // The last character of a 32-byte signature has two unused bits.
    let token = good();
    let (head, last) = token.split_at(token.len() - 1);
    let value = ALPHABET.find(last).expect("a character of the alphabet");
    for stray in 1..4 {
        let other = &ALPHABET[value | stray..][..1];
        if other != last {
            assert_eq!(fault(&format!("{head}{other}")), Some(TokenError::Invalid));
        }
    }
}

#[test]
fn another_key_does_not_verify() {
    let almost = b"0123456789abcdef0123456789abcdeF".to_vec();
    for key in [vec![1; 32], almost, b"HS256HS256HS256HS256HS256HS256HS256".to_vec()] {
        let other = Tokens::new(Settings::with_signing_key(key.into())).expect("good settings");
        assert_eq!(other.verify(&good(), None, NOW).err(), Some(TokenError::Invalid));
    }
}

#[test]
fn a_user_claim_is_a_string_or_a_number() {
    let user = |value: Value| {
        let token = payload_with(|claims| drop(claims.insert("user_id".into(), value)));
        verify(&token).map(|token| token.user)
    };
    assert_eq!(user(json!("12")), Ok(Some(UserKey::Id(UserId(12)))));
    assert_eq!(user(json!(12)), Ok(Some(UserKey::Id(UserId(12)))));
    for nobody in [json!("ada"), json!(1.5), json!(null), json!([12]), json!("99999999999999999999")] {
        assert_eq!(user(nobody), Ok(None));
    }
}

#[test]
fn a_sliding_token_contains_the_end_of_its_renewals() {
    let end = |value: Option<Value>| {
        let token = payload_with(|claims| {
            claims.insert("token_type".into(), json!("sliding"));
            claims.extend(value.map(|value| ("refresh_exp".to_owned(), value)));
        });
        let token = tokens().verify(&token, Some(TokenType::Sliding), NOW)?;
        tokens().sliding_end(&token, NOW)
    };
    assert_eq!(end(Some(json!(NOW.seconds() + 1))), Ok(NOW + Duration::from_secs(1)));
    assert_eq!(end(Some(json!(NOW.seconds()))), Err(TokenError::PastEnd("refresh_exp".into())));
    assert_eq!(end(None), Err(TokenError::MissingEnd("refresh_exp".into())));
    assert_eq!(end(Some(json!("soon"))), Err(TokenError::Invalid));
}

proptest! {
    /// Every mutation of a valid token: one byte changed, removed, or inserted.
    #[test]
    fn no_mutation_of_a_valid_token_verifies(position in 0_usize..400, byte in any::<u8>(), how in 0..3) {
        let token = good();
        let mut bytes = token.clone().into_bytes();
        let position = position % bytes.len();
        match how {
            0 => bytes[position] = byte,
            1 => drop(bytes.remove(position)),
            _ => bytes.insert(position, byte),
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        prop_assume!(text != token);
        prop_assert_eq!(fault(&text), Some(TokenError::Invalid));
    }

    /// Parts of two valid tokens never form a third.
    #[test]
    fn parts_of_different_tokens_do_not_verify_together(generation in 4_u32..1000, which in 0..3_usize) {
        let other = tokens().sign(&Subject { generation, ..subject() }, TokenType::Access, &issued());
        let token = good();
        let mut parts: Vec<&str> = token.split('.').collect();
        parts[which] = other.split('.').nth(which).expect("three parts");
        let mixed = parts.join(".");
        prop_assume!(mixed != token);
        prop_assert_eq!(fault(&mixed), Some(TokenError::Invalid));
    }

    /// Arbitrary text is rejected, and nothing panics.
    #[test]
    fn arbitrary_text_is_not_a_token(text in "\\PC{0,200}") {
        prop_assert_eq!(fault(&text), Some(TokenError::Invalid));
    }

    /// Arbitrary claims with a valid signature are judged without a panic.
    #[test]
    fn arbitrary_signed_payloads_do_not_panic(payload in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = verify(&forge(r#"{"alg":"HS256"}"#, &payload));
    }
}

#[test]
fn a_cached_token_is_checked_for_its_times_and_its_key() {
    let tokens = tokens();
    let text = good();
    let first = tokens.recognize(&text, NOW).expect("a good token");
    let again = tokens.recognize(&text, NOW).expect("a good token");
    assert!(Arc::ptr_eq(&first, &again), "it was remembered");
    let end = first.expires_at;
    assert_eq!(tokens.recognize(&text, end - Duration::from_secs(1)).err(), None);
    assert_eq!(tokens.recognize(&text, end).err(), Some(TokenError::Expired));
    let cut = &text[..text.len() - 1];
    assert_eq!(tokens.recognize(cut, NOW).err(), Some(TokenError::Invalid));
    tokens.evict(&text);
    assert!(!Arc::ptr_eq(&first, &tokens.recognize(&text, NOW).expect("a good token")));
    tokens.remove_expired(end);
    assert!(!Arc::ptr_eq(&again, &tokens.recognize(&text, NOW).expect("a good token")));
}

#[test]
fn a_cached_token_is_rejected_without_its_key() {
    let tokens = tokens();
    let text = good();
    assert!(tokens.recognize(&text, NOW).is_ok());
    let mut ring = KeyRing::clone(&tokens.ring());
    let other = ring.generate(Algorithm::ES256, NOW).expect("a key");
    ring.rotate(NOW, Duration::from_mins(1)).expect("a rotation");
    tokens.replace_keys(ring);
    assert_eq!(tokens.recognize(&text, NOW + Duration::from_secs(59)).err(), None, "signed by {other} since");
    assert_eq!(tokens.recognize(&text, NOW + Duration::from_mins(1)).err(), Some(TokenError::Invalid));
    let secret = generate(Algorithm::HS256).expect("a key");
    tokens.replace_keys(KeyRing::of(RingKey::first(Algorithm::HS256, &secret, None).expect("a good key")));
    assert_eq!(tokens.recognize(&text, NOW).err(), Some(TokenError::Invalid));
}

/// A header in the spelling of another issuer that shares our key.
#[test]
fn a_token_with_another_header_spelling_is_cached_too() {
    let text = forge(r#"{"typ":"JWT","alg":"HS256"}"#, br#"{"token_type":"access","exp":1700000300,"jti":"a"}"#);
    let tokens = tokens();
    let first = tokens.recognize(&text, NOW).expect("a good token");
    assert!(Arc::ptr_eq(&first, &tokens.recognize(&text, NOW).expect("a good token")));
    let to_come =
        forge(r#"{"alg":"HS256"}"#, br#"{"token_type":"access","nbf":1700000000,"exp":1700000300,"jti":"a"}"#);
    assert_eq!(tokens.recognize(&to_come, NOW).err(), None);
    assert_eq!(
        tokens.recognize(&to_come, NOW - Duration::from_secs(1)).err(),
        Some(TokenError::Invalid),
        "a clock set back"
    );
}

#[test]
fn the_successor_of_a_token_copies_claims_as_written() {
    let digits = "1234567890".repeat(40);
    let custom = format!(r#""a":12345678901234567890123,"b":{digits},"c":1.0,"d":1e5,"e":-0,"ea":{{"g":[1E400]}}"#);
    let payload = format!(r#"{{{custom},"exp":1.70000030e9,"jti":"a","token_type":"access","user_id":"7"}}"#);
    let token = verify(&forge(r#"{"alg":"HS256"}"#, payload.as_bytes())).expect("a good token");
    let subject = tokens().subject_of(&token, subject().user, subject().session, 1);
    let successor = tokens().sign(&subject, TokenType::Access, &issued());
    let encoded = successor.split('.').nth(1).expect("a payload");
    let signed = String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).expect("base64url")).expect("text");
    assert!(signed.starts_with(&format!("{{{custom},\"exp\":1700000300,")), "{signed}");
}

#[test]
fn dates_are_read_from_every_spelling_of_a_number() {
    let at = |exp: &str| {
        let payload = format!(r#"{{"exp":{exp},"jti":"a","token_type":"access","user_id":"7"}}"#);
        fault(&forge(r#"{"alg":"HS256"}"#, payload.as_bytes()))
    };
    for good in ["1700000300", "1700000300.0", "1.7000003e9", "17000003E+2", "17000003000e-1"] {
        assert_eq!(at(good), None, "{good}");
    }
    for ended in ["0", "-0", "1.5e9", "1e-400", "-1e3"] {
        assert_eq!(at(ended), Some(TokenError::Expired), "{ended}");
    }
    let digits = "9".repeat(400);
    for invalid in ["1e400", "-1e400", &digits, "1e12", "\"1700000300\"", "null", "true", "[1700000300]", "{}"] {
        assert_eq!(at(invalid), Some(TokenError::Invalid), "{invalid}");
    }
}
