//! The databases behind [`auth::store::Store`](crate::auth::store::Store), and those that are moved out
//! of. Only this room knows SQL.

mod django;
mod sqlite;

use std::{str::FromStr, sync::Arc};

use sqlx::sqlite::SqliteConnectOptions;

use crate::auth::store::{Store, StoreError};

pub use django::{DjangoDatabase, DjangoError, UserTable};
pub use sqlite::SqliteStore;

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address is none we understand.
    #[error("the database URL {0:?} is not understood; write sqlite://path/to/file.db")]
    Url(String),
    /// `SQLite` is too old to be trusted with two connections.
    #[error("SQLite {found} has a known WAL race; at least {needed} is needed")]
    Version {
        /// The library's version.
        found: String,
        /// The first one without the race.
        needed: &'static str,
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

/// Opens the database, creating the file if it is not there, and brings its tables up to date.
///
/// # Errors
/// When the address is not understood or the database does not open.
pub async fn connect(url: &str) -> Result<Arc<dyn Store>, ConnectError> {
    let not_understood = || ConnectError::Url(url.to_owned());
    if !url.starts_with("sqlite:") || url.contains(":memory:") {
        return Err(not_understood());
    }
    let options = SqliteConnectOptions::from_str(url).map_err(|_| not_understood())?;
    Ok(Arc::new(SqliteStore::open(options, url).await?))
}
