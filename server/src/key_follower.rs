//! Reloads the key ring of a running server.

use hallpass_core::Auth;

use crate::config::{ConfigError, KeySource, RingVersion};

/// The number of checks before a lasting problem is logged again: one minute at two checks per second.
const LOG_AGAIN_AFTER: u32 = 120;

/// Follows the key ring's file. If the ring becomes unusable, the keys stay as they are and the server is not ready,
/// because a retired key would still be valid.
pub(super) struct KeyFollower {
    source: KeySource,
    seen: Option<RingVersion>,
    problem: Option<Problem>,
}

/// The reason the ring is unusable, and for how many checks.
struct Problem {
    text: String,
    checks: u32,
}

impl KeyFollower {
    pub(super) const fn new(source: KeySource) -> Self {
        Self { source, seen: None, problem: None }
    }

    /// Reads the ring if the file has changed, or could not be read before.
    pub(super) fn check(&mut self, auth: &Auth) {
        let version = self.source.file.version();
        if version == self.seen && self.problem.is_none() {
            return;
        }
        match self.source.load() {
            Ok(Some(ring)) => {
                self.problem = None;
                tracing::info!(keys = ?ring, "key ring loaded");
                auth.replace_keys(ring);
            }
            Ok(None) => self.report(auth, format!("the key ring is gone: {}", self.source.file.path().display())),
            Err(error) => self.report(auth, ConfigError::to_string(&error)),
        }
        self.seen = version;
    }

    fn report(&mut self, auth: &Auth, text: String) {
        auth.report_unreadable_keys();
        let checks = match &self.problem {
            Some(problem) if problem.text == text => problem.checks + 1,
            Some(_) | None => 0,
        };
        if checks.is_multiple_of(LOG_AGAIN_AFTER) {
            tracing::error!(
                problem = %text,
                "THE KEY RING CANNOT BE READ: the server keeps using its previous keys, retired keys remain \
                 valid, and /readyz responds with 503 until the ring can be read"
            );
        }
        self.problem = Some(Problem { text, checks });
    }
}
