//! How the tables of a database compare with what this version needs.

use std::fmt;

use super::ConnectError;

/// State of the tables of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// The SQLite file does not exist. The start creates it.
    Missing,
    /// There are no tables. The start creates them.
    Empty,
    /// Migrations are due. The start applies them.
    Outdated {
        /// The number of migrations.
        due: usize,
    },
    /// The tables are those of this version.
    Current,
    /// A later version of Hallpass has applied a migration that is unknown here.
    Newer {
        /// The number of the migration.
        migration: i64,
    },
    /// An applied migration differs from the one of the same number here.
    Different {
        /// The number of the migration.
        migration: i64,
    },
    /// The tables are of another application.
    Foreign,
}

impl Schema {
    /// The schema, if this version can use it or bring it up to date.
    pub(super) fn accept(self, url: &impl fmt::Display) -> Result<Self, ConnectError> {
        let url = || url.to_string();
        match self {
            Self::Missing | Self::Empty | Self::Outdated { .. } | Self::Current => Ok(self),
            Self::Newer { migration } => Err(ConnectError::Newer { url: url(), migration }),
            Self::Different { migration } => Err(ConnectError::Different { url: url(), migration }),
            Self::Foreign => Err(ConnectError::Foreign(url())),
        }
    }
}
