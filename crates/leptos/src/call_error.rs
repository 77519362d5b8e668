//! Failures of a call before an answer of the application.

/// The reason a call has no answer of the application. None of these ends a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallError {
    /// The session of the call is no longer in this browser. The call was not sent.
    NotSignedIn,
    /// The server was not reached in time, or the connection broke.
    Unreachable,
    /// Something else answered, such as a proxy or a network's sign-in page.
    UnexpectedResponse {
        /// The HTTP status.
        status: u16,
        /// Seconds to wait before the next attempt, if the answer says so (RFC 9110 §10.2.3).
        retry_after: Option<u32>,
    },
}
