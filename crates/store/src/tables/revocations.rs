//! Ended sessions, in an order in which servers on one database can follow them.

use hallpass_core::revocation::{Followed, Position, Revocation};

use super::rows;
use crate::sql::{self, Connection, Row};

/// What was written after a position. With one writer, it is a number of the sequence. With several, numbers are not
/// committed in their order; there it is the oldest transaction that was not finished when the position was read, and
/// what is read twice does no harm. Either is told also when nothing was written since.
pub(crate) async fn after(connection: &mut Connection<'_>, number: i64) -> sqlx::Result<Followed> {
    let statement = if connection.is_shared() {
        sql::query(
            "SELECT session_id, at, why, by, until, now.position FROM
                 (SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint) AS position) AS now
             LEFT JOIN revocations ON revocations.written_in >= CAST(CAST($1 AS text) AS xid8)",
        )
        .bind(number.to_string())
    } else {
        sql::query(
            "SELECT revocations.*, now.position FROM
                 (SELECT coalesce(max(seq), 0) AS position FROM sqlite_sequence WHERE name = 'revocations') AS now
             LEFT JOIN revocations ON revocations.sequence > $1",
        )
        .bind(number)
    };
    let found = statement.fetch_all(connection).await?;
    let number = found.last().ok_or(sqlx::Error::RowNotFound)?.get("position")?;
    let revocations = found.iter().filter_map(|row| revocation(row).transpose()).collect::<sqlx::Result<_>>()?;
    Ok(Followed { revocations, position: Position { history: None, number } })
}

/// `None` where the position was read and nothing beside it.
fn revocation(row: &Row) -> sqlx::Result<Option<Revocation>> {
    let session: Option<String> = row.get("session_id")?;
    session.map(|_| rows::revocation(row)).transpose()
}
