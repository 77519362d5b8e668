//! Failures of a call before an answer of the application.

/// Why a call has no answer of the application's own. None of these ends a session, but [`Refusal::NotSignedIn`] says
/// that there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The session of the call is no longer in this browser. The call was not sent.
    NotSignedIn,
    /// The server was not reached in time, or the connection broke.
    Unreachable,
    /// Something else answered, such as a proxy or a network's sign-in page.
    Foreign {
        /// The HTTP status.
        status: u16,
        /// Seconds to wait before the next attempt, if the answer says so (RFC 9110 §10.2.3).
        retry_after: Option<u32>,
    },
}
