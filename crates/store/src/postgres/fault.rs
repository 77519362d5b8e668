//! What an error says of the connection that it came from, and of the transaction.

use std::{fmt::Display, io};

/// The part of PostgreSQL's message for a cached plan that a migration has made invalid. Its code, `0A000`, is that of
/// every missing feature.
const STALE_PLAN: &str = "cached plan must not change result type";

/// Whether work that failed may run again, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection is of no use any more: closed, silent, or out of step with the server.
    Disconnected,
    /// The session takes no writes, and another one may.
    ReadOnly,
    /// The server has rolled the transaction back because of others.
    Conflict,
    /// The work would fail in the same way.
    Permanent,
}

impl Fault {
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
            // The server closes the connection: shutdown, crash, start, idle and transaction timeouts; it does not have the
            // prepared statements of this connection; it does not know the outcome of a statement.
            "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" | "26000" | "42P05" | "40003" => {
                Self::Disconnected
            }
            "25006" => Self::ReadOnly,
            // Cancelled by an administrator, or by the statement timeout.
            "57014" => Self::Conflict,
            _ if code.starts_with("08") => Self::Disconnected,
            _ if code.starts_with("40") => Self::Conflict,
            _ => Self::Permanent,
        }
    }

    /// Whether connecting may succeed in a moment: the server is starting, is a standby that may be promoted, or has no
    /// connection to spare (class 53).
    pub(super) fn passes_when_connecting(error: &sqlx::Error) -> bool {
        let is_full = |error: &dyn sqlx::error::DatabaseError| error.code().is_some_and(|code| code.starts_with("53"));
        match error {
            sqlx::Error::Database(error) if is_full(error.as_ref()) => true,
            _ => Self::of(error) == Self::Disconnected,
        }
    }
}

/// The error of a wait that had no answer in time.
pub(super) fn no_answer(waited_for: impl Display) -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, format!("PostgreSQL did not answer in time: {waited_for}")))
}

/// Whether it is one.
pub(super) fn is_silence(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut)
}

#[cfg(test)]
mod tests {
    use super::{Fault, no_answer};

    #[test]
    fn codes_are_sorted_by_what_becomes_of_the_connection() {
        for code in ["57P01", "57P02", "57P03", "57P05", "25P03", "25P04", "08006", "08P01", "26000", "42P05", "40003"]
        {
            assert_eq!(Fault::of_code(code), Fault::Disconnected, "{code}");
        }
        for code in ["40001", "40P01", "57014"] {
            assert_eq!(Fault::of_code(code), Fault::Conflict, "{code}");
        }
        assert_eq!(Fault::of_code("25006"), Fault::ReadOnly);
        for code in ["23505", "42501", "53100", "55P03", "22P05"] {
            assert_eq!(Fault::of_code(code), Fault::Permanent, "{code}");
        }
    }

    #[test]
    fn silence_ends_a_connection() {
        assert_eq!(Fault::of(&no_answer("COMMIT")), Fault::Disconnected);
        assert_eq!(Fault::of(&sqlx::Error::RowNotFound), Fault::Permanent);
    }
}
