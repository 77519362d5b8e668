//! The configuration of the engine.

use std::time::Duration;

/// The configuration of the engine, the same in all tabs of an application.
#[derive(Clone, Copy, Debug)]
pub struct EngineConfig {
    /// The key of the item in local storage.
    pub storage_key: &'static str,
    /// The time for which the server accepts a spent refresh token, and answers with the same successor (Hallpass:
    /// `reuse_grace`). Zero, as for Simple JWT: tabs then never send one token twice.
    pub grace: Duration,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self { storage_key: "hallpass", grace: Duration::ZERO }
    }
}

impl EngineConfig {
    /// The grace in milliseconds.
    pub(crate) fn grace_millis(&self) -> i64 {
        i64::try_from(self.grace.as_millis()).unwrap_or(i64::MAX)
    }
}
