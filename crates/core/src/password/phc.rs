//! Argon2 hashes: PHC strings with the parameters `m`, `t` and `p`, as the reference implementation and Django read
//! them.

use argon2::{Algorithm, Argon2, MIN_SALT_LEN, Params, Version, password_hash::phc::PasswordHash};
use aws_lc_rs::constant_time::verify_slices_are_equal;

/// The maximum cost of a stored hash, in KiB and in KiB times passes. Django uses 100 MiB, twice.
const MAX_MEMORY: u32 = 256 << 10;
const MAX_WORK: u64 = 4 << 20;

/// A hash within the bounds.
pub(super) struct Argon2Hash {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    salt: Vec<u8>,
    output: Vec<u8>,
}

impl Argon2Hash {
    /// Parses `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. `None` if no password can match it, or if it costs too much.
    pub(super) fn parse(phc: &str) -> Option<Self> {
        let hash = PasswordHash::new(phc).ok()?;
        let params = bounded(&hash)?;
        let salt = hash.salt?.as_ref().to_vec();
        let output = hash.hash?.as_bytes().to_vec();
        let hash = Self {
            algorithm: Algorithm::try_from(hash.algorithm.as_str()).ok()?,
            version: version(&hash)?,
            params,
            salt,
            output,
        };
        (hash.salt.len() >= MIN_SALT_LEN && hash.output.len() >= Params::MIN_OUTPUT_LEN).then_some(hash)
    }

    /// Whether the password matches. The hashes are compared in constant time.
    pub(super) fn matches(&self, password: &[u8]) -> bool {
        let argon2 = Argon2::new(self.algorithm, self.version, self.params.clone());
        let mut output = vec![0; self.output.len()];
        let is_hashed = argon2.hash_password_into(password, &self.salt, &mut output).is_ok();
        is_hashed && verify_slices_are_equal(&output, &self.output).is_ok()
    }

    /// Whether it is cheaper than a hash with these parameters, or of an older variant.
    pub(super) fn is_weaker_than(&self, wanted: &Params) -> bool {
        self.algorithm != Algorithm::Argon2id
            || self.version != Version::V0x13
            || self.params.m_cost() < wanted.m_cost()
            || self.params.t_cost() < wanted.t_cost()
    }
}

fn bounded(hash: &PasswordHash) -> Option<Params> {
    if !hash.params.iter().map(|(name, _)| name.to_string()).eq(["m", "t", "p"]) {
        return None;
    }
    let params = Params::try_from(hash).ok()?;
    let work = u64::from(params.m_cost()) * u64::from(params.t_cost());
    (params.m_cost() <= MAX_MEMORY && work <= MAX_WORK).then_some(params)
}

/// Without `v=` the version is 16, which had no such field.
fn version(hash: &PasswordHash) -> Option<Version> {
    hash.version.map_or(Some(Version::V0x10), |version| Version::try_from(version).ok())
}

#[cfg(test)]
mod tests {
    use super::Argon2Hash;

    const PASSWORD: &[u8] = "violet kettle — neun Monde".as_bytes();
    /// Made by argon2-cffi 25.1.
    const VERSION_16: [&str; 3] = [
        "$argon2id$v=16$m=64,t=1,p=2$c2FsdHNhbHRzYWx0$nalHBA1awzQuRU7JJkTxSA",
        "$argon2i$v=16$m=64,t=1,p=2$c2FsdHNhbHRzYWx0$Wgo01Eapn6SmFVLgz5/NLw",
        "$argon2d$v=16$m=64,t=1,p=2$c2FsdHNhbHRzYWx0$ptbDX1ST3LFAAMXkq3bJbA",
    ];
    const VERSION_19: &str = "$argon2id$v=19$m=64,t=1,p=2$c2FsdHNhbHRzYWx0$VUvDpaLDwTs+up5MGwglKA";

    #[test]
    fn a_hash_without_a_version_is_of_version_16() {
        for hash in VERSION_16 {
            for spelling in [hash.to_owned(), hash.replace("v=16$", "")] {
                let parsed = Argon2Hash::parse(&spelling).expect("a hash");
                assert!(parsed.matches(PASSWORD), "{spelling}");
                assert!(!parsed.matches(b"another"), "{spelling}");
            }
        }
        assert!(Argon2Hash::parse(VERSION_19).expect("a hash").matches(PASSWORD));
    }

    #[test]
    fn a_hash_that_no_password_matches_is_not_parsed() {
        for (from, to) in [
            ("lKA", "lKA\n"),
            ("lKA", "lKA="),
            ("lKA", "lKB"),
            ("v=19", "v=99"),
            ("argon2id", "argon2x"),
            ("m=64,t=1,p=2", "t=1,m=64,p=2"),
            ("m=64,t=1,p=2", "m=64,t=1"),
            ("m=64", "m=064"),
            ("p=2", "p=2,keyid=AAAA"),
            ("p=2", "p=2,data=AAAA"),
            ("p=2", "p=2,x=1"),
            ("m=64", "m=8"),
            ("t=1", "t=0"),
            ("c2FsdHNhbHRzYWx0", "c2FsdA"),
            ("$VUvDpaLDwTs+up5MGwglKA", ""),
            ("$c2FsdHNhbHRzYWx0$VUvDpaLDwTs+up5MGwglKA", ""),
            ("$argon2id", " $argon2id"),
        ] {
            let damaged = VERSION_19.replace(from, to);
            assert_ne!(damaged, VERSION_19);
            assert!(Argon2Hash::parse(&damaged).is_none(), "{damaged:?}");
        }
    }
}
