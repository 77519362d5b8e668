//! Row and advisory locks for PostgreSQL. SQLite has a single writer, so there every lock is free.
//!
//! Lock order: administration lock, user rows in order of their id, session rows (those of one user in order of their id), token rows.
//! A lock is a value that only the locks before it can create, and a statement that needs a lock takes it. So nobody
//! who holds a row waits for somebody who waits for that row.

use std::collections::{BTreeSet, HashMap};

use super::{
    paged::Conditions,
    sessions::{self, Found},
    users,
};
use crate::{
    auth::{
        clock::Timestamp,
        id::{SessionId, UserId},
        session::Session,
        store::Selection,
        user::{StoredCredentials, UserKey},
    },
    store::sql::{self, Connection, Row, Statement},
};

/// The key of the administration lock: "hallpass" in ASCII.
const ADMINISTRATION: i64 = i64::from_be_bytes(*b"hallpass");
/// The key of the lock of the server that deletes expired rows: "clearing" in ASCII.
const CLEARING: i64 = i64::from_be_bytes(*b"clearing");

/// A transaction that holds no lock yet. The backend creates one for each transaction.
pub(in crate::store) struct Unlocked(());

/// The administration lock, until the transaction ends. It is for work on several users, or on sessions of several
/// users: two such never wait for each other's rows.
pub(in crate::store) struct AdministrationLock(());

/// A user's row, locked until the transaction ends, if it exists. Nobody else changes the user, opens a session for
/// it, or ends all of its sessions.
pub(in crate::store) struct LockedUser(UserId);

/// Rows of several users.
pub(in crate::store) struct LockedUsers(Vec<LockedUser>);

/// A session's row, locked until the transaction ends, and the account of its user. Nobody else renews or ends it, or
/// writes to its tokens.
pub(in crate::store) struct LockedSession {
    session: Session,
    owner: Option<StoredCredentials>,
}

/// Sessions that have not ended, their rows locked until the transaction ends.
pub(in crate::store) struct LiveSessions(Vec<LiveSession>);

/// The id of a session that has not ended, and the expiry of its last access token.
pub(super) struct LiveSession {
    pub(super) id: SessionId,
    pub(super) access_expires_at: Timestamp,
}

/// A statement about the user's living sessions that were not used for the longest time.
macro_rules! idlest {
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

impl Unlocked {
    /// For the backend, at the begin of a transaction.
    pub(in crate::store) const fn begin() -> Self {
        Self(())
    }

    /// Waits for the administration lock.
    pub(in crate::store) async fn administration(
        self,
        connection: &mut Connection<'_>,
    ) -> sqlx::Result<AdministrationLock> {
        let statement = sql::query("SELECT pg_advisory_xact_lock($1)").bind(ADMINISTRATION);
        run(connection, statement).await?;
        Ok(AdministrationLock(()))
    }

    /// Locks a user's row.
    pub(in crate::store) async fn user(
        self,
        connection: &mut Connection<'_>,
        user: UserId,
    ) -> sqlx::Result<LockedUser> {
        lock_user(connection, user).await
    }

    /// Locks the row of the one user that a token names, and reads its account.
    pub(super) async fn account(
        self,
        connection: &mut Connection<'_>,
        key: &UserKey,
    ) -> sqlx::Result<Option<(LockedUser, StoredCredentials)>> {
        let Some(found) = users::find_account(connection, key).await? else {
            return Ok(None);
        };
        let locked = lock_user(connection, found.user.id).await?;
        if !connection.is_shared() {
            return Ok(Some((locked, found)));
        }
        let found = users::find_account(connection, key).await?;
        // The name passed to another user in between: the caller tries again.
        let is_same = found.as_ref().is_some_and(|found| found.user.id == locked.0);
        if is_same { Ok(found.map(|found| (locked, found))) } else { Err(sqlx::Error::RowNotFound) }
    }

    /// Locks a session's row. `None` if it does not exist.
    pub(in crate::store) async fn session(
        self,
        connection: &mut Connection<'_>,
        session: SessionId,
    ) -> sqlx::Result<Option<LockedSession>> {
        lock_session(connection, session).await
    }
}

impl AdministrationLock {
    /// Locks a user's row.
    pub(in crate::store) async fn user(
        self,
        connection: &mut Connection<'_>,
        user: UserId,
    ) -> sqlx::Result<LockedUser> {
        lock_user(connection, user).await
    }

    /// Locks the rows of several users, in order of id. They come in the order in which they are named.
    pub(super) async fn users(
        self,
        connection: &mut Connection<'_>,
        users: impl IntoIterator<Item = UserId>,
    ) -> sqlx::Result<LockedUsers> {
        let users: Vec<UserId> = users.into_iter().collect();
        if connection.is_shared() {
            let ids: BTreeSet<i64> = users.iter().map(|user| user.0).collect();
            sql::query(
                "SELECT FROM users WHERE id IN (SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST($1 AS json)))
                 ORDER BY id FOR NO KEY UPDATE",
            )
            .bind(sql::json(&ids)?)
            .execute(connection)
            .await?;
        }
        Ok(LockedUsers(users.into_iter().map(LockedUser).collect()))
    }

    /// Locks the rows of up to `limit` users for whom foreign tokens are adopted that were issued before a moment.
    pub(super) async fn users_that_adopt(
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
        let found = statement.bind(issued_before).bind(limit).fetch_all(connection).await?;
        found.iter().map(|row| Ok(LockedUser(UserId(row.get("id")?)))).collect::<sqlx::Result<_>>().map(LockedUsers)
    }

    /// Locks rows of sessions, whoever they belong to, in order of id.
    pub(super) async fn sessions(
        self,
        connection: &mut Connection<'_>,
        sessions: impl Iterator<Item = SessionId>,
    ) -> sqlx::Result<HashMap<SessionId, LockedSession>> {
        lock_sessions(connection, sessions).await
    }
}

impl LockedUser {
    /// The user's id.
    pub(super) const fn id(&self) -> UserId {
        self.0
    }

    /// Locks a session's row. `None` if it does not exist.
    pub(super) async fn session(
        self,
        connection: &mut Connection<'_>,
        session: SessionId,
    ) -> sqlx::Result<Option<LockedSession>> {
        lock_session(connection, session).await
    }

    /// The session that this transaction has just inserted for the user, which nobody else sees yet.
    pub(super) fn inserted(&self, session: Session, owner: Option<StoredCredentials>) -> LockedSession {
        debug_assert_eq!(session.user, self.0, "a session of another user is not locked by this");
        LockedSession { session, owner }
    }

    /// Locks the user's sessions that have not ended, but for the one to keep.
    pub(super) async fn live_sessions(
        &self,
        connection: &mut Connection<'_>,
        keep: Option<SessionId>,
    ) -> sqlx::Result<LiveSessions> {
        LiveSessions::lock(connection, &Selection { user: Some(self.0), keep, before: None }, None).await
    }
}

impl LockedUser {
    /// Locks up to `limit` of the user's living sessions, those that were not used for the longest time.
    pub(super) async fn idlest_sessions(
        &self,
        connection: &mut Connection<'_>,
        now: Timestamp,
        limit: i64,
    ) -> sqlx::Result<LiveSessions> {
        let statement = sql::query_either(
            connection,
            idlest!("ORDER BY id"),
            idlest!("AND revoked_at IS NULL ORDER BY id FOR NO KEY UPDATE"),
        );
        LiveSessions::read(connection, statement.bind(self.0).bind(now).bind(limit)).await
    }
}

impl LockedUsers {
    /// Each of them, in the order in which they were named.
    pub(super) fn iter(&self) -> impl Iterator<Item = &LockedUser> {
        self.0.iter()
    }

    /// Locks up to `limit` of the selected sessions that have not ended.
    pub(super) async fn live_sessions(
        &self,
        connection: &mut Connection<'_>,
        selection: &Selection,
        limit: u32,
    ) -> sqlx::Result<LiveSessions> {
        LiveSessions::lock(connection, selection, Some(limit)).await
    }

    /// Locks rows of sessions in order of id.
    pub(super) async fn sessions(
        &self,
        connection: &mut Connection<'_>,
        sessions: impl Iterator<Item = SessionId>,
    ) -> sqlx::Result<HashMap<SessionId, LockedSession>> {
        lock_sessions(connection, sessions).await
    }
}

impl LockedSession {
    pub(in crate::store) const fn session(&self) -> &Session {
        &self.session
    }

    pub(in crate::store) const fn owner(&self) -> Option<&StoredCredentials> {
        self.owner.as_ref()
    }

    /// The same lock on the session as it is to be written.
    pub(super) fn map(self, change: impl FnOnce(Session) -> Session) -> Self {
        Self { session: change(self.session), owner: self.owner }
    }

    pub(super) fn into_session(self) -> Session {
        self.session
    }

    /// The session, and the account of its user.
    pub(super) fn into_parts(self) -> (Session, Option<StoredCredentials>) {
        (self.session, self.owner)
    }

    /// `None` if it has ended.
    pub(super) fn alive(&self) -> Option<LiveSessions> {
        let Session { id, access_expires_at, .. } = self.session;
        self.session.end.is_none().then(|| LiveSessions(vec![LiveSession { id, access_expires_at }]))
    }
}

impl LiveSessions {
    /// In order of user and id: whoever locks several sessions of one user locks them in the same order.
    async fn lock(connection: &mut Connection<'_>, selection: &Selection, limit: Option<u32>) -> sqlx::Result<Self> {
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
        let found = locking.fetch_all(connection).await?;
        found.iter().map(LiveSession::read).collect::<sqlx::Result<_>>().map(Self)
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &LiveSession> {
        self.0.iter()
    }
}

impl LiveSession {
    fn read(row: &Row) -> sqlx::Result<Self> {
        let id: String = row.get("id")?;
        let id = SessionId::parse(&id).ok_or_else(|| sqlx::Error::Decode(format!("no session id: {id:?}").into()))?;
        Ok(Self { id, access_expires_at: Timestamp::from_millis(row.get("access_expires_at")?) })
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

async fn lock_user(connection: &mut Connection<'_>, user: UserId) -> sqlx::Result<LockedUser> {
    run(connection, sql::query("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE").bind(user)).await?;
    Ok(LockedUser(user))
}

async fn lock_session(connection: &mut Connection<'_>, session: SessionId) -> sqlx::Result<Option<LockedSession>> {
    Ok(sessions::find_to_write(connection, session).await?.map(locked))
}

async fn lock_sessions(
    connection: &mut Connection<'_>,
    ids: impl Iterator<Item = SessionId>,
) -> sqlx::Result<HashMap<SessionId, LockedSession>> {
    let ids: BTreeSet<String> = ids.map(|id| id.to_string()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = sessions::find_all_to_write(connection, &ids).await?;
    Ok(found.into_iter().map(|found| (found.session.id, locked(found))).collect())
}

fn locked(Found { session, owner }: Found) -> LockedSession {
    LockedSession { session, owner }
}

async fn run(connection: &mut Connection<'_>, statement: Statement<'_>) -> sqlx::Result<()> {
    if connection.is_shared() { statement.execute(connection).await.map(drop) } else { Ok(()) }
}
