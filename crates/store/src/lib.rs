//! The databases behind [`auth::store::Store`](hallpass_core::store::Store), and those that are moved out
//! of. Only this room knows SQL.

mod advice;
mod application;
mod backend;
mod database;
mod django;
mod fault;
mod inspection;
mod lost_key;
mod migrations;
mod postgres;
mod schema;
mod sql;
mod sqlite;
mod tables;
mod transfer;
mod url;

use std::{fmt, sync::Arc, time::Duration};

pub use application::ApplicationPool;
use database::Database;
pub use django::{DjangoDatabase, DjangoError, UserTable};
use fault::store_error;
use hallpass_core::store::{Store, StoreError};
pub use inspection::{Inspection, inspect};
pub use lost_key::has_open_sessions;
pub use schema::Schema;
pub use sqlite::AccessProblem;
pub use transfer::{MoveError, MovedTable, reopen, transfer};
pub use url::{DatabaseUrl, PostgresDatabase, SqliteFile, UrlError};

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// `SQLite` is too old to be trusted with two connections.
    #[error("SQLite {found} has a known WAL race; at least {needed} is needed")]
    Version {
        /// The library's version.
        found: String,
        /// The first one without the race.
        needed: &'static str,
    },
    /// `PostgreSQL` is too old.
    #[error("PostgreSQL {found} is too old; at least {needed} is needed")]
    PostgresVersion {
        /// The server's version.
        found: String,
        /// The first that will do.
        needed: &'static str,
    },
    /// The server is a hot standby.
    #[error(
        "the PostgreSQL server of {0} is a standby, which takes no writes; database_url has to lead to the primary"
    )]
    Standby(String),
    /// A move into it was begun and not finished.
    #[error("a move into {0} has not finished; run hallpass move again, with the settings of the file")]
    HalfMoved(String),
    /// The keys of e-mail addresses could not be filled in after a migration.
    #[error(transparent)]
    EmailKeys(StoreError),
    /// The file was closed by a move.
    #[error(
        "{url} was moved to {to}, so no server uses the file any more: set database_url to the new database (if the move \
         was interrupted, run hallpass move --to with it again; to continue with the file without what has happened \
         there since, run hallpass move --reopen)"
    )]
    Moved {
        /// The file.
        url: String,
        /// The other database, without secrets.
        to: String,
    },
    /// The SQLite file or its folder cannot be used by this user.
    #[error("the database {url} cannot be used: {problem}")]
    Access {
        /// The database.
        url: String,
        /// Why.
        #[source]
        problem: AccessProblem,
    },
    /// Another application's tables.
    #[error("{0} has tables of another application, so nothing was changed; set database_url to another database")]
    Foreign(String),
    /// A later version has migrated it.
    #[error("{url} was migrated by a later version of Hallpass: its migration {migration} is unknown here")]
    Newer {
        /// The database.
        url: String,
        /// The number of the migration.
        migration: i64,
    },
    /// A migration was changed after it had been applied.
    #[error("the migration {migration} that was applied to {url} is not the one of this version")]
    Different {
        /// The database.
        url: String,
        /// The number of the migration.
        migration: i64,
    },
    /// The database did not open, or its migrations did not run.
    #[error("the database {url} cannot be opened: {cause}")]
    Open {
        /// Which.
        url: String,
        /// Why.
        cause: StoreError,
    },
}

impl ConnectError {
    fn open(url: &impl fmt::Display, error: sqlx::Error) -> Self {
        Self::Open { url: url.to_string(), cause: store_error(error) }
    }
}

/// The waits after which an operation fails with `StoreError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For everything that one piece of work waits for: a connection of the pool and, on PostgreSQL, all answers.
    pub answer: Duration,
    /// For a lock that another process holds: the whole `SQLite` file, or a row or table of PostgreSQL.
    pub lock: Duration,
    /// For one statement of PostgreSQL, as the server counts it.
    pub statement: Duration,
}

impl Default for Timeouts {
    /// As long as a restart of the database may take. No statement needs a tenth of its bound: it keeps a client
    /// that is cut off from holding locks for long.
    fn default() -> Self {
        let restart = Duration::from_secs(5);
        Self { answer: restart, lock: restart, statement: Duration::from_secs(30) }
    }
}

/// Opens the database with the default timeouts, creating the file if it does not exist, and migrates it.
///
/// # Errors
/// When the database does not open.
pub async fn connect(url: &DatabaseUrl) -> Result<Arc<dyn Store>, ConnectError> {
    connect_with(url, Timeouts::default()).await
}

/// Opens the database like [`connect`], with other timeouts.
///
/// # Errors
/// When the database does not open.
pub async fn connect_with(url: &DatabaseUrl, timeouts: Timeouts) -> Result<Arc<dyn Store>, ConnectError> {
    Ok(Arc::new(match url {
        DatabaseUrl::Sqlite(file) => Database::sqlite(file, timeouts).await?,
        DatabaseUrl::Postgres(database) => Database::postgres(database, timeouts).await?,
    }))
}
