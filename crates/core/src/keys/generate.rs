//! New key material.

use aws_lc_rs::{
    encoding::AsDer,
    error::Unspecified,
    rand::{SystemRandom, fill},
    rsa::{KeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use jsonwebtoken::AlgorithmFamily;
use pem::{EncodeConfig, LineEnding, Pem};
use secrecy::SecretSlice;

use super::Algorithm;

/// Bytes of a new secret: enough for every HMAC algorithm.
const SECRET_BYTES: usize = 64;

/// Generates a key for `algorithm`: a secret as hexadecimal text, which can be copied into another program's settings,
/// or a private key in PEM (PKCS #8). RSA keys have 3072 bits.
///
/// # Errors
/// When the system has no randomness, or the algorithm is not in [`ALGORITHMS`](super::ALGORITHMS).
pub fn generate(algorithm: Algorithm) -> Result<SecretSlice<u8>, Unspecified> {
    let random = SystemRandom::new();
    let der = match algorithm {
        Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512 => {
            let mut secret = [0; SECRET_BYTES];
            fill(&mut secret)?;
            return Ok(hex::encode(secret).into_bytes().into());
        }
        Algorithm::ES256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)?.as_ref().to_vec(),
        Algorithm::ES384 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random)?.as_ref().to_vec(),
        Algorithm::EdDSA => Ed25519KeyPair::generate_pkcs8v1(&random)?.as_ref().to_vec(),
        rsa if rsa.family() == AlgorithmFamily::Rsa => KeyPair::generate(KeySize::Rsa3072)?.as_der()?.as_ref().to_vec(),
        _ => return Err(Unspecified),
    };
    let lines = EncodeConfig::new().set_line_ending(LineEnding::LF);
    Ok(pem::encode_config(&Pem::new("PRIVATE KEY", der), lines).into_bytes().into())
}
