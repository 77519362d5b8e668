//! Locked user rows.

use std::collections::{BTreeSet, HashMap};

use hallpass_core::{
    clock::Timestamp,
    id::{SessionId, UserId},
    session::Session,
    store::Selection,
    user::{StoredCredentials, UserKey},
};

use super::{
    GlobalLock, Unlocked,
    sessions::{self, LiveSessions, LockedSession},
};
use crate::{
    sql::{self, Connection},
    tables::users,
};

/// A user's row, locked until the transaction ends, if it exists. No other transaction can change the user, open a session
/// for it, or revoke all of its sessions.
pub(crate) struct LockedUser(UserId);

/// Locked rows of several users.
pub(crate) struct LockedUsers(Vec<LockedUser>);

impl LockedUser {
    /// The user's id.
    pub(in crate::tables) const fn id(&self) -> UserId {
        self.0
    }

    /// Locks a session's row. `None` if it does not exist.
    pub(in crate::tables) async fn session(
        self,
        connection: &mut Connection<'_>,
        session: SessionId,
    ) -> sqlx::Result<Option<LockedSession>> {
        sessions::lock(connection, session).await
    }

    /// The lock on a session that this transaction inserted for the user. No other transaction sees it yet.
    pub(in crate::tables) fn inserted(&self, session: Session, owner: Option<StoredCredentials>) -> LockedSession {
        debug_assert_eq!(session.user, self.0, "a session of another user is not locked by this");
        LockedSession::inserted(session, owner)
    }

    /// Locks the user's open sessions, except the one to keep.
    pub(in crate::tables) async fn live_sessions(
        &self,
        connection: &mut Connection<'_>,
        keep: Option<SessionId>,
    ) -> sqlx::Result<LiveSessions> {
        LiveSessions::lock(connection, &Selection { user: Some(self.0), keep, before: None }, None).await
    }
}

impl LockedUsers {
    /// The users, in the order in which they were requested.
    pub(in crate::tables) fn iter(&self) -> impl Iterator<Item = &LockedUser> {
        self.0.iter()
    }

    /// Locks up to `limit` of the selected open sessions.
    pub(in crate::tables) async fn live_sessions(
        &self,
        connection: &mut Connection<'_>,
        selection: &Selection,
        limit: u32,
    ) -> sqlx::Result<LiveSessions> {
        LiveSessions::lock(connection, selection, Some(limit)).await
    }

    /// Locks the rows of sessions by id.
    pub(in crate::tables) async fn sessions(
        &self,
        connection: &mut Connection<'_>,
        sessions: impl Iterator<Item = SessionId>,
    ) -> sqlx::Result<HashMap<SessionId, LockedSession>> {
        sessions::lock_each(connection, sessions).await
    }
}

impl Unlocked {
    /// Locks a user's row.
    pub(crate) async fn user(self, connection: &mut Connection<'_>, user: UserId) -> sqlx::Result<LockedUser> {
        lock(connection, user).await
    }

    /// Locks the row of the user that a token names, and reads the account.
    pub(in crate::tables) async fn account(
        self,
        connection: &mut Connection<'_>,
        key: &UserKey,
    ) -> sqlx::Result<Option<(LockedUser, StoredCredentials)>> {
        let Some(found) = users::find_account(connection, key).await? else {
            return Ok(None);
        };
        let locked = lock(connection, found.user.id).await?;
        if !connection.is_shared() {
            return Ok(Some((locked, found)));
        }
        let found = users::find_account(connection, key).await?;
        // Another user got the name while this transaction waited: the caller tries again.
        let is_same = found.as_ref().is_some_and(|found| found.user.id == locked.0);
        if is_same { Ok(found.map(|found| (locked, found))) } else { Err(sqlx::Error::RowNotFound) }
    }
}

impl GlobalLock {
    /// Locks a user's row.
    pub(crate) async fn user(self, connection: &mut Connection<'_>, user: UserId) -> sqlx::Result<LockedUser> {
        lock(connection, user).await
    }

    /// Locks the rows of several users by id. Returns them in the order of `users`.
    pub(in crate::tables) async fn users(
        self,
        connection: &mut Connection<'_>,
        users: impl IntoIterator<Item = UserId>,
    ) -> sqlx::Result<LockedUsers> {
        let users: Vec<_> = users.into_iter().collect();
        if connection.is_shared() {
            let ids: BTreeSet<i64> = users.iter().map(|user| user.0).collect();
            let lock = "SELECT FROM users WHERE id IN (NUMBERS) ORDER BY id FOR NO KEY UPDATE";
            sql::query_list(connection, lock, ids)?.run(connection).await?;
        }
        Ok(LockedUsers(users.into_iter().map(LockedUser).collect()))
    }

    /// Locks the rows of up to `limit` users for whom foreign tokens issued before a time may still open a session.
    pub(in crate::tables) async fn users_that_adopt(
        self,
        connection: &mut Connection<'_>,
        issued_before: Timestamp,
        limit: u32,
    ) -> sqlx::Result<LockedUsers> {
        let statement = sql::query_either(
            connection,
            "SELECT id FROM users WHERE adopts_from < $1 ORDER BY id LIMIT $2",
            "SELECT id FROM users WHERE adopts_from < $1 ORDER BY id LIMIT $2 FOR NO KEY UPDATE",
        );
        let statement = statement.bind(issued_before).bind(limit);
        statement.list(connection, |row| row.get("id").map(LockedUser)).await.map(LockedUsers)
    }
}

async fn lock(connection: &mut Connection<'_>, user: UserId) -> sqlx::Result<LockedUser> {
    if connection.is_shared() {
        sql::query("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE").bind(user).run(connection).await?;
    }
    Ok(LockedUser(user))
}
