//! Reads private keys in PEM. The error for an unusable key names what was given, what is needed, and the command that
//! converts it.

use std::borrow::Cow;

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
};
use hallpass_verify::der::{self, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE};
use jsonwebtoken::{AlgorithmFamily, EncodingKey};
use pem::Pem;

use super::{Algorithm, name};

/// The bits of an RSA modulus that the cryptographic library signs with (RFC 7518 §3.3 asks for 2048 at least).
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Commands that create a key of the required kind.
const NEW_RSA_KEY: &str = "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072 -out key.pem";
const NEW_P256_KEY: &str = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem";
const NEW_P384_KEY: &str = "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out key.pem";
const NEW_ED25519_KEY: &str = "openssl genpkey -algorithm ED25519 -out key.pem";

/// Reads the private key in `material` for `algorithm`: PKCS #8, PKCS #1 or SEC 1, in PEM.
///
/// # Errors
/// The description of the given key, of the needed one, and the command that converts it.
pub(super) fn read(algorithm: Algorithm, material: &[u8]) -> Result<EncodingKey, String> {
    let text = std::str::from_utf8(material).map_err(|_| not_text(algorithm, material))?;
    let blocks = pem::parse_many(with_line_breaks(text).as_bytes()).unwrap_or_default();
    let block = blocks.iter().find(|block| is_private(block.tag()));
    let block = block.ok_or_else(|| describe_without_key(algorithm, text, &blocks))?;
    if block.headers().get("Proc-Type").is_some_and(|kind| kind.contains("ENCRYPTED")) {
        return Err(encrypted());
    }
    let given = Given::of(block.contents());
    if !given.fits(algorithm) {
        return Err(format!("is {given}, and {} needs {}: {}", name(algorithm), wanted(algorithm), new_key(algorithm)));
    }
    decode(algorithm, block).ok_or_else(|| damaged(algorithm))
}

fn decode(algorithm: Algorithm, block: &Pem) -> Option<EncodingKey> {
    match algorithm.family() {
        AlgorithmFamily::Rsa => EncodingKey::from_rsa_pem(pem::encode(block).as_bytes()).ok(),
        AlgorithmFamily::Ed => EncodingKey::from_ed_pem(pem::encode(block).as_bytes()).ok(),
        AlgorithmFamily::Ec => {
            let pair = EcdsaKeyPair::from_private_key_der(curve(algorithm), block.contents()).ok()?;
            Some(EncodingKey::from_ec_der(pair.to_pkcs8v1().ok()?.as_ref()))
        }
        AlgorithmFamily::Hmac => None,
    }
}

fn curve(algorithm: Algorithm) -> &'static EcdsaSigningAlgorithm {
    match algorithm {
        Algorithm::ES384 => &ECDSA_P384_SHA384_FIXED_SIGNING,
        _ => &ECDSA_P256_SHA256_FIXED_SIGNING,
    }
}

fn is_private(label: &str) -> bool {
    matches!(label, "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY")
}

/// PEM with real line breaks where an environment file spells them out as `\n`, and without quotes around it.
pub(super) fn with_line_breaks(text: &str) -> Cow<'_, str> {
    let text = text.trim().trim_matches(['"', '\'']);
    if text.starts_with("-----") && text.contains("\\n") {
        Cow::Owned(text.replace("\\r", "").replace("\\n", "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The kind of a private key, according to its DER.
#[derive(PartialEq, Eq)]
enum Given {
    /// An RSA key with a modulus of this many bits.
    Rsa(usize),
    /// An RSA key restricted to PSS, which the libraries do not read.
    RsaPss,
    /// An EC key on a named curve.
    Ec(&'static str),
    /// An Ed25519 key.
    Ed25519,
    /// A key of another kind.
    Other(&'static str),
    /// Unknown DER.
    Unknown,
}

impl Given {
    fn of(der: &[u8]) -> Self {
        let elements = der::sequence(der).unwrap_or_default();
        match elements.as_slice() {
            // PKCS #8 (RFC 5958 §2): version, algorithm, key.
            [(INTEGER, _), (SEQUENCE, algorithm), (OCTET_STRING, key), ..] => Self::of_pkcs8(algorithm, key),
            // PKCS #1 (RFC 8017 §A.1.2): version, modulus, exponent, ...
            [(INTEGER, _), (INTEGER, modulus), (INTEGER, _), ..] => Self::Rsa(bits(modulus)),
            // SEC 1 (RFC 5915 §3): version, key, [0] curve.
            [(INTEGER, _), (OCTET_STRING, key), rest @ ..] => Self::of_sec1(key, rest),
            _ => Self::Unknown,
        }
    }

    fn of_pkcs8(algorithm: &[u8], key: &[u8]) -> Self {
        let identifiers = der::elements(algorithm).unwrap_or_default();
        let Some((OBJECT_IDENTIFIER, kind)) = identifiers.first() else { return Self::Unknown };
        match *kind {
            b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01" => Self::of(key),
            b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a" => Self::RsaPss,
            b"\x2a\x86\x48\xce\x3d\x02\x01" => match identifiers.get(1) {
                Some((OBJECT_IDENTIFIER, curve)) => Self::Ec(curve_name(curve)),
                _ => Self::Ec("a curve that is not named"),
            },
            b"\x2b\x65\x70" => Self::Ed25519,
            b"\x2b\x65\x71" => Self::Other("an Ed448 key"),
            b"\x2b\x65\x6e" | b"\x2b\x65\x6f" => Self::Other("a key for key agreement (X25519 or X448)"),
            b"\x2a\x86\x48\xce\x38\x04\x01" => Self::Other("a DSA key"),
            _ => Self::Unknown,
        }
    }

    /// The curve may be missing; then the length of the key identifies it.
    fn of_sec1(key: &[u8], rest: &[der::Element<'_>]) -> Self {
        const CURVE: u8 = 0xa0;
        let parameters = rest.iter().find(|(tag, _)| *tag == CURVE).map(|(_, content)| der::elements(content));
        match (parameters, key.len()) {
            (Some(Some(elements)), _) => match elements.as_slice() {
                [(OBJECT_IDENTIFIER, curve)] => Self::Ec(curve_name(curve)),
                _ => Self::Ec("a curve that is not named"),
            },
            (None, 32) => Self::Ec("P-256"),
            (None, 48) => Self::Ec("P-384"),
            (Some(None) | None, _) => Self::Unknown,
        }
    }

    /// Whether a key of this kind signs with `algorithm`. The library rejects unknown ones.
    fn fits(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Rsa(bits) => algorithm.family() == AlgorithmFamily::Rsa && RSA_BITS.contains(bits),
            Self::Ec(curve) => match algorithm {
                Algorithm::ES256 => *curve == "P-256",
                Algorithm::ES384 => *curve == "P-384",
                _ => false,
            },
            Self::Ed25519 => algorithm.family() == AlgorithmFamily::Ed,
            Self::RsaPss | Self::Other(_) => false,
            Self::Unknown => true,
        }
    }
}

impl std::fmt::Display for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rsa(bits) => write!(f, "an RSA key of {bits} bits"),
            Self::RsaPss => f.write_str("an RSA key that is restricted to PSS (id-RSASSA-PSS)"),
            Self::Ec(curve) => write!(f, "an EC key on {curve}"),
            Self::Ed25519 => f.write_str("an Ed25519 key"),
            Self::Other(kind) => f.write_str(kind),
            Self::Unknown => f.write_str("a key of an unknown kind"),
        }
    }
}

fn curve_name(identifier: &[u8]) -> &'static str {
    match identifier {
        b"\x2a\x86\x48\xce\x3d\x03\x01\x07" => "P-256",
        b"\x2b\x81\x04\x00\x22" => "P-384",
        b"\x2b\x81\x04\x00\x23" => "P-521",
        b"\x2b\x81\x04\x00\x0a" => "secp256k1",
        b"\x2b\x81\x04\x00\x21" => "P-224",
        _ => "a curve that is not supported",
    }
}

fn bits(integer: &[u8]) -> usize {
    let number = &integer[integer.iter().take_while(|byte| **byte == 0).count()..];
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// Describes the key that an algorithm needs.
fn wanted(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::ES256 => "an EC key on P-256",
        Algorithm::ES384 => "an EC key on P-384",
        Algorithm::EdDSA => "an Ed25519 key",
        _ => "an RSA key of 2048 bits or more, at most 8192 bits",
    }
}

/// The command that creates such a key.
fn new_key(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::ES256 => NEW_P256_KEY,
        Algorithm::ES384 => NEW_P384_KEY,
        Algorithm::EdDSA => NEW_ED25519_KEY,
        _ => NEW_RSA_KEY,
    }
}

/// The error for a key of the right kind that does not sign.
pub(super) fn damaged(algorithm: Algorithm) -> String {
    let (name, wanted) = (name(algorithm), wanted(algorithm));
    format!(
        "is a damaged private key, and {name} needs {wanted} in PEM: check it with openssl pkey -in key.pem -check -noout"
    )
}

fn encrypted() -> String {
    "is encrypted with a passphrase, and nobody is there to type it: decrypt it with \
     openssl pkey -in key.pem -out decrypted.pem, and keep that file readable for its owner alone"
        .to_owned()
}

fn not_text(algorithm: Algorithm, material: &[u8]) -> String {
    if Given::of(material) == Given::Unknown {
        return describe_without_key(algorithm, "", &[]);
    }
    "is DER, and PEM is needed: convert it with openssl pkey -inform DER -in key.der -out key.pem".to_owned()
}

/// The error when no PEM block is a private key.
fn describe_without_key(algorithm: Algorithm, text: &str, blocks: &[Pem]) -> String {
    let is_labelled = |label: &str| text.contains(&format!("-----BEGIN {label}-----"));
    let needed = format!("{} needs {} in PEM", name(algorithm), wanted(algorithm));
    let has_private_block = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"].into_iter().any(is_labelled);
    match () {
        () if text.contains("ENCRYPTED") => encrypted(),
        () if is_labelled("OPENSSH PRIVATE KEY") => format!(
            "is a key in OpenSSH's own format, and {needed}: convert it with ssh-keygen -p -m PKCS8 -N '' -f key.pem"
        ),
        () if is_labelled("CERTIFICATE") => format!(
            "is a certificate, which holds only a public key, and {needed}: set the private key that the certificate was \
             made with, or make one with {}",
            new_key(algorithm)
        ),
        () if text.contains("PUBLIC KEY-----") => format!(
            "is a public key, and {needed}: set the private key that it belongs to, or make one with {}",
            new_key(algorithm)
        ),
        () if has_private_block => {
            format!("is PEM that is not complete or not base64, and {needed}: copy the whole file, all lines of it")
        }
        () if !blocks.is_empty() => format!(
            "is PEM without a private key ({}), and {needed}: {}",
            blocks.iter().map(Pem::tag).collect::<Vec<_>>().join(", "),
            new_key(algorithm)
        ),
        () if text.trim_start().starts_with('{') => {
            format!("is JSON, such as a JWK, and {needed}: make one with {}", new_key(algorithm))
        }
        () => format!("is no private key for {}: it {}", name(algorithm), needs(algorithm)),
    }
}

fn needs(algorithm: Algorithm) -> String {
    format!("needs {} in PEM (PKCS #8); make one with {}", wanted(algorithm), new_key(algorithm))
}

/// The error for a verifying key that is not a public key in PEM for `algorithm`.
pub(super) fn describe_bad_public_key(algorithm: Algorithm, text: &str) -> String {
    let refused = format!("is no public key for {} in PEM", name(algorithm));
    match () {
        () if text.contains("-----BEGIN CERTIFICATE-----") => {
            format!("{refused} but a certificate: convert it with openssl x509 -in cert.pem -pubkey -noout")
        }
        () if text.contains("PRIVATE KEY-----") => {
            format!("{refused} but a private key: convert it with openssl pkey -in key.pem -pubout")
        }
        () => format!("{refused}: make it with openssl pkey -in key.pem -pubout"),
    }
}

#[cfg(test)]
mod tests;
