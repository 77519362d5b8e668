//! Inspects a database without changing it, for `hallpass doctor`.

use hallpass_core::{clock::Timestamp, store::Finding};

use super::{ConnectError, DatabaseUrl, Timeouts, postgres, schema::Schema, sqlite};

/// The result of an inspection.
#[derive(Debug)]
pub struct Inspection {
    /// The state of the tables.
    pub schema: Schema,
    /// The results of the checks. Empty unless the tables are current.
    pub findings: Vec<Finding>,
    /// The newest timestamp in the database.
    pub newest: Option<Timestamp>,
}

/// Inspects the database without changing it. Fails where [`connect`](super::connect) would fail. The process must not have
/// the database open.
///
/// # Errors
/// When the database cannot be used.
pub async fn inspect(url: &DatabaseUrl) -> Result<Inspection, ConnectError> {
    let timeouts = Timeouts::default();
    match url {
        DatabaseUrl::Sqlite(file) => sqlite::inspect(file, timeouts.lock).await,
        DatabaseUrl::Postgres(database) => postgres::inspect(database, timeouts).await,
    }
}
