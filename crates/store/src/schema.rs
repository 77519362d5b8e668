//! The result of comparing the tables of a database with the migrations of this binary.

use std::fmt;

use super::ConnectError;

/// The state of a database's tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// The SQLite file does not exist. The server creates it at startup.
    Missing,
    /// There are no tables. The server creates them at startup.
    Empty,
    /// Migrations are due. The server applies them at startup.
    Outdated {
        /// The number of due migrations.
        due: usize,
    },
    /// The tables are those of this version.
    Current,
    /// A later version of Hallpass applied a migration that is unknown here.
    Newer {
        /// The version of the migration.
        migration: i64,
    },
    /// An applied migration differs from the migration of the same version here.
    Different {
        /// The version of the migration.
        migration: i64,
    },
    /// A migration was applied outside a transaction and interrupted.
    HalfApplied {
        /// The version of the migration.
        migration: i64,
    },
    /// The tables belong to another application.
    Foreign,
}

impl Schema {
    /// Returns the schema if this version can use it or migrate it.
    pub(super) fn accept(self, url: &impl fmt::Display) -> Result<Self, ConnectError> {
        let url = || url.to_string();
        match self {
            Self::Missing | Self::Empty | Self::Outdated { .. } | Self::Current => Ok(self),
            Self::Newer { migration } => Err(ConnectError::Newer { url: url(), migration }),
            Self::Different { migration } => Err(ConnectError::Different { url: url(), migration }),
            Self::HalfApplied { migration } => Err(ConnectError::HalfApplied { url: url(), migration }),
            Self::Foreign => Err(ConnectError::Foreign(url())),
        }
    }
}
