//! Locked session rows.

use std::collections::{BTreeSet, HashMap};

use hallpass_core::{clock::Timestamp, id::SessionId, session::Session, store::Selection, user::StoredCredentials};

use super::{GlobalLock, LockedUser, Unlocked};
use crate::{
    sql::{self, Connection, Row, Statement},
    tables::{paged::Conditions, rows},
};

/// A session's row, locked until the transaction ends, with the account of its user. No other transaction can renew or
/// revoke the session, or write to its tokens.
pub(crate) struct LockedSession {
    session: Session,
    owner: Option<StoredCredentials>,
}

/// Open sessions whose rows are locked until the transaction ends.
pub(crate) struct LiveSessions(Vec<LiveSession>);

/// The id of an open session and the expiry of its last access token.
pub(in crate::tables) struct LiveSession {
    pub(in crate::tables) id: SessionId,
    pub(in crate::tables) access_expires_at: Timestamp,
}

/// Selects sessions with the accounts of their users.
macro_rules! with_owner {
    ($rest:literal) => {
        concat!(
            "SELECT sessions.*, users.username, users.email, users.password, users.is_active, users.is_staff,
                 users.is_superuser, users.date_joined, users.last_login
             FROM sessions LEFT JOIN users ON users.id = sessions.user_id ",
            $rest
        )
    };
}

/// Selects the user's least recently used open sessions.
macro_rules! least_recently_used {
    ($rest:literal) => {
        concat!(
            "SELECT id, access_expires_at FROM sessions WHERE id IN
                 (SELECT id FROM sessions
                  WHERE user_id = $1 AND revoked_at IS NULL AND ends_at > $2 AND current_expires_at > $2
                  ORDER BY refreshed_at, id LIMIT $3) ",
            $rest
        )
    };
}

impl LockedSession {
    fn read(row: &Row) -> sqlx::Result<Self> {
        Ok(Self { session: rows::session(row)?, owner: rows::owner(row)? })
    }

    pub(crate) const fn session(&self) -> &Session {
        &self.session
    }

    pub(crate) const fn owner(&self) -> Option<&StoredCredentials> {
        self.owner.as_ref()
    }

    /// The lock on a row that this transaction inserted.
    pub(super) const fn inserted(session: Session, owner: Option<StoredCredentials>) -> Self {
        Self { session, owner }
    }

    /// The same lock, on the session as it will be written.
    pub(in crate::tables) fn map(self, change: impl FnOnce(Session) -> Session) -> Self {
        Self { session: change(self.session), owner: self.owner }
    }

    pub(in crate::tables) fn into_session(self) -> Session {
        self.session
    }

    /// The session, and the account of its user.
    pub(in crate::tables) fn into_parts(self) -> (Session, Option<StoredCredentials>) {
        (self.session, self.owner)
    }
}

impl LiveSessions {
    /// Those of the locked sessions that have not ended.
    pub(in crate::tables) fn of<'l>(locked: impl Iterator<Item = &'l LockedSession>) -> Self {
        let live = locked.map(LockedSession::session).filter(|session| session.end.is_none());
        Self(live.map(|session| LiveSession { id: session.id, access_expires_at: session.access_expires_at }).collect())
    }

    /// Locks the selected sessions by user and id, so that all transactions lock the sessions of one user in the same order.
    pub(super) async fn lock(
        connection: &mut Connection<'_>,
        selection: &Selection,
        limit: Option<u32>,
    ) -> sqlx::Result<Self> {
        let mut conditions = Conditions::default();
        conditions.and("revoked_at IS NULL");
        conditions.compare("user_id = ", selection.user);
        conditions.compare("created_at < ", selection.before);
        conditions.compare("id <> ", selection.keep);
        let lock = if connection.is_shared() { " FOR NO KEY UPDATE" } else { "" };
        let query = conditions.select("id, access_expires_at FROM sessions", "user_id, id", limit, lock);
        Self::read(connection, query).await
    }

    async fn read(connection: &mut Connection<'_>, locking: Statement<'_>) -> sqlx::Result<Self> {
        let read = |row: &Row| Ok(LiveSession { id: row.get("id")?, access_expires_at: row.get("access_expires_at")? });
        locking.list(connection, read).await.map(Self)
    }

    pub(in crate::tables) fn iter(&self) -> impl ExactSizeIterator<Item = &LiveSession> {
        self.0.iter()
    }
}

impl LockedUser {
    /// Locks up to `limit` of the user's least recently used open sessions.
    pub(in crate::tables) async fn least_recently_used(
        &self,
        connection: &mut Connection<'_>,
        now: Timestamp,
        limit: i64,
    ) -> sqlx::Result<LiveSessions> {
        let statement = sql::query_either(
            connection,
            least_recently_used!("ORDER BY id"),
            least_recently_used!("AND revoked_at IS NULL ORDER BY id FOR NO KEY UPDATE"),
        );
        LiveSessions::read(connection, statement.bind(self.id()).bind(now).bind(limit)).await
    }
}

impl Unlocked {
    /// Locks a session's row. `None` if it does not exist.
    pub(crate) async fn session(
        self,
        connection: &mut Connection<'_>,
        session: SessionId,
    ) -> sqlx::Result<Option<LockedSession>> {
        lock(connection, session).await
    }
}

impl GlobalLock {
    /// Locks the rows of sessions of any users, by id.
    pub(in crate::tables) async fn sessions(
        self,
        connection: &mut Connection<'_>,
        sessions: impl Iterator<Item = SessionId>,
    ) -> sqlx::Result<HashMap<SessionId, LockedSession>> {
        lock_each(connection, sessions).await
    }
}

pub(super) async fn lock(connection: &mut Connection<'_>, session: SessionId) -> sqlx::Result<Option<LockedSession>> {
    let statement = sql::query_either(
        connection,
        with_owner!("WHERE sessions.id = $1"),
        with_owner!("WHERE sessions.id = $1 FOR NO KEY UPDATE OF sessions"),
    );
    statement.bind(session).find(connection, LockedSession::read).await
}

pub(super) async fn lock_each(
    connection: &mut Connection<'_>,
    ids: impl Iterator<Item = SessionId>,
) -> sqlx::Result<HashMap<SessionId, LockedSession>> {
    let ids: BTreeSet<String> = ids.map(|id| id.to_string()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let select = if connection.is_shared() {
        with_owner!("WHERE sessions.id IN (TEXTS) ORDER BY sessions.id FOR NO KEY UPDATE OF sessions")
    } else {
        with_owner!("WHERE sessions.id IN (TEXTS)")
    };
    let read = |row: &Row| LockedSession::read(row).map(|locked| (locked.session.id, locked));
    sql::query_list(connection, select, ids)?.list(connection, read).await
}
