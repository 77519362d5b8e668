//! Security events. Each is written in the transaction that it describes; failed sign-ins are counted.

use hallpass_core::{
    clock::Timestamp,
    event::EventQuery,
    failures::FailedSignIns,
    id::{SessionId, UserId},
    paging::PageRequest,
    session::Origin,
    store::Progress,
};
use hallpass_types::{EventKind, EventRecord, Listing};
use serde::Serialize;

use super::paged::{self, Conditions, List};
use crate::sql::{self, Connection, Row};

/// An event of the current transaction.
pub(crate) struct NewEvent<'e> {
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
    /// An event of an account, without the optional fields.
    pub(super) const fn new(at: Timestamp, kind: EventKind, user: UserId, origin: &'e Origin) -> Self {
        Self { at, kind, user, session: None, actor: None, origin, other: None, changed: None }
    }
}

pub(crate) async fn insert(connection: &mut Connection<'_>, event: NewEvent<'_>) -> sqlx::Result<()> {
    sql::query(
        "INSERT INTO security_events (at, kind, user_id, session_id, actor_id, address, user_agent,
             other_address, other_user_agent, changed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(event.at)
    .bind(event.kind.name())
    .bind(event.user)
    .bind(event.session)
    .bind(event.actor)
    .bind(&event.origin.ip)
    .bind(&event.origin.user_agent)
    .bind(event.other.and_then(|origin| origin.ip.as_deref()))
    .bind(event.other.and_then(|origin| origin.user_agent.as_deref()))
    .bind(event.changed)
    .run(connection)
    .await
}

/// Failed sign-ins as the statement reads them.
#[derive(Serialize)]
struct Failed<'f> {
    first: i64,
    last: i64,
    user: Option<i64>,
    count: u32,
    address: Option<&'f str>,
    user_agent: Option<&'f str>,
    fold_key: String,
}

impl<'f> Failed<'f> {
    fn new(failed: &'f FailedSignIns) -> Self {
        let FailedSignIns { user, hour, count, first, last, origin } = failed;
        let name = user.map_or_else(|| "-".to_owned(), |user| user.to_string());
        Self {
            first: first.millis(),
            last: last.millis(),
            user: user.map(|user| user.0),
            count: *count,
            address: origin.ip.as_deref(),
            user_agent: origin.user_agent.as_deref(),
            fold_key: format!("sign_in_failed:{name}:{hour}"),
        }
    }
}

/// Records failed sign-ins. Those of one account and hour are one row, whichever process writes them.
pub(crate) async fn note_failed(connection: &mut Connection<'_>, failed: &[FailedSignIns]) -> sqlx::Result<()> {
    let insert = "
        INSERT INTO security_events (at, last_at, kind, user_id, count, address, user_agent, fold_key)
        SELECT CAST(value ->> 'first' AS bigint), CAST(value ->> 'last' AS bigint), $2, CAST(value ->> 'user' AS bigint),
            CAST(value ->> 'count' AS bigint), value ->> 'address', value ->> 'user_agent', value ->> 'fold_key'
        FROM ROWS WHERE true
        ON CONFLICT (fold_key) DO UPDATE SET count = security_events.count + excluded.count,
            last_at = excluded.last_at, address = excluded.address, user_agent = excluded.user_agent";
    let statement = sql::query_list(connection, insert, failed.iter().map(Failed::new))?;
    statement.bind(EventKind::SignInFailed.name()).run(connection).await
}

pub(crate) async fn list(
    connection: &mut Connection<'_>,
    query: EventQuery,
    page: PageRequest,
) -> sqlx::Result<Option<Listing<EventRecord>>> {
    let mut conditions = Conditions::default();
    conditions.compare("security_events.user_id = ", query.user);
    conditions.compare("security_events.kind = ", query.kind.map(EventKind::name));
    conditions.compare("security_events.at >= ", query.since);
    conditions.compare("security_events.at < ", query.until);
    let list = List {
        columns: "security_events.*, users.username",
        table: "security_events",
        joined: "LEFT JOIN users ON users.id = security_events.user_id",
        order: "security_events.at DESC, security_events.id DESC",
        read: record,
    };
    paged::list(connection, page, list, conditions).await
}

fn record(row: &Row) -> sqlx::Result<EventRecord> {
    let origin = Origin { ip: row.get("address")?, user_agent: row.get("user_agent")? };
    let other = Origin { ip: row.get("other_address")?, user_agent: row.get("other_user_agent")? };
    let changed: Option<String> = row.get("changed")?;
    Ok(EventRecord {
        id: row.get("id")?,
        kind: row.get("kind")?,
        at: row.get::<Timestamp>("at")?.seconds(),
        last_at: row.get::<Option<Timestamp>>("last_at")?.map(Timestamp::seconds),
        count: row.get("count")?,
        user: row.get::<Option<UserId>>("user_id")?.map(|user| user.to_string()),
        username: row.get("username")?,
        session: row.get("session_id")?,
        actor: row.get::<Option<UserId>>("actor_id")?.map(|actor| actor.to_string()),
        device: origin.device(),
        address: origin.ip,
        other_device: other.device(),
        other_address: other.ip,
        changed: changed.iter().flat_map(|names| names.split(',')).map(str::to_owned).collect(),
    })
}

pub(crate) async fn flush(connection: &mut Connection<'_>, before: Timestamp, limit: u32) -> sqlx::Result<Progress> {
    let deleted = sql::query(
        "DELETE FROM security_events WHERE id IN
             (SELECT id FROM security_events WHERE at < $1 ORDER BY at LIMIT $2)",
    )
    .bind(before)
    .bind(limit)
    .execute(connection)
    .await?;
    Ok(Progress { count: deleted, is_done: deleted < limit.into() })
}
