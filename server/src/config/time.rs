//! Timestamps as text: RFC 3339, UTC, whole seconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hallpass_core::clock::Timestamp;

/// Formats a timestamp.
pub fn format(at: Timestamp) -> String {
    humantime::format_rfc3339_seconds(to_system(at)).to_string()
}

/// Parses a timestamp.
pub(super) fn parse(text: &str) -> Result<Timestamp, String> {
    let time = humantime::parse_rfc3339_weak(text);
    time.map(Timestamp::from_system).map_err(|_| format!("{text:?} is not a time like 2026-11-24T14:02:00Z"))
}

/// Times before the Unix epoch become the epoch; times after the year 9999 become its last second.
fn to_system(at: Timestamp) -> SystemTime {
    let seconds = u64::try_from(at.seconds()).unwrap_or(0).min(253_402_300_799);
    UNIX_EPOCH + Duration::from_secs(seconds)
}
