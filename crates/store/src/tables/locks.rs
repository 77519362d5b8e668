//! Row and advisory locks for PostgreSQL. SQLite has a single writer, so there every lock is free.
//!
//! Lock order: administration lock, user rows in order of their id, session rows (those of one user in order of their
//! id), token rows. A lock is a value that only the locks before it can create, and a statement that needs a lock takes
//! it. So nobody who holds a row waits for somebody who waits for that row.

mod sessions;
mod users;

use std::collections::HashMap;

use hallpass_core::{
    clock::Timestamp,
    id::{SessionId, UserId},
    user::{StoredCredentials, UserKey},
};

use crate::sql::{self, Connection};

pub(crate) use sessions::{LiveSessions, LockedSession};
pub(crate) use users::{LockedUser, LockedUsers};

/// The key of the administration lock: "hallpass" in ASCII.
const ADMINISTRATION: i64 = i64::from_be_bytes(*b"hallpass");
/// The key of the lock of the server that deletes expired rows: "clearing" in ASCII.
const CLEARING: i64 = i64::from_be_bytes(*b"clearing");

/// A transaction that holds no lock yet. The backend creates one for each transaction.
pub(crate) struct Unlocked(());

/// The administration lock, until the transaction ends. It is for work on several users, or on sessions of several
/// users: two such never wait for each other's rows.
pub(crate) struct AdministrationLock(());

impl Unlocked {
    /// For the backend, at the begin of a transaction.
    pub(crate) const fn begin() -> Self {
        Self(())
    }

    /// Waits for the administration lock.
    pub(crate) async fn administration(self, connection: &mut Connection<'_>) -> sqlx::Result<AdministrationLock> {
        if connection.is_shared() {
            sql::query("SELECT pg_advisory_xact_lock($1)").bind(ADMINISTRATION).execute(connection).await?;
        }
        Ok(AdministrationLock(()))
    }

    /// Locks a user's row.
    pub(crate) async fn user(self, connection: &mut Connection<'_>, user: UserId) -> sqlx::Result<LockedUser> {
        users::lock(connection, user).await
    }

    /// Locks the row of the one user that a token names, and reads its account.
    pub(super) async fn account(
        self,
        connection: &mut Connection<'_>,
        key: &UserKey,
    ) -> sqlx::Result<Option<(LockedUser, StoredCredentials)>> {
        users::lock_account(connection, key).await
    }

    /// Locks a session's row. `None` if it does not exist.
    pub(crate) async fn session(
        self,
        connection: &mut Connection<'_>,
        session: SessionId,
    ) -> sqlx::Result<Option<LockedSession>> {
        sessions::lock(connection, session).await
    }
}

impl AdministrationLock {
    /// Locks a user's row.
    pub(crate) async fn user(self, connection: &mut Connection<'_>, user: UserId) -> sqlx::Result<LockedUser> {
        users::lock(connection, user).await
    }

    /// Locks the rows of several users, in order of id. They come in the order in which they are named.
    pub(super) async fn users(
        self,
        connection: &mut Connection<'_>,
        users: impl IntoIterator<Item = UserId>,
    ) -> sqlx::Result<LockedUsers> {
        users::lock_each(connection, users.into_iter().collect()).await
    }

    /// Locks the rows of up to `limit` users for whom foreign tokens are adopted that were issued before a moment.
    pub(super) async fn users_that_adopt(
        self,
        connection: &mut Connection<'_>,
        issued_before: Timestamp,
        limit: u32,
    ) -> sqlx::Result<LockedUsers> {
        users::lock_adopting(connection, issued_before, limit).await
    }

    /// Locks rows of sessions, whoever they belong to, in order of id.
    pub(super) async fn sessions(
        self,
        connection: &mut Connection<'_>,
        sessions: impl Iterator<Item = SessionId>,
    ) -> sqlx::Result<HashMap<SessionId, LockedSession>> {
        sessions::lock_each(connection, sessions).await
    }
}

/// Whether this is the one server that deletes expired rows now.
pub(super) async fn clearing(connection: &mut Connection<'_>, _: &AdministrationLock) -> sqlx::Result<bool> {
    if connection.is_shared() {
        sql::query("SELECT pg_try_advisory_xact_lock($1)").bind(CLEARING).fetch_value(connection).await
    } else {
        Ok(true)
    }
}
