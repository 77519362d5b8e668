//! Classifies errors by whether and where work can run again.

use std::{fmt::Display, io};

/// A part of PostgreSQL's message for a cached plan that a migration has invalidated. Its code, `0A000`, covers every
/// unsupported feature.
const STALE_PLAN: &str = "cached plan must not change result type";

/// Whether failed work can run again, and on which connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The connection cannot be used again: it is closed, unresponsive, or out of sync.
    Disconnected,
    /// The session is read-only. Another one may accept writes.
    ReadOnly,
    /// The server rolled the transaction back because of a conflict.
    Conflict,
    /// The work would fail in the same way.
    Permanent,
}

impl Failure {
    pub(super) fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => Self::Disconnected,
            sqlx::Error::Database(error) if error.message().contains(STALE_PLAN) => Self::Disconnected,
            sqlx::Error::Database(error) => error.code().map_or(Self::Permanent, |code| Self::of_code(&code)),
            _ => Self::Permanent,
        }
    }

    /// By SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
    fn of_code(code: &str) -> Self {
        match code {
            // Shutdown, crash, startup, idle and transaction timeouts; prepared statements that are missing or exist already;
            // an unknown outcome.
            "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" | "26000" | "42P05" | "40003" => {
                Self::Disconnected
            }
            "25006" => Self::ReadOnly,
            // Canceled by an administrator or the statement timeout.
            "57014" => Self::Conflict,
            _ if code.starts_with("08") => Self::Disconnected,
            _ if code.starts_with("40") => Self::Conflict,
            _ => Self::Permanent,
        }
    }

    /// Whether connecting may succeed later: the server is starting, is a standby that may be promoted, or has no free
    /// connection (class 53).
    pub(super) fn passes_when_connecting(error: &sqlx::Error) -> bool {
        let is_full = |error: &dyn sqlx::error::DatabaseError| error.code().is_some_and(|code| code.starts_with("53"));
        match error {
            sqlx::Error::Database(error) if is_full(error.as_ref()) => true,
            _ => Self::of(error) == Self::Disconnected,
        }
    }
}

/// The error of a wait that timed out.
pub(super) fn no_answer(waited_for: impl Display) -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, format!("PostgreSQL did not answer in time: {waited_for}")))
}

/// Whether the error is a timeout.
pub(super) fn is_silence(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut)
}

#[cfg(test)]
mod tests {
    use super::{Failure, no_answer};

    #[test]
    fn the_error_code_decides_whether_the_connection_is_used_again() {
        for code in ["57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "08006", "08P01", "26000", "42P05", "40003"]
        {
            assert_eq!(Failure::of_code(code), Failure::Disconnected, "{code}");
        }
        for code in ["40001", "40P01", "57014"] {
            assert_eq!(Failure::of_code(code), Failure::Conflict, "{code}");
        }
        assert_eq!(Failure::of_code("25006"), Failure::ReadOnly);
        for code in ["23505", "42501", "53100", "55P03", "22P05"] {
            assert_eq!(Failure::of_code(code), Failure::Permanent, "{code}");
        }
    }

    #[test]
    fn a_timeout_disconnects() {
        assert_eq!(Failure::of(&no_answer("COMMIT")), Failure::Disconnected);
        assert_eq!(Failure::of(&sqlx::Error::RowNotFound), Failure::Permanent);
    }
}
