//! The databases of Hallpass: SQLite and PostgreSQL behind the traits of [`hallpass_core::store`]. Only this crate contains
//! SQL.
//!
//! [`connect`] opens and migrates a database. [`transfer`] moves a SQLite file to PostgreSQL, [`DjangoDatabase`] reads the
//! users and tokens of a Django project, and [`inspect`] examines a database for `hallpass doctor`.
//!
//! ```
//! use hallpass_core::id::UserId;
//! use hallpass_store::DatabaseUrl;
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("hallpass.db");
//! # let path = path.display();
//! let url: DatabaseUrl = format!("sqlite://{path}").parse()?;
//! let store = hallpass_store::connect(&url).await?;
//! assert!(store.find_user(UserId(1)).await?.is_none());
//! # Ok(())
//! # }
//! ```
//!
//! # Invariants
//!
//! - An acknowledged write is on disk, and a failed one left nothing.
//! - A commit that revokes sessions adds them to the in-memory set before it is acknowledged.
//! - Statements that update or revoke a session take a lock as a value (`tables/locks.rs`), so a wrong order does not compile.

mod advice;
mod application;
mod database;
mod django;
mod error;
pub mod files;
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
mod work;

use std::{fmt, sync::Arc, time::Duration};

pub use application::ApplicationPool;
use database::Database;
pub use django::{DjangoDatabase, DjangoError, UserTable};
use error::store_error;
use hallpass_core::store::{Store, StoreError};
pub use inspection::{Inspection, inspect};
pub use lost_key::has_open_sessions;
pub use schema::Schema;
pub use sqlite::AccessProblem;
use sqlx::migrate::MigrateError;
pub use transfer::{MoveError, MovedTable, reopen, transfer};
pub use url::{DatabaseUrl, PostgresDatabase, SqliteFile, UrlError};

/// The reason a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The SQLite library has the WAL-reset race.
    #[error("SQLite {found} has a known WAL race; Hallpass needs SQLite {needed} or later")]
    Version {
        /// The library's version.
        found: String,
        /// The first version without the race.
        needed: &'static str,
    },
    /// The PostgreSQL server is too old.
    #[error("PostgreSQL {found} is too old; Hallpass needs PostgreSQL {needed} or later")]
    PostgresVersion {
        /// The server's version.
        found: String,
        /// The first supported version.
        needed: &'static str,
    },
    /// The server is a hot standby.
    #[error(
        "the PostgreSQL server of {0} is a standby, which accepts no writes; set the host in database_url to the primary"
    )]
    Standby(String),
    /// A move to the database is not finished.
    #[error("a move to {0} is not finished; run hallpass move again, with the settings of the SQLite file")]
    HalfMoved(String),
    /// Filling in derived columns after a migration failed.
    #[error(transparent)]
    Derived(StoreError),
    /// The file was moved to another database.
    #[error(
        "{url} was moved to {to}, so the file is closed; set database_url to the new database (if the move was interrupted, \
         run hallpass move --to again; to go back to the file and lose the changes in the new database, run hallpass move \
         --reopen)"
    )]
    Moved {
        /// The file.
        url: String,
        /// The other database, without secrets.
        to: String,
    },
    /// This user cannot use the SQLite file or its folder.
    #[error("the database {url} cannot be used: {problem}")]
    Access {
        /// The database.
        url: String,
        /// The problem.
        #[source]
        problem: AccessProblem,
    },
    /// The database contains tables of another application.
    #[error("{0} has tables of another application, so nothing was changed; set database_url to another database")]
    Foreign(String),
    /// A later version migrated the database.
    #[error("{url} was migrated by a later version of Hallpass: its migration {migration} is unknown here")]
    Newer {
        /// The database.
        url: String,
        /// The version of the migration.
        migration: i64,
    },
    /// An applied migration differs from the migration of this version.
    #[error("migration {migration} of {url} differs from that of this version of Hallpass")]
    Different {
        /// The database.
        url: String,
        /// The version of the migration.
        migration: i64,
    },
    /// A migration was interrupted outside a transaction.
    #[error("migration {migration} of {url} was interrupted, so the tables are incomplete")]
    HalfApplied {
        /// The database.
        url: String,
        /// The version of the migration.
        migration: i64,
    },
    /// The database cannot be opened or migrated.
    #[error("the database {url} cannot be opened: {cause}")]
    Open {
        /// The database.
        url: String,
        /// The cause.
        cause: StoreError,
    },
}

impl ConnectError {
    fn open(url: &impl fmt::Display, error: sqlx::Error) -> Self {
        Self::Open { url: url.to_string(), cause: store_error(error) }
    }

    fn migration(url: &impl fmt::Display, error: MigrateError) -> Self {
        Self::Open { url: url.to_string(), cause: StoreError(Box::new(error)) }
    }
}

/// The timeouts after which an operation fails with [`StoreError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For one operation: the wait for a connection and, on PostgreSQL, for all answers.
    pub answer: Duration,
    /// For a lock of another process: on the SQLite file, or on a row or table of PostgreSQL.
    pub lock: Duration,
    /// For one statement, measured by the PostgreSQL server.
    pub statement: Duration,
}

impl Default for Timeouts {
    /// Long enough for a restart of the database. The statement timeout, ten times what any statement needs, keeps a
    /// disconnected client from holding locks.
    fn default() -> Self {
        let restart = Duration::from_secs(5);
        Self { answer: restart, lock: restart, statement: Duration::from_secs(30) }
    }
}

/// Opens and migrates the database with the default timeouts. Creates a SQLite file if it does not exist.
///
/// # Errors
/// [`ConnectError`] when the database cannot be used.
pub async fn connect(url: &DatabaseUrl) -> Result<Arc<dyn Store>, ConnectError> {
    connect_with(url, Timeouts::default()).await
}

/// Opens and migrates the database like [`connect`], with other timeouts.
///
/// # Errors
/// [`ConnectError`] when the database cannot be used.
pub async fn connect_with(url: &DatabaseUrl, timeouts: Timeouts) -> Result<Arc<dyn Store>, ConnectError> {
    Ok(Arc::new(Database::open(url, timeouts).await?))
}
