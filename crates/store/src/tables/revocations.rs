//! Revocations, in an order in which servers on one database can follow them.

use hallpass_core::revocation::{Followed, Position, Revocation};

use super::rows;
use crate::sql::{self, Connection, Row};

/// Reads the revocations after a position, and the new position. On SQLite, a position is a sequence number. PostgreSQL does
/// not commit sequence numbers in order, so there a position is the oldest unfinished transaction, and a revocation may be
/// read twice.
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

/// `None` for the row that contains only the position.
fn revocation(row: &Row) -> sqlx::Result<Option<Revocation>> {
    let session: Option<String> = row.get("session_id")?;
    session.map(|_| rows::revocation(row)).transpose()
}
