//! Public keys and certificates are recognised in every encoding, and secrets are not.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD},
};
use hallpass_core::keys::{ALGORITHMS, generate};
use hallpass_verify::is_public_material;
use proptest::prelude::*;
use serde_json::json;

/// An Ed25519 public key (`SubjectPublicKeyInfo`).
const ED25519: &str = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
/// A P-256 public key.
const P256: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAERDJwPnXaoAWFuSui5sKgMkdeg201P4Q/U884fBkkMZGSHAsH02qk6m0f+QS6TK8TxLdbzggzU7dK4zwuXqlLng==";
/// A certificate of that P-256 key.
const CERTIFICATE: &str = include_str!("public_material/certificate.pem");
/// An RSA public key of 2048 bits: `SubjectPublicKeyInfo`, and `RSAPublicKey` inside it.
const RSA: &str = include_str!("public_material/rsa-public.pem");

fn der(base64: &str) -> Vec<u8> {
    let body: String = base64.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(body).expect("base64")
}

fn pem(label: &str, der: &[u8]) -> String {
    pem::encode_config(&pem::Pem::new(label, der), pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Each public key as DER, with the label of its armour.
fn keys() -> Vec<(&'static str, Vec<u8>)> {
    let rsa = der(RSA);
    // The bit string's content, behind its tag, its length and the count of unused bits.
    let pkcs1 = rsa[24..].to_vec();
    vec![
        ("PUBLIC KEY", der(ED25519)),
        ("PUBLIC KEY", der(P256)),
        ("PUBLIC KEY", rsa),
        ("RSA PUBLIC KEY", pkcs1),
        ("CERTIFICATE", der(CERTIFICATE)),
    ]
}

/// Each spelling of a key that a program writes or that an environment variable makes of it.
fn spellings(label: &str, der: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let pem = pem(label, der);
    let text = |name, text: String| (name, text.into_bytes());
    let wide = |unit: fn(u16) -> [u8; 2]| pem.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    vec![
        ("DER", der.to_vec()),
        ("DER and a line break", [der, b"\n"].concat()),
        text("PEM", pem.clone()),
        text("PEM without its last line break", pem.trim_end().to_owned()),
        text("PEM of a Windows editor", pem.replace('\n', "\r\n")),
        text("PEM of an old Macintosh", pem.replace('\n', "\r")),
        text("PEM with reversed line ends", pem.replace('\n', "\n\r")),
        text("PEM with spaces for line breaks", pem.replace('\n', " ")),
        text("PEM with spelt line breaks", pem.replace('\n', "\\n")),
        text("PEM with spelt Windows line breaks", pem.replace('\n', "\\r\\n")),
        text("PEM in one line", pem.replace('\n', "")),
        text("PEM indented", pem.replace('\n', "\n\t  ")),
        text("PEM behind empty lines", format!("\n\n {pem}")),
        text("PEM behind a mark of byte order", format!("\u{feff}{pem}")),
        text("PEM behind a comment", format!("subject=CN = issuer\n{pem}")),
        text("PEM in small letters", pem.replace(label, &label.to_lowercase()).replace("BEGIN", "begin")),
        text("PEM with spaces in its armour", pem.replace("-----BEGIN ", "----- BEGIN  ")),
        text("PEM with a spaced label", pem.replace(label, &label.replace(' ', "  "))),
        text("PEM in quotes", format!("\"{}\"", pem.trim())),
        text("PEM as a JSON string", serde_json::Value::from(pem.clone()).to_string()),
        text("PEM percent-encoded", pem.replace(' ', "%20").replace('\n', "%0A")),
        ("PEM in UTF-16", wide(u16::to_le_bytes)),
        ("PEM in UTF-16, the high byte first", wide(u16::to_be_bytes)),
        text("the body of PEM", pem.lines().filter(|line| !line.starts_with('-')).collect::<Vec<_>>().join("\n")),
        text("PEM labelled as a private key", self::pem("PRIVATE KEY", der)),
        text("base64 of PEM", STANDARD.encode(&pem)),
        text("base64 of base64 of PEM", STANDARD.encode(STANDARD.encode(&pem))),
        text("base64", STANDARD.encode(der)),
        text("base64 without padding", STANDARD_NO_PAD.encode(der)),
        text("base64url", URL_SAFE.encode(der)),
        text("base64url without padding", URL_SAFE_NO_PAD.encode(der)),
        text("base64 and a line break", STANDARD.encode(der) + "\n"),
        text("hexadecimal", hex(der)),
        text("hexadecimal in capitals", hex(der).to_uppercase()),
        text("hexadecimal behind 0x", format!("0x{}", hex(der))),
        text("hexadecimal with colons", der.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")),
        text("hexadecimal in C", der.iter().map(|byte| format!("0x{byte:02x}")).collect::<Vec<_>>().join(", ")),
        text("hexadecimal of PEM", hex(pem.as_bytes())),
    ]
}

#[test]
fn a_public_key_is_recognised_in_every_encoding() {
    for (label, der) in keys() {
        for (spelling, material) in spellings(label, &der) {
            assert!(is_public_material(&material), "{label}: {spelling}");
        }
    }
}

#[test]
fn a_jwk_is_recognised_in_every_encoding() {
    let keys = [
        json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" }),
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }),
        json!({ "n": "AA", "e": "AQAB", "kty": "RSA" }),
        json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode(der(P256)) }),
        json!({ "keys": [{ "kty": "RSA", "n": "AA", "e": "AQAB" }] }),
        json!([{ "kty": "RSA", "n": "AA", "e": "AQAB" }]),
        json!({ "jwk": { "kty": "RSA", "n": "AA", "e": "AQAB" } }),
    ];
    for key in keys {
        let text = key.to_string();
        let pretty = serde_json::to_string_pretty(&key).expect("JSON");
        let quoted = serde_json::Value::from(text.clone()).to_string();
        let python = text.replace('"', "'");
        for spelling in [text.clone(), pretty, quoted, python, format!(" \r\n{text}\n"), STANDARD.encode(&text)] {
            assert!(is_public_material(spelling.as_bytes()), "{spelling}");
        }
    }
}

#[test]
fn an_ssh_public_key_is_recognised() {
    let blob = [&[0, 0, 0, 11], b"ssh-ed25519".as_slice(), &[0, 0, 0, 32], &[7; 32]].concat();
    let base64 = STANDARD.encode(&blob);
    let wrapped = format!("---- BEGIN SSH2 PUBLIC KEY ----\n{base64}\n---- END SSH2 PUBLIC KEY ----");
    for spelling in [format!("ssh-ed25519 {base64} ada@host"), format!("no-pty ssh-ed25519 {base64}"), base64, wrapped]
    {
        assert!(is_public_material(spelling.as_bytes()), "{spelling}");
    }
    assert!(is_public_material(&blob));
}

#[test]
fn a_point_of_a_curve_is_recognised() {
    let point = der(P256)[26..].to_vec();
    assert_eq!((point.len(), point[0]), (65, 4));
    for spelling in [point.clone(), STANDARD.encode(&point).into_bytes(), hex(&point).into_bytes()] {
        assert!(is_public_material(&spelling));
    }
    let elsewhere = [&point[..64], &[point[64] ^ 1]].concat();
    assert!(!is_public_material(&elsewhere), "it is on no curve");
}

#[test]
fn secrets_and_private_keys_are_not_taken_for_public_keys() {
    for (name, algorithm) in ALGORITHMS {
        let key = generate(algorithm).expect("a key");
        assert!(!is_public_material(secrecy::ExposeSecret::expose_secret(&key)), "{name}");
    }
    let secrets: [&[u8]; 7] = [
        b"django-insecure-#h^t@8$2(5)lq%y!b+x7nq3m1x0a9s8d7f6g5h4j3k2l1",
        b"a secret about the public key of a certificate that we begin to use",
        b"0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0",
        &[0x30; 64],
        &[0; 64],
        &[4; 65],
        b"{\"password\": \"seven copper lanterns drift upstream\"}",
    ];
    for secret in secrets {
        assert!(!is_public_material(secret), "{}", String::from_utf8_lossy(secret));
    }
}

proptest! {
    #[test]
    fn random_bytes_are_a_secret_in_every_encoding(secret in proptest::collection::vec(any::<u8>(), 32..96)) {
        for spelling in [secret.clone(), STANDARD.encode(&secret).into_bytes(), hex(&secret).into_bytes()] {
            prop_assert!(!is_public_material(&spelling));
        }
    }

    #[test]
    fn no_text_makes_the_check_panic(text in "\\PC{0,200}") {
        is_public_material(text.as_bytes());
    }
}
