//! Password hashing and verification with argon2id, and the rule for new passwords. All expensive work goes through
//! `Passwords::run`, off the async threads and limited to the number of processors, so that a flood of sign-ins
//! exhausts neither memory nor the runtime. Work beyond that waits in a bounded queue, so that no reply comes too late.
//! Django's hashes are verified too (`django`), and replaced at the next sign-in.

mod django;
mod phc;
mod stored;
mod strength;
mod typed;

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, phc::PasswordHash},
};
use aws_lc_rs::digest::{SHA256, digest};
use hallpass_types::PasswordPolicy;
use secrecy::{ExposeSecret, SecretString};
use stored::StoredHash;
use tokio::{sync::Semaphore, task};

use super::{clock::Randomness, violation::Violation};
pub use stored::Usability;
use strength::check_strength;
pub use typed::{Password, PasswordError};

/// The cost of a new argon2id hash with one lane: memory in KiB, and passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashCost {
    memory: u32,
    passes: u32,
}

impl HashCost {
    /// OWASP's first choice: 19 MiB, two passes.
    pub const OWASP: Self = Self { memory: 19_456, passes: 2 };

    /// The minimum that argon2 allows. For tests only: such a hash protects no password.
    pub const MINIMAL: Self = Self { memory: 8, passes: 1 };
}

/// The maximum queue length per processor. A hash takes about 50 ms, so the last in the queue waits some seconds,
/// within a client's patience; further requests are rejected at once.
const MAX_WAITING: usize = 64;

/// Hashes and verifies passwords.
pub struct Passwords {
    argon2: Argon2<'static>,
    /// The number of concurrent hashes: that of the processors.
    parallelism: usize,
    permits: Arc<Semaphore>,
    /// The total of running and queued work.
    all_places: usize,
    places: Semaphore,
    randomness: Arc<dyn Randomness>,
    /// The hash that passwords of unknown users are verified against, so that they take the same time.
    decoy: SecretString,
}

/// The queue is full; no work was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// The result of verifying a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The password matches.
    Right,
    /// The password matches, and the hash is weaker than new ones.
    RightButWeaklyHashed,
    /// The password does not match.
    Wrong,
}

impl Passwords {
    /// Creates a hasher with this cost that runs `parallelism` hashes at a time.
    pub fn new(parallelism: usize, cost: HashCost, randomness: Arc<dyn Randomness>) -> Self {
        let params = Params::new(cost.memory, cost.passes, 1, None).expect("the costs are within argon2's bounds");
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let decoy = hash(&argon2, b"nobody's password", randomness.as_ref());
        let parallelism = parallelism.max(1);
        let all_places = parallelism * (1 + MAX_WAITING);
        let (permits, places) = (Arc::new(Semaphore::new(parallelism)), Semaphore::new(all_places));
        Self { argon2, parallelism, permits, all_places, places, randomness, decoy }
    }

    /// Hashes a password with a fresh salt of 16 bytes. Returns a PHC string.
    ///
    /// # Errors
    /// `Busy`.
    pub async fn hash(&self, password: Password) -> Result<SecretString, Busy> {
        let (argon2, randomness) = (self.argon2.clone(), self.randomness.clone());
        self.run(move || hash(&argon2, password.expose().as_bytes(), randomness.as_ref())).await
    }

    /// Verifies a password against a stored hash. Without a usable hash it is verified against a decoy of the same
    /// cost, and never matches. A password that is not in form NFC and does not match is verified again as typed, for
    /// known and unknown users alike.
    ///
    /// # Errors
    /// `Busy`.
    pub async fn verify(&self, password: Password, stored: Option<SecretString>) -> Result<Verdict, Busy> {
        let stored = stored.filter(|stored| Usability::of(stored) == Usability::Checkable);
        let is_known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.decoy.clone());
        let wanted = self.argon2.params().clone();
        let verdict = self.run(move || verify(&wanted, &password, &stored)).await?;
        Ok(if is_known { verdict } else { Verdict::Wrong })
    }

    /// Checks a new password: its length in form NFC, and its strength given the user's own data. The inner error says
    /// what is wrong with the password.
    pub(crate) async fn check_new(
        &self,
        policy: PasswordPolicy,
        password: Password,
        known: Vec<String>,
    ) -> Result<Result<(), Violation>, Busy> {
        if let Err(error) = policy.check_length(password.expose()) {
            return Ok(Err(error.into()));
        }
        self.run(move || check_strength(password.expose(), &known)).await
    }

    /// The queue length.
    pub fn waiting(&self) -> usize {
        let taken = self.all_places.saturating_sub(self.places.available_permits());
        taken.saturating_sub(self.parallelism.saturating_sub(self.permits.available_permits()))
    }

    /// Runs blocking work off the async threads. Nothing else does.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let _place = self.places.try_acquire().map_err(|_| Busy)?;
        let permit = self.permits.clone().acquire_owned().await.expect("the semaphore is never closed");
        let work = task::spawn_blocking(move || {
            let result = work();
            drop(permit);
            result
        });
        match work.await {
            Ok(result) => Ok(result),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

/// The SHA-256 of a stored hash, in hexadecimal, which identifies the hash without keeping it.
pub fn hash_digest(stored: &SecretString) -> String {
    hex::encode(digest(&SHA256, stored.expose_secret().as_bytes()))
}

fn hash(argon2: &Argon2<'_>, password: &[u8], randomness: &dyn Randomness) -> SecretString {
    let mut salt = [0; 16];
    randomness.fill(&mut salt);
    let hash: PasswordHash =
        argon2.hash_password_with_salt(password, &salt).expect("length and parameters are within argon2's bounds");
    hash.to_string().into()
}

/// A hash that matches only the text as typed is replaced, so that every composition of it matches from then on.
fn verify(wanted: &Params, password: &Password, stored: &SecretString) -> Verdict {
    let Some(hash) = StoredHash::parse(stored.expose_secret()) else {
        return Verdict::Wrong;
    };
    let check = |text: &str| hash.check(text.as_bytes(), wanted);
    match (check(password.expose()), password.as_typed()) {
        (Verdict::Wrong, Some(typed)) if check(typed) != Verdict::Wrong => Verdict::RightButWeaklyHashed,
        (verdict, _) => verdict,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use argon2::{Params, password_hash::phc::PasswordHash};
    use futures::future::{join, join_all};
    use secrecy::ExposeSecret;

    use super::{Busy, HashCost, MAX_WAITING, Password, Passwords, Usability, Verdict};
    use crate::clock::SystemRandomness;

    fn passwords() -> Passwords {
        Passwords::new(2, HashCost::OWASP, Arc::new(SystemRandomness))
    }

    #[tokio::test]
    async fn a_stored_hash_contains_its_parameters_and_matches_only_its_password() {
        let passwords = passwords();
        let stored = passwords.hash(Password::typed("correct horse")).await.expect("a place");
        assert!(stored.expose_secret().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(
            passwords.verify(Password::typed("correct horse"), Some(stored.clone())).await.expect("a place"),
            Verdict::Right
        );
        assert_eq!(
            passwords.verify(Password::typed("correct horse "), Some(stored)).await.expect("a place"),
            Verdict::Wrong
        );
    }

    #[tokio::test]
    async fn the_queue_is_bounded_and_accepts_work_again_when_it_is_empty() {
        let passwords = Passwords::new(1, HashCost::MINIMAL, Arc::new(SystemRandomness));
        let check = || passwords.verify(Password::typed("x"), None);
        // No check finishes before all have started.
        let processor = passwords.permits.clone().acquire_owned().await.expect("never closed");
        let checks = join_all((0..MAX_WAITING + 11).map(|_| check()));
        let (outcomes, ()) = join(checks, async { drop(processor) }).await;
        let refused = outcomes.iter().filter(|outcome| **outcome == Err(Busy)).count();
        assert_eq!(refused, 10);
        assert_eq!(check().await, Ok(Verdict::Wrong));
    }

    #[tokio::test]
    async fn a_hash_with_weaker_parameters_is_to_be_replaced() {
        use argon2::{Argon2, Params, password_hash::PasswordHasher, password_hash::phc::PasswordHash};
        let weak = Argon2::from(Params::new(8192, 1, 1, None).expect("parameters"));
        let stored: PasswordHash = weak.hash_password_with_salt(b"correct horse", &[1; 16]).expect("a hash");
        let verdict = passwords()
            .verify(Password::typed("correct horse"), Some(stored.to_string().into()))
            .await
            .expect("a place");
        assert_eq!(verdict, Verdict::RightButWeaklyHashed);
    }

    #[tokio::test]
    async fn the_decoy_costs_as_much_as_a_new_hash() {
        let passwords = passwords();
        let new = passwords.hash(Password::typed("correct horse")).await.expect("a place");
        let [decoy, new] = [&passwords.decoy, &new].map(|stored| {
            let hash = PasswordHash::new(stored.expose_secret()).expect("a hash");
            let params = Params::try_from(&hash).expect("parameters");
            (hash.algorithm, params.m_cost(), params.t_cost(), params.p_cost(), params.output_len())
        });
        assert_eq!(decoy, new);
    }

    #[tokio::test]
    async fn a_password_matches_in_each_composition() {
        let passwords = passwords();
        let (composed, decomposed) = (Password::typed("caf\u{e9} kettle"), Password::typed("cafe\u{301} kettle"));
        for set in [&composed, &decomposed] {
            let stored = passwords.hash(set.clone()).await.expect("a place");
            for typed in [&composed, &decomposed] {
                assert_eq!(passwords.verify(typed.clone(), Some(stored.clone())).await, Ok(Verdict::Right));
            }
        }
    }

    #[tokio::test]
    async fn a_hash_of_the_text_as_typed_matches_and_is_to_be_replaced() {
        let passwords = passwords();
        let older = super::hash(&passwords.argon2, "cafe\u{301} kettle".as_bytes(), &SystemRandomness);
        let verify = |text| passwords.verify(Password::typed(text), Some(older.clone()));
        assert_eq!(verify("cafe\u{301} kettle").await, Ok(Verdict::RightButWeaklyHashed));
        assert_eq!(verify("cafe\u{300} kettle").await, Ok(Verdict::Wrong));
        assert_eq!(passwords.verify(Password::typed("cafe\u{301} kettle"), None).await, Ok(Verdict::Wrong));
    }

    #[tokio::test]
    async fn no_password_matches_the_decoy() {
        assert_eq!(
            passwords().verify(Password::typed("nobody's password"), None).await.expect("a place"),
            Verdict::Wrong
        );
        assert_eq!(
            passwords().verify(Password::typed("x"), Some("!unusable".into())).await.expect("a place"),
            Verdict::Wrong
        );
    }

    /// Hashes created by Django 5.2 with its defaults, except for fewer PBKDF2 iterations.
    const DJANGO: [&str; 7] = [
        "pbkdf2_sha256$1000$saltsaltsalt$NeYLsDGG8yxIwJHvSRC89FL/TlE1xHCp9AJOUisked0=",
        "pbkdf2_sha1$1000$saltsaltsalt$QyElP1PokYgkVeDL751yUooilSU=",
        "argon2$argon2id$v=19$m=102400,t=2,p=8$cU9lNXYxQVFYQVNVYVhDWDNIdkFZcA$\
         B7CT1Par/+/AgouNljD3cQDa3tV5hFEoF1p2z7vPXX0",
        "bcrypt_sha256$$2b$12$wZa.vby2ybosmFz7ly7NPum06U5ZsC6xWSjo.KqkM1gVcsE.sweiO",
        "bcrypt$$2b$12$7oQ7S50K05qJwtScQHE4ZevGBbfbqLO.zgHmb.ca8Z14Kwx1whaQG",
        "scrypt$16384$H0SKdeJp8sfN2FJOzCFAXK$8$5$\
         tFMDvq22UWh6vw/B5iLln/WOOITB8eVmXjujkhZpi6aGnkNgUYmTyMlYCW/9mlMdG8yhSlCvfbDZSq47FndbAQ==",
        "md5$GUSHPqS4LDyDUroe67Iu8l$0726da3f16cd71aa1e15c2d357a0de46",
    ];

    #[tokio::test]
    async fn a_hash_of_each_of_djangos_hashers_matches_and_is_to_be_replaced() {
        let passwords = passwords();
        for stored in DJANGO {
            let check = |password: &str| passwords.verify(Password::typed(password), Some(stored.into()));
            assert_eq!(
                check("violet kettle — neun Monde").await.expect("a place"),
                Verdict::RightButWeaklyHashed,
                "{stored}"
            );
            assert_eq!(check("violet kettle — neun Mond").await.expect("a place"), Verdict::Wrong, "{stored}");
            assert_eq!(Usability::of(&stored.into()), Usability::Checkable, "{stored}");
        }
    }

    #[tokio::test]
    async fn an_argon2_hash_beyond_the_cost_bounds_matches_no_password() {
        for (m, t) in [(u32::MAX, 1), (262_145, 1), (102_400, 42)] {
            for prefix in ["", "argon2"] {
                let stored = format!("{prefix}$argon2id$v=19$m={m},t={t},p=1$c2FsdHNhbHQ$B7CT1Par/+/AgouNljD3cQ");
                assert_eq!(Usability::of(&stored.clone().into()), Usability::Unknown);
                assert_eq!(
                    passwords().verify(Password::typed("x"), Some(stored.into())).await.expect("a place"),
                    Verdict::Wrong
                );
            }
        }
    }

    #[test]
    fn an_unknown_hash_differs_from_a_missing_password() {
        for stored in ["", "!", "!rK2kSG9A1OPXSg8kzNWyFOGcUW9GZSR8hnD2V8OC"] {
            assert_eq!(Usability::of(&stored.into()), Usability::NoPassword, "{stored:?}");
        }
        for stored in [
            "sha1$salt$deadbeef",
            "plain",
            "$2b$12$short",
            "argon2$argon2id$",
            "md5$salt$0726DA3F16CD71AA1E15C2D357A0DE46",
        ] {
            assert_eq!(Usability::of(&stored.into()), Usability::Unknown, "{stored:?}");
        }
    }
}
