//! Ended sessions, in an order in which servers on one database can follow them.

use super::rows;
use crate::{
    auth::revocation::{Followed, Revocation},
    store::sql::{self, Connection, Row},
};

/// What was written after a place. With one writer, a place is a number in the sequence. With several,
/// numbers are not committed in their order; there it is the oldest transaction that was not finished when
/// the place was read, and what is read twice does no harm.
pub(in crate::store) async fn after(connection: &mut Connection<'_>, place: i64) -> sqlx::Result<Followed> {
    let statement = if connection.is_shared() {
        sql::query(
            "SELECT revocations.*, now.place FROM
                 (SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS place) AS now
             LEFT JOIN revocations ON revocations.written_in >= CAST(CAST($1 AS text) AS xid8)",
        )
        .bind(place.to_string())
    } else {
        sql::query("SELECT *, sequence AS place FROM revocations WHERE sequence > $1 ORDER BY sequence").bind(place)
    };
    let found = statement.fetch_all(connection).await?;
    let place = match found.last() {
        Some(row) => row.get("place")?,
        None => place,
    };
    let revocations = found.iter().filter_map(|row| revocation(row).transpose()).collect::<sqlx::Result<_>>()?;
    Ok(Followed { revocations, place })
}

/// `None` where a place was read and nothing beside it.
fn revocation(row: &Row) -> sqlx::Result<Option<Revocation>> {
    let session: Option<String> = row.get("session_id")?;
    session.map(|_| rows::revocation(row)).transpose()
}
