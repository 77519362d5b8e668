//! Reads request bodies into memory.

use axum::body::{Body, Bytes};
use http::StatusCode;
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// Maximum size of a request body, in bytes.
pub(crate) const MAX_BODY_BYTES: usize = 64 * 1024;

/// The reason a body could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// The body exceeds [`MAX_BODY_BYTES`].
    #[error("The request body is larger than 64 kB.")]
    TooLarge,
    /// The body ended early, or its chunks are malformed (RFC 9112 §7.1, §8).
    #[error("The request body is malformed or incomplete.")]
    Broken,
}

impl BodyError {
    /// The status of the response (RFC 9110 §15.5.14, §15.5.1).
    pub(crate) const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Broken => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads a body.
pub(crate) async fn read(body: Body) -> Result<Bytes, BodyError> {
    match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(read) => Ok(read.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(BodyError::TooLarge),
        Err(_) => Err(BodyError::Broken),
    }
}
