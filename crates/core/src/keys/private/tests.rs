use secrecy::SecretSlice;

use crate::keys::{Algorithm, Key, KeyError};

fn key(algorithm: Algorithm, material: &str) -> Result<Key, KeyError> {
    Key::new(algorithm, &SecretSlice::from(material.as_bytes().to_vec()), None)
}

fn problem(algorithm: Algorithm, material: &str) -> String {
    match key(algorithm, material).err() {
        Some(KeyError::Signing(problem)) => problem,
        other => panic!("the signing key is at fault: {other:?}"),
    }
}

/// SEC 1, as `openssl ecparam -name prime256v1 -genkey` writes it, with its parameters.
const SEC1: &str = include_str!("p256-sec1.pem");
/// The same key in PKCS #8.
const PKCS8: &str = include_str!("p256-pkcs8.pem");

#[test]
fn a_sec1_key_is_the_same_key_as_its_pkcs8_form() {
    let (sec1, pkcs8) = (key(Algorithm::ES256, SEC1).expect("SEC 1"), key(Algorithm::ES256, PKCS8).expect("PKCS #8"));
    assert_eq!(sec1.id(), pkcs8.id());
    assert!(pkcs8.verifies(&sec1.sign("a.b"), "a.b"));
}

#[test]
fn a_sec1_key_on_p384_is_accepted() {
    let key = key(Algorithm::ES384, include_str!("p384-sec1.pem")).expect("SEC 1");
    assert!(key.verifies(&key.sign("a.b"), "a.b"));
}

#[test]
fn a_private_key_with_escaped_line_breaks_is_accepted() {
    let expected = key(Algorithm::ES256, PKCS8).expect("PKCS #8");
    let spelt = PKCS8.trim().replace('\n', "\\n");
    for spelling in [
        PKCS8.replace('\n', "\\n"),
        PKCS8.replace('\n', "\\r\\n"),
        format!("\"{spelt}\""),
        PKCS8.replace('\n', "\r\n"),
        PKCS8.replace('\n', " "),
        format!("\n\n{PKCS8}\n"),
    ] {
        let key = key(Algorithm::ES256, &spelling).expect("the same key");
        assert_eq!(key.id(), expected.id(), "{spelling}");
    }
}

#[test]
fn a_verifying_key_with_escaped_line_breaks_is_accepted() {
    let signing = SecretSlice::from(PKCS8.as_bytes().to_vec());
    let public = include_str!("p256-public.pem").replace('\n', "\\n");
    assert!(Key::new(Algorithm::ES256, &signing, Some(&public)).is_ok());
}

#[test]
fn the_error_for_an_unusable_key_names_the_command_that_converts_it() {
    let cases: [(Algorithm, &str, &[&str]); 14] = [
        (Algorithm::RS256, include_str!("rsa-10240.pem"), &["10240 bits", "at most 8192", "rsa_keygen_bits:3072"]),
        (
            Algorithm::RS256,
            include_str!("../rsa-1024.pem"),
            &["1024 bits", "2048 bits or more", "rsa_keygen_bits:3072"],
        ),
        (Algorithm::RS256, SEC1, &["an EC key on P-256", "RS256 needs an RSA key", "openssl genpkey"]),
        (Algorithm::ES384, SEC1, &["an EC key on P-256", "ES384 needs an EC key on P-384", "P-384"]),
        (Algorithm::EdDSA, PKCS8, &["an EC key on P-256", "an Ed25519 key", "openssl genpkey -algorithm ED25519"]),
        (Algorithm::ES256, include_str!("p256-encrypted-pkcs8.pem"), &["encrypted", "openssl pkey -in"]),
        (Algorithm::ES256, include_str!("p256-encrypted-sec1.pem"), &["encrypted", "openssl pkey -in"]),
        (
            Algorithm::ES256,
            include_str!("../../../../verify/tests/public_material/certificate.pem"),
            &["a certificate", "private key"],
        ),
        (Algorithm::ES256, include_str!("p256-public.pem"), &["a public key", "private key that it belongs to"]),
        (
            Algorithm::ES256,
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAA==\n-----END OPENSSH PRIVATE KEY-----",
            &["ssh-keygen"],
        ),
        (Algorithm::ES256, "-----BEGIN PRIVATE KEY-----\nMIGH", &["not complete", "all lines"]),
        (Algorithm::ES256, "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----", &["damaged", "-check"]),
        (Algorithm::ES256, "{\"kty\":\"EC\"}", &["JWK", "PEM"]),
        (
            Algorithm::RS256,
            "a secret that is long enough for an HMAC",
            &["no private key for RS256", "openssl genpkey"],
        ),
    ];
    for (algorithm, material, expected) in cases {
        let problem = problem(algorithm, material);
        for part in expected {
            assert!(problem.contains(part), "{part:?} in {problem:?}");
        }
        assert!(!problem.contains('\n'), "one line: {problem:?}");
    }
}

#[test]
fn the_error_for_der_names_the_command_that_converts_it() {
    let der = pem::parse(PKCS8).expect("PEM").into_contents();
    let fault = Key::new(Algorithm::ES256, &der.into(), None).err();
    assert!(matches!(&fault, Some(KeyError::Signing(problem)) if problem.contains("-inform DER")), "{fault:?}");
}
