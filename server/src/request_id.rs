//! What a request is called in its answer and in the log: `X-Request-Id`.

use std::sync::atomic::{AtomicU64, Ordering};

use hallpass_core::clock::{Randomness, SystemRandomness};
use http::{HeaderMap, HeaderName, HeaderValue};

/// The longest name that a caller may give a request.
const MAX_BYTES: usize = 64;

/// Names requests that have no good name of their own: a beginning that is this process's own, and their
/// number. Nothing rests on whether it can be guessed, so the system is asked for randomness once, and not
/// for each.
pub struct RequestIds {
    process: u64,
    next: AtomicU64,
}

impl Default for RequestIds {
    fn default() -> Self {
        let mut bytes = [0; 8];
        SystemRandomness.fill(&mut bytes);
        Self { process: u64::from_ne_bytes(bytes), next: AtomicU64::default() }
    }
}

impl RequestIds {
    /// Where the name stands.
    pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

    /// What a request with these headers is called.
    pub fn name(&self, headers: &HeaderMap) -> HeaderValue {
        let mut given = headers.get_all(Self::HEADER).iter();
        match (given.next(), given.next()) {
            (Some(id), None) if is_good(id.as_bytes()) => id.clone(),
            _ => self.next(),
        }
    }

    fn next(&self) -> HeaderValue {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut text = [0; 32];
        let bytes = self.process.to_be_bytes().into_iter().chain(number.to_be_bytes());
        for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
            pair.copy_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
        }
        HeaderValue::from_bytes(&text).expect("hexadecimal digits may stand in a header")
    }
}

/// Of up to 15, in hexadecimal.
const fn digit(number: u8) -> u8 {
    b"0123456789abcdef"[number as usize]
}

/// Whether a caller's own name can be found in a log and forges nothing there: of letters, digits, `-`, `_`
/// and `.` alone.
fn is_good(id: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    !id.is_empty() && id.len() <= MAX_BYTES && id.iter().all(is_plain)
}
