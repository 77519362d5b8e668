//! Forged tokens: odd `kid`s, algorithms and payloads, and text that is not a compact JWS.

use std::iter;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hallpass_core::keys::{Algorithm, Key};
use serde_json::json;

use crate::actors::KEY;

const OTHER_KEY: &[u8] = b"a key of more than 32 bytes that is not the server's own";
const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// Forged tokens; `good` are valid claims.
pub(crate) fn odd_tokens(good: &str) -> Vec<String> {
    [odd_names(good), odd_algorithms(good), odd_payloads(good), odd_texts(good)].into_iter().flatten().collect()
}

/// A token of these parts, signed with the stories' key.
pub(crate) fn signed(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    signed_with(KEY, header, payload)
}

/// A token of these parts, signed with some key.
fn signed_with(key: &[u8], header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let key = Key::new(Algorithm::HS256, &key.to_vec().into(), None).expect("a key");
    format!("{message}.{}", key.sign(&message))
}

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
}

/// Odd `kid`s that could be looked up somewhere. Signed with another key or, if the `kid` is not a string, with the
/// right one.
fn odd_names(good: &str) -> Vec<String> {
    let long = "k".repeat(6 * 1024);
    let names = ["", "\0", "../../../../dev/null", "/proc/self/environ", "' OR '1'='1' --", "$(id)", "%00", &long];
    let forged =
        names.iter().map(|kid| signed_with(OTHER_KEY, json!({ "alg": "HS256", "kid": kid }).to_string(), good));
    let signed_with_nothing = names.iter().map(|kid| {
        let parts = [json!({ "alg": "HS256", "kid": kid }).to_string(), good.to_owned(), String::new()];
        parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".")
    });
    let kinds = [json!(null), json!(0), json!(true), json!(1.5), json!([]), json!(["x"]), json!({ "x": 1 })];
    let no_text = kinds.iter().map(|kid| signed(json!({ "alg": "HS256", "kid": kid }).to_string(), good));
    forged.chain(signed_with_nothing).chain(no_text).collect()
}

/// Every wrong spelling of the algorithm, with a valid signature.
fn odd_algorithms(good: &str) -> Vec<String> {
    let names = [
        "none",
        "None",
        "NONE",
        "nOnE",
        " none",
        "none ",
        "none\0",
        "n\u{43e}ne",
        "hs256",
        "Hs256",
        "HS256 ",
        " HS256",
        "HS256\0",
        "HS256\n",
        "\u{ff28}S256",
        "HS-256",
        "HS384",
        "HS512",
        "RS256",
        "ES256",
        "EdDSA",
        "dir",
        "A256KW",
        "",
    ];
    let kinds = [json!(null), json!(256), json!(true), json!(["HS256"]), json!({ "HS256": 1 })];
    let algs = names.iter().map(|name| json!(name)).chain(kinds);
    let mut tokens: Vec<_> = algs.map(|alg| signed(json!({ "alg": alg }).to_string(), good)).collect();
    let unsigned = |header: &str| format!("{}.{}.", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(good));
    tokens.extend(["none", "None", "NONE"].map(|name| unsigned(&json!({ "alg": name }).to_string())));
    tokens.extend(["{}", "[]", "null", "5", r#""HS256""#, "", "{", r#"["HS256"]"#].map(|header| signed(header, good)));
    tokens.push(signed(r#"{"alg":"HS256","alg":"HS256"}"#, good));
    tokens.push(signed(r#"{"alg":"HS256","x":"#.to_owned() + &nested(4000) + "}", good));
    tokens
}

/// Payloads that are not claims, with valid signatures.
fn odd_payloads(good: &str) -> Vec<String> {
    let claims = |more: &str| format!("{},{more}}}", good.strip_suffix('}').expect("an object")).into_bytes();
    let payloads = [
        utf16(good, u16::to_le_bytes),
        utf16(good, u16::to_be_bytes),
        [b"\xef\xbb\xbf", good.as_bytes()].concat(),
        claims("\"name\":\"\u{e9}\"").iter().map(|byte| if *byte == 0xc3 { 0xff } else { *byte }).collect(),
        claims(&format!("\"x\":{}", nested(200))),
        claims(&format!("\"x\":{}", nested(2500))),
        nested(5000).into_bytes(),
        "[".repeat(8000).into_bytes(),
        nested(100_000).into_bytes(),
        claims("\"exp\":1e400"),
        claims("\"exp\":NaN"),
        claims("\"exp\":\"4000000000\""),
        claims("\"exp\":[4000000000]"),
        claims("\"nbf\":null"),
        claims("\"iat\":{}"),
        claims("\"jti\":5"),
        claims("\"sub\":5"),
        b"".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"5".to_vec(),
        b"\"text\"".to_vec(),
        b"\0".to_vec(),
        vec![0xff; 100],
    ];
    payloads.iter().map(|payload| signed(HS256, payload)).collect()
}

/// Text that is not a compact JWS, derived from a valid token.
fn odd_texts(good: &str) -> Vec<String> {
    let token = signed(HS256, good);
    let parts: Vec<_> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else { panic!("three parts") };
    let in_json = json!({ "protected": header, "payload": payload, "signature": signature });
    let mut texts = vec![
        String::new(),
        "\0".to_owned(),
        format!("{token}\0"),
        format!("{token}="),
        format!("{token}."),
        format!(".{token}"),
        format!("{token}.{token}"),
        format!("{token},{token}"),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{header}.{payload}"),
        format!("{header}.{payload}.{signature}.{signature}.{signature}"),
        format!("{}.{payload}.{signature}", json!({ "alg": "HS256" })),
        format!("{header}.{payload}.{}", &signature[1..]),
        format!("{header}.{payload}.{}", "A".repeat(signature.len())),
        format!("{header}.{payload}.{}", signature.repeat(100)),
        in_json.to_string(),
        token.replace('.', "%2E"),
        token.replace('.', "\u{ff0e}"),
        "Bearer".to_owned(),
        "null".to_owned(),
        "../../etc/passwd".to_owned(),
        "' OR 1=1 --".to_owned(),
        "\u{1f511}\u{202e}\u{feff}".to_owned(),
        "x".repeat(14 * 1024),
    ];
    texts.extend([1, 2, 3, 4, 1000, 14 * 1024, 100_000].map(|dots| ".".repeat(dots)));
    texts
}
