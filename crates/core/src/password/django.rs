//! Verifies password hashes of Django's hashers: `algorithm$parameters$…`. They are never created; a sign-in replaces
//! them by argon2id. A hash whose parameters exceed the bounds below is rejected before any work, because an imported
//! database must not decide what a sign-in costs.

use std::{num::NonZeroU32, ops::RangeInclusive};

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest::{SHA256, SHA256_OUTPUT_LEN, digest},
    pbkdf2::{self, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use md5::{Digest, Md5};

use super::phc::Argon2Hash;

/// Django 5.2 uses one million iterations, and each release 20 % more.
const MAX_PBKDF2_ITERATIONS: u32 = 10_000_000;
/// Django uses 2^12 rounds; bcrypt needs at least 2^4.
const BCRYPT_COSTS: RangeInclusive<u32> = 4..=15;
/// Django uses 16 MiB: 128 bytes for each of N times r.
const MAX_SCRYPT_MEMORY: u64 = 128 << 20;
/// Django's N times r times p is below 2^20.
const MAX_SCRYPT_WORK: u64 = 1 << 22;

const SHA1_OUTPUT_LEN: usize = 20;
const MD5_DIGITS: usize = 32;
/// The output length that Django uses.
const SCRYPT_OUTPUT_LEN: usize = 64;

/// A parsed hash of one of Django's hashers.
pub(super) enum DjangoHash<'h> {
    /// `pbkdf2_sha256$iterations$salt$hash` and `pbkdf2_sha1$…`.
    Pbkdf2 {
        /// The HMAC.
        algorithm: pbkdf2::Algorithm,
        /// The number of iterations.
        iterations: NonZeroU32,
        /// The salt, as text.
        salt: &'h str,
        /// The hash, as long as the digest.
        hash: Vec<u8>,
    },
    /// `argon2$argon2id$v=19$m=…,t=…,p=…$salt$hash`: a PHC string after the first field.
    Argon2(Argon2Hash),
    /// `bcrypt$$2b$cost$…`, of the password.
    Bcrypt(&'h str),
    /// `bcrypt_sha256$$2b$cost$…`, of the password's SHA-256 in hexadecimal.
    BcryptSha256(&'h str),
    /// `scrypt$N$salt$r$p$hash`.
    Scrypt {
        /// N, r and p.
        params: scrypt::Params,
        /// The salt, as text.
        salt: &'h str,
        /// The hash, always 64 bytes.
        hash: Vec<u8>,
    },
    /// `md5$salt$hash`, which test suites use because it is fast.
    Md5 {
        /// The salt, as text.
        salt: &'h str,
        /// The hash, in hexadecimal.
        hash: &'h str,
    },
}

impl<'h> DjangoHash<'h> {
    /// Parses a stored password. `None` when it is not Django's, damaged, or out of bounds.
    pub(super) fn parse(stored: &'h str) -> Option<Self> {
        let (algorithm, rest) = stored.split_once('$')?;
        match algorithm {
            "pbkdf2_sha256" => parse_pbkdf2(PBKDF2_HMAC_SHA256, SHA256_OUTPUT_LEN, rest),
            "pbkdf2_sha1" => parse_pbkdf2(PBKDF2_HMAC_SHA1, SHA1_OUTPUT_LEN, rest),
            "argon2" => stored.strip_prefix("argon2").and_then(Argon2Hash::parse).map(Self::Argon2),
            "bcrypt" => within_bounds(rest).map(Self::Bcrypt),
            "bcrypt_sha256" => within_bounds(rest).map(Self::BcryptSha256),
            "scrypt" => parse_scrypt(rest),
            "md5" => parse_md5(rest),
            _ => None,
        }
    }

    /// Whether the password matches. The hashes are compared in constant time.
    pub(super) fn matches(&self, password: &[u8]) -> bool {
        match self {
            Self::Pbkdf2 { algorithm, iterations, salt, hash } => {
                pbkdf2::verify(*algorithm, *iterations, salt.as_bytes(), password, hash).is_ok()
            }
            Self::Argon2(hash) => hash.matches(password),
            // bcrypt ignores everything after 72 bytes.
            Self::Bcrypt(hash) => bcrypt::verify(password, hash).is_ok_and(|is_right| is_right),
            Self::BcryptSha256(hash) => {
                bcrypt::verify(hex::encode(digest(&SHA256, password)), hash).is_ok_and(|is_right| is_right)
            }
            Self::Scrypt { params, salt, hash } => {
                let mut derived = [0; SCRYPT_OUTPUT_LEN];
                let is_derived = scrypt::scrypt(password, salt.as_bytes(), params, &mut derived).is_ok();
                is_derived && verify_slices_are_equal(&derived, hash).is_ok()
            }
            Self::Md5 { salt, hash } => {
                let digest = Md5::new_with_prefix(salt).chain_update(password).finalize();
                verify_slices_are_equal(hex::encode(digest).as_bytes(), hash.as_bytes()).is_ok()
            }
        }
    }
}

fn parse_pbkdf2(algorithm: pbkdf2::Algorithm, length: usize, rest: &str) -> Option<DjangoHash<'_>> {
    let [iterations, salt, hash] = fields(rest)?;
    let iterations = iterations.parse().ok().filter(|count: &NonZeroU32| count.get() <= MAX_PBKDF2_ITERATIONS)?;
    let hash = STANDARD.decode(hash).ok().filter(|hash| hash.len() == length)?;
    Some(DjangoHash::Pbkdf2 { algorithm, iterations, salt, hash })
}

fn parse_scrypt(rest: &str) -> Option<DjangoHash<'_>> {
    let [n, salt, r, p, hash] = fields(rest)?;
    let (n, r, p): (u64, u32, u32) = (n.parse().ok()?, r.parse().ok()?, p.parse().ok()?);
    let memory = n.checked_mul(128)?.checked_mul(r.into())?;
    let work = n.checked_mul(r.into())?.checked_mul(p.into())?;
    if n < 2 || !n.is_power_of_two() || memory > MAX_SCRYPT_MEMORY || work > MAX_SCRYPT_WORK {
        return None;
    }
    let params = scrypt::Params::new(u8::try_from(n.ilog2()).ok()?, r, p).ok()?;
    let hash = STANDARD.decode(hash).ok().filter(|hash| hash.len() == SCRYPT_OUTPUT_LEN)?;
    Some(DjangoHash::Scrypt { params, salt, hash })
}

/// A bcrypt hash within the cost bounds.
fn within_bounds(hash: &str) -> Option<&str> {
    let parts: bcrypt::HashParts = hash.parse().ok()?;
    BCRYPT_COSTS.contains(&parts.get_cost()).then_some(hash)
}

/// Digests have one spelling, so they are compared as text.
fn parse_md5(rest: &str) -> Option<DjangoHash<'_>> {
    let [salt, hash] = fields(rest)?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (hash.len() == MD5_DIGITS && hash.bytes().all(is_digit)).then_some(DjangoHash::Md5 { salt, hash })
}

/// Splits a text at dollars into exactly `N` fields.
fn fields<const N: usize>(text: &str) -> Option<[&str; N]> {
    text.split('$').collect::<Vec<_>>().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::DjangoHash;

    #[test]
    fn a_hash_beyond_the_cost_bounds_is_rejected_before_any_work() {
        let (sha256, scrypt) = ("A".repeat(43) + "=", "A".repeat(86) + "==");
        let bcrypt = "wZa.vby2ybosmFz7ly7NPum06U5ZsC6xWSjo.KqkM1gVcsE.sweiO";
        let hash = |text: String| DjangoHash::parse(&text).is_some();
        assert!(hash(format!("pbkdf2_sha256$10000000$salt${sha256}")));
        assert!(!hash(format!("pbkdf2_sha256$10000001$salt${sha256}")));
        assert!(!hash(format!("pbkdf2_sha256$99999999999$salt${sha256}")));
        assert!(hash(format!("scrypt$131072$salt$8$1${scrypt}")));
        for (n, r, p) in [("262144", 8, 1), ("16384", 8, 64), ("16384", u32::MAX, 1), ("16384", 1, u32::MAX)] {
            assert!(!hash(format!("scrypt${n}$salt${r}${p}${scrypt}")), "{n} {r} {p}");
        }
        assert!(hash(format!("bcrypt$$2b$15${bcrypt}")) && !hash(format!("bcrypt$$2b$16${bcrypt}")));
        assert!(!hash(format!("bcrypt_sha256$$2b$31${bcrypt}")));
    }

    #[test]
    fn a_damaged_hash_is_not_parsed() {
        for damaged in [
            "",
            "!rK2kSG9A1OPXSg8kzNWyFOGcUW9GZSR8hnD2V8OC",
            "sha1$salt$deadbeef",
            "pbkdf2_sha256$0$salt$AAAA",
            "pbkdf2_sha256$1000$salt$",
            "pbkdf2_sha256$1000$salt$AAAA",
            "pbkdf2_sha256$1000$salt$more$AAAA",
            "pbkdf2_sha256$-1$salt$AAAA",
            "scrypt$1000$salt$8$5$AAAA",
            "scrypt$0$salt$8$5$AAAA",
            "scrypt$16384$salt$8$5$AAAA",
            "bcrypt$",
            "bcrypt$$2b$12$short",
            "md5$",
            "md5$salt$",
            "md5$salt$0726DA3F16CD71AA1E15C2D357A0DE46",
            "md5$salt$0726da3f16cd71aa1e15c2d357a0de46\n",
            "md5$salt$0726da3f16cd71aa1e15c2d357a0de4",
            "md5$sa$lt$0726da3f16cd71aa1e15c2d357a0de46",
            "pbkdf2_sha1$1000$salt$QyElP1PokYgkVeDL751yUooilSU=\n",
            "bcrypt$$2b$03$7oQ7S50K05qJwtScQHE4ZevGBbfbqLO.zgHmb.ca8Z14Kwx1whaQG",
            "bcrypt$$2b$12$7oQ7S50K05qJwtScQHE4ZevGBbfbqLO.zgHmb.ca8Z14Kwx1whaQG\n",
            "bcrypt$$2b$12$7oQ7S50K05qJwtScQHE4Z!vGBbfbqLO.zgHmb.ca8Z14Kwx1whaQG",
            "argon2$argon2id$v=19$m=64,t=1,p=2$c2FsdHNhbHRzYWx0$VUvDpaLDwTs+up5MGwglKA\n",
            "argon2$argon2id$v=99$m=64,t=1,p=2$c2FsdHNhbHRzYWx0$VUvDpaLDwTs+up5MGwglKA",
        ] {
            assert!(DjangoHash::parse(damaged).is_none(), "{damaged:?}");
        }
    }
}
