//! Request ids: `X-Request-Id` in responses and logs.

use std::sync::atomic::{AtomicU64, Ordering};

use hallpass_core::clock::{Randomness, SystemRandomness};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Maximum length of a request id sent by the client.
const MAX_BYTES: usize = 64;

/// Generates request ids: a random prefix for the process and a counter. Request ids need not be unpredictable, so
/// randomness is read only once.
pub(crate) struct RequestIds {
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
    /// The header that carries the request id.
    pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

    /// The request id for a request with these headers.
    pub(crate) fn name(&self, headers: &HeaderMap) -> HeaderValue {
        let mut given = headers.get_all(Self::HEADER).iter();
        match (given.next(), given.next()) {
            (Some(id), None) if is_good(id.as_bytes()) => id.clone(),
            _ => self.next(),
        }
    }

    fn next(&self) -> HeaderValue {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let bytes = u128::from(self.process) << 64 | u128::from(number);
        let mut text = [0; 32];
        hex::encode_to_slice(bytes.to_be_bytes(), &mut text).expect("16 bytes are 32 digits");
        HeaderValue::from_bytes(&text).expect("hexadecimal digits are valid in a header")
    }
}

/// Whether a request id sent by the client is safe to log: only letters, digits, `-`, `_` and `.`.
fn is_good(id: &[u8]) -> bool {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    !id.is_empty() && id.len() <= MAX_BYTES && id.iter().all(is_plain)
}
