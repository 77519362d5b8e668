//! Takes over what `hallpass keys` writes, while the server runs.

use hallpass_core::{Auth, keys::KeyRing};

use crate::config::{ConfigError, KeySource};

/// A problem that lasts is logged again after so many looks: every minute at two looks a second.
const LOG_AGAIN_AFTER: u32 = 120;

/// Follows the key ring's file. A ring that cannot be used changes nothing, and the server is not ready as long as it
/// cannot be: a key that was retired in it would stay good.
pub(super) struct KeyFollower {
    source: KeySource,
    seen: Option<Version>,
    problem: Option<Problem>,
}

type Version = crate::config::RingVersion;

/// Why the ring cannot be used, and how often that was seen.
struct Problem {
    text: String,
    looks: u32,
}

impl KeyFollower {
    pub(super) const fn new(source: KeySource) -> Self {
        Self { source, seen: None, problem: None }
    }

    /// Reads the ring if it has changed, or could not be read before.
    pub(super) fn look(&mut self, auth: &Auth) {
        let version = self.source.file.version();
        if version == self.seen && self.problem.is_none() {
            return;
        }
        match self.source.load() {
            Ok(Some(ring)) => self.take_over(auth, ring),
            Ok(None) => self.report(auth, format!("the key ring is gone: {}", self.source.file.path().display())),
            Err(error) => self.report(auth, ConfigError::to_string(&error)),
        }
        self.seen = version;
    }

    fn take_over(&mut self, auth: &Auth, ring: KeyRing) {
        self.problem = None;
        tracing::info!(keys = ?ring, "the key ring was read");
        auth.replace_keys(ring);
    }

    fn report(&mut self, auth: &Auth, text: String) {
        auth.report_unreadable_keys();
        let looks = match &self.problem {
            Some(problem) if problem.text == text => problem.looks + 1,
            Some(_) | None => 0,
        };
        if looks.is_multiple_of(LOG_AGAIN_AFTER) {
            tracing::error!(
                problem = %text,
                "THE KEY RING CANNOT BE READ: the server signs with the keys that it had, a key that was retired is \
                 still good, and /readyz answers 503 until the ring can be read"
            );
        }
        self.problem = Some(Problem { text, looks });
    }
}
