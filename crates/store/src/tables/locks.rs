//! Row and advisory locks for PostgreSQL. SQLite has a single writer, so there every lock is free.
//!
//! Lock order: global advisory lock, user rows by id, session rows (those of one user by id), token rows. Operations on one
//! user or one session skip the first. A lock is a value that only an earlier lock can create, and a statement that needs
//! a lock takes the value, so a wrong order does not compile.

mod sessions;
mod users;

use crate::sql::{self, Connection};

pub(crate) use sessions::{LiveSessions, LockedSession};
pub(crate) use users::{LockedUser, LockedUsers};

/// The key of the global advisory lock: "hallpass" in ASCII.
const GLOBAL: i64 = i64::from_be_bytes(*b"hallpass");
/// The key of the advisory lock for deleting expired rows: "clearing" in ASCII.
const CLEARING: i64 = i64::from_be_bytes(*b"clearing");

/// The proof that a transaction holds no lock yet. The backend creates one for each transaction.
pub(crate) struct Unlocked(());

/// The global advisory lock, held until the transaction ends. Work on several users or their sessions takes it, so that two
/// such transactions never wait for each other's rows.
pub(crate) struct GlobalLock(());

impl Unlocked {
    /// Creates the proof. Only the backend calls it, when a transaction begins.
    pub(crate) const fn begin() -> Self {
        Self(())
    }

    /// Waits for the global advisory lock.
    pub(crate) async fn global(self, connection: &mut Connection<'_>) -> sqlx::Result<GlobalLock> {
        if connection.is_shared() {
            sql::query("SELECT pg_advisory_xact_lock($1)").bind(GLOBAL).run(connection).await?;
        }
        Ok(GlobalLock(()))
    }
}

/// Tries to take the lock for deleting expired rows. Returns `false` if another server holds it.
pub(super) async fn clearing(connection: &mut Connection<'_>, _: &GlobalLock) -> sqlx::Result<bool> {
    if connection.is_shared() {
        sql::query("SELECT pg_try_advisory_xact_lock($1)").bind(CLEARING).fetch_value(connection).await
    } else {
        Ok(true)
    }
}
