//! The keys to verify with: this server's, with all its settings, or those of a JWK set, with only the time claims.

use std::{fs, path::PathBuf};

use hallpass_core::{
    clock::Timestamp,
    token::{self, TokenError, Tokens},
};
use hallpass_verify::{Jws, JwsError, KeySet};

use crate::{commands::Failure, config::Config, output};

/// A verifier with either kind of keys.
pub(super) enum Verifier {
    Own(Box<Tokens>),
    Set(KeySet),
}

/// The reason a token is invalid.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Jws(#[from] JwsError),
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl Verifier {
    /// Reads the keys of the file or of this server. No key is generated.
    pub(super) fn open(config: Option<PathBuf>, jwks: Option<PathBuf>) -> Result<Self, Failure> {
        match jwks {
            Some(path) => read_set(&path).map(Self::Set),
            None => Self::own(config),
        }
    }

    fn own(config: Option<PathBuf>) -> Result<Self, Failure> {
        let ring = Config::find_keys(config.clone())?;
        let ring =
            ring.ok_or_else(|| Failure::Keys("this server has no key yet; pass keys with --jwks FILE".to_owned()))?;
        let tokens = Tokens::new(Config::load(config)?.auth)?;
        tokens.replace_keys(ring);
        Ok(Self::Own(Box::new(tokens)))
    }

    /// Verifies structure, algorithm, key and signature.
    pub(super) fn verify_signature(&self, text: &str, now: Timestamp) -> Result<(), Fault> {
        match self {
            Self::Own(tokens) => Ok(tokens.verify_signature(text, now)?),
            Self::Set(keys) => Ok(verify_by(keys, text).map(drop)?),
        }
    }

    /// Verifies the signature and the claims.
    pub(super) fn verify(&self, text: &str, now: Timestamp) -> Result<(), Fault> {
        match self {
            Self::Own(tokens) => Ok(tokens.verify(text, None, now).map(drop)?),
            Self::Set(keys) => Ok(token::check_claims(&verify_by(keys, text)?, now)?),
        }
    }
}

/// The payload of a token with a valid signature.
fn verify_by(keys: &KeySet, text: &str) -> Result<Vec<u8>, JwsError> {
    let jws = Jws::parse(text)?;
    let header = jws.header()?;
    keys.verify(&jws, &header)?;
    Ok(jws.payload)
}

fn read_set(path: &PathBuf) -> Result<KeySet, Failure> {
    let refused = |problem: String| Failure::Keys(format!("{} {problem}", path.display()));
    let text = fs::read(path).map_err(|error| refused(format!("cannot be read: {error}")))?;
    let json = serde_json::from_slice(&text).map_err(|error| refused(format!("is not JSON: {error}")))?;
    let set = KeySet::read(&json).map_err(|fault| refused(fault.to_string()))?;
    for fault in set.unusable() {
        output::notice(format_args!("A key in {} is ignored: it {fault}.", path.display()));
    }
    Ok(set)
}
