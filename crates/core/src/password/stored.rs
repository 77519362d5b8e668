//! Stored password hashes, and their description for operators.

use argon2::Params;
use secrecy::{ExposeSecret, SecretString};

use super::{Verdict, django::DjangoHash, phc::Argon2Hash};

/// A hash that passwords can be verified against.
pub(super) enum StoredHash<'h> {
    /// A PHC string, the format of new hashes.
    Argon2(Argon2Hash),
    /// A hash of one of Django's hashers.
    Django(DjangoHash<'h>),
}

impl<'h> StoredHash<'h> {
    /// Parses a stored password. `None` if no password can match it, or if it costs too much.
    pub(super) fn parse(stored: &'h str) -> Option<Self> {
        DjangoHash::parse(stored).map(Self::Django).or_else(|| Argon2Hash::parse(stored).map(Self::Argon2))
    }

    /// Verifies one text against the hash; `wanted` are the parameters of new hashes.
    pub(super) fn check(&self, password: &[u8], wanted: &Params) -> Verdict {
        match self {
            Self::Argon2(hash) if !hash.matches(password) => Verdict::Wrong,
            Self::Argon2(hash) if hash.is_weaker_than(wanted) => Verdict::RightButWeaklyHashed,
            Self::Argon2(_) => Verdict::Right,
            Self::Django(hash) if hash.matches(password) => Verdict::RightButWeaklyHashed,
            Self::Django(_) => Verdict::Wrong,
        }
    }
}

/// Whether a stored password can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usability {
    /// A password can be verified against it.
    Checkable,
    /// There is no password: Django writes an exclamation mark, or nothing.
    NoPassword,
    /// An unknown format, a damaged hash, or one that costs too much.
    Unknown,
}

impl Usability {
    /// Classifies a stored password.
    pub fn of(stored: &SecretString) -> Self {
        let stored = stored.expose_secret();
        if stored.is_empty() || stored.starts_with('!') {
            Self::NoPassword
        } else if StoredHash::parse(stored).is_some() {
            Self::Checkable
        } else {
            Self::Unknown
        }
    }
}
