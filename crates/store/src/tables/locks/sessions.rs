//! Rows of sessions, locked.

use std::collections::{BTreeSet, HashMap};

use hallpass_core::{
    clock::Timestamp,
    id::{SessionId, UserId},
    session::Session,
    store::Selection,
    user::StoredCredentials,
};

use crate::{
    sql::{self, Connection, Row, Statement},
    tables::{
        paged::Conditions,
        sessions::{self, Found},
    },
};

/// A session's row, locked until the transaction ends, and the account of its user. Nobody else renews or ends it, or
/// writes to its tokens.
pub(crate) struct LockedSession {
    session: Session,
    owner: Option<StoredCredentials>,
}

/// Sessions that have not ended, their rows locked until the transaction ends.
pub(crate) struct LiveSessions(Vec<LiveSession>);

/// The id of a session that has not ended, and the expiry of its last access token.
pub(in crate::tables) struct LiveSession {
    pub(in crate::tables) id: SessionId,
    pub(in crate::tables) access_expires_at: Timestamp,
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

impl LockedSession {
    pub(crate) const fn session(&self) -> &Session {
        &self.session
    }

    pub(crate) const fn owner(&self) -> Option<&StoredCredentials> {
        self.owner.as_ref()
    }

    /// For a row that this transaction has inserted.
    pub(super) const fn inserted(session: Session, owner: Option<StoredCredentials>) -> Self {
        Self { session, owner }
    }

    /// The same lock on the session as it is to be written.
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

    /// `None` if it has ended.
    pub(in crate::tables) fn alive(&self) -> Option<LiveSessions> {
        let Session { id, access_expires_at, .. } = self.session;
        self.session.end.is_none().then(|| LiveSessions(vec![LiveSession { id, access_expires_at }]))
    }
}

impl LiveSessions {
    /// In order of user and id: whoever locks several sessions of one user locks them in the same order.
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

    /// The user's living sessions that were not used for the longest time.
    pub(super) async fn lock_idlest(
        connection: &mut Connection<'_>,
        user: UserId,
        now: Timestamp,
        limit: i64,
    ) -> sqlx::Result<Self> {
        let statement = sql::query_either(
            connection,
            idlest!("ORDER BY id"),
            idlest!("AND revoked_at IS NULL ORDER BY id FOR NO KEY UPDATE"),
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
        let id = SessionId::parse(&id).ok_or_else(|| sqlx::Error::Decode(format!("no session id: {id:?}").into()))?;
        Ok(Self { id, access_expires_at: Timestamp::from_millis(row.get("access_expires_at")?) })
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
