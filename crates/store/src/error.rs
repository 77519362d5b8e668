//! Database errors in the form that operators read.

use std::fmt;

use hallpass_core::store::StoreError;

/// An error of sqlx. Its text omits the line of PostgreSQL's source code.
#[derive(Debug)]
pub(super) struct DatabaseError(sqlx::Error);

impl DatabaseError {
    /// The error of sqlx.
    pub(super) const fn cause(&self) -> &sqlx::Error {
        &self.0
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&message(&self.0))
    }
}

impl std::error::Error for DatabaseError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            // Its text contains that line as well.
            sqlx::Error::Database(_) => None,
            other => other.source(),
        }
    }
}

/// Converts an error of sqlx.
pub(super) fn store_error(error: sqlx::Error) -> StoreError {
    StoreError(Box::new(DatabaseError(error)))
}

/// The text of an error.
pub(super) fn message(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        other => other.to_string(),
    }
}
