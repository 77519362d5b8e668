//! Locked session rows.

use std::collections::{BTreeSet, HashMap};

use hallpass_core::{
    clock::Timestamp,
    id::{SessionId, UserId},
    session::Session,
    store::Selection,
    user::StoredCredentials,
};

use super::{GlobalLock, Unlocked};
use crate::{
    sql::{self, Connection, Row, Statement},
    tables::{
        paged::Conditions,
        sessions::{self, Found},
    },
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

    /// Locks the user's least recently used open sessions.
    pub(super) async fn lock_least_recently_used(
        connection: &mut Connection<'_>,
        user: UserId,
        now: Timestamp,
        limit: i64,
    ) -> sqlx::Result<Self> {
        let statement = sql::query_either(
            connection,
            least_recently_used!("ORDER BY id"),
            least_recently_used!("AND revoked_at IS NULL ORDER BY id FOR NO KEY UPDATE"),
        );
        Self::read(connection, statement.bind(user).bind(now).bind(limit)).await
    }

    async fn read(connection: &mut Connection<'_>, locking: Statement<'_>) -> sqlx::Result<Self> {
        let found = locking.fetch_all(connection).await?;
        found.iter().map(LiveSession::read).collect::<sqlx::Result<_>>().map(Self)
    }

    pub(in crate::tables) fn iter(&self) -> impl ExactSizeIterator<Item = &LiveSession> {
        self.0.iter()
    }
}

impl LiveSession {
    fn read(row: &Row) -> sqlx::Result<Self> {
        let id: String = row.get("id")?;
        let id =
            SessionId::parse(&id).ok_or_else(|| sqlx::Error::Decode(format!("not a session id: {id:?}").into()))?;
        Ok(Self { id, access_expires_at: Timestamp::from_millis(row.get("access_expires_at")?) })
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
    Ok(sessions::find_to_write(connection, session).await?.map(locked))
}

pub(super) async fn lock_each(
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
