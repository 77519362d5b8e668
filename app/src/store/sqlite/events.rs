//! Security events: written with the deed they tell of, counted where they are many, listed, and
//! cleared away when they are old.

use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, SqlitePool, sqlite::SqliteRow};

use super::paged::{self, Conditions, List};
use crate::{
    auth::{
        clock::Timestamp,
        event::{Event, EventQuery},
        failures::FailedSignIns,
        id::{SessionId, UserId},
        paging::{Listed, PageRequest},
        session::Origin,
    },
    wire::EventKind,
};

/// An event that happens in the present transaction.
pub(super) struct NewEvent<'e> {
    pub(super) at: Timestamp,
    pub(super) kind: EventKind,
    pub(super) user: UserId,
    pub(super) session: Option<SessionId>,
    pub(super) actor: Option<UserId>,
    pub(super) origin: &'e Origin,
    pub(super) other: Option<&'e Origin>,
    pub(super) changed: Option<String>,
}

impl<'e> NewEvent<'e> {
    /// What happened to an account, when and from where; there may be more to tell.
    pub(super) const fn new(at: Timestamp, kind: EventKind, user: UserId, origin: &'e Origin) -> Self {
        Self { at, kind, user, session: None, actor: None, origin, other: None, changed: None }
    }
}

pub(super) async fn insert(connection: &mut SqliteConnection, event: NewEvent<'_>) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO security_events (at, kind, user_id, session_id, actor_id, address, user_agent,
             other_address, other_user_agent, changed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(event.at.millis())
    .bind(event.kind.name())
    .bind(event.user.0)
    .bind(event.session.map(|session| session.to_string()))
    .bind(event.actor.map(|actor| actor.0))
    .bind(&event.origin.address)
    .bind(&event.origin.user_agent)
    .bind(event.other.and_then(|origin| origin.address.as_deref()))
    .bind(event.other.and_then(|origin| origin.user_agent.as_deref()))
    .bind(event.changed)
    .execute(connection)
    .await
    .map(drop)
}

/// Whichever process writes them, the failures of one account and hour are one row.
pub(super) async fn note_failed(connection: &mut SqliteConnection, failed: &[FailedSignIns]) -> sqlx::Result<()> {
    for counted in failed {
        let user = counted.user.map_or_else(|| "-".to_owned(), |user| user.to_string());
        sqlx::query(
            "INSERT INTO security_events (at, last_at, kind, user_id, count, address, user_agent, fold_key)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (fold_key) DO UPDATE SET count = count + excluded.count, last_at = excluded.last_at,
                 address = excluded.address, user_agent = excluded.user_agent",
        )
        .bind(counted.first.millis())
        .bind(counted.last.millis())
        .bind(EventKind::SignInFailed.name())
        .bind(counted.user.map(|user| user.0))
        .bind(counted.count)
        .bind(&counted.origin.address)
        .bind(&counted.origin.user_agent)
        .bind(format!("sign_in_failed:{user}:{}", counted.hour))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

pub(super) async fn list(
    pool: &SqlitePool,
    query: EventQuery,
    page: PageRequest,
) -> sqlx::Result<Option<Listed<Event>>> {
    let conditions = |sql: &mut QueryBuilder<Sqlite>| {
        let mut conditions = Conditions::of(sql);
        conditions.compare("security_events.user_id = ", query.user.map(|user| user.0));
        conditions.compare("security_events.kind = ", query.kind.map(EventKind::name));
        conditions.compare("security_events.at >= ", query.since.map(Timestamp::millis));
        conditions.compare("security_events.at < ", query.until.map(Timestamp::millis));
    };
    let list = List {
        columns: "security_events.*, users.username",
        table: "security_events",
        joined: "LEFT JOIN users ON users.id = security_events.user_id",
        order: "security_events.at DESC, security_events.id DESC",
        read: event,
    };
    paged::list(pool, page, list, conditions).await
}

fn event(row: &SqliteRow) -> sqlx::Result<Event> {
    let kind: String = row.try_get("kind")?;
    let session: Option<String> = row.try_get("session_id")?;
    let changed: Option<String> = row.try_get("changed")?;
    Ok(Event {
        id: row.try_get("id")?,
        kind: EventKind::parse(&kind).unwrap_or(EventKind::Other),
        at: Timestamp::from_millis(row.try_get("at")?),
        last_at: row.try_get::<Option<i64>, _>("last_at")?.map(Timestamp::from_millis),
        count: row.try_get::<i64, _>("count")?.cast_unsigned(),
        user: row.try_get::<Option<i64>, _>("user_id")?.map(UserId),
        username: row.try_get("username")?,
        session: session.as_deref().and_then(SessionId::parse),
        actor: row.try_get::<Option<i64>, _>("actor_id")?.map(UserId),
        origin: Origin { address: row.try_get("address")?, user_agent: row.try_get("user_agent")? },
        other: Origin { address: row.try_get("other_address")?, user_agent: row.try_get("other_user_agent")? },
        changed: changed.iter().flat_map(|names| names.split(',')).map(str::to_owned).collect(),
    })
}

pub(super) async fn flush(connection: &mut SqliteConnection, before: Timestamp, limit: u32) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "DELETE FROM security_events WHERE id IN
             (SELECT id FROM security_events WHERE at < $1 ORDER BY at LIMIT $2)",
    )
    .bind(before.millis())
    .bind(limit)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
