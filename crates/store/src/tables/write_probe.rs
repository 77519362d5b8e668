//! A write that shows whether the database accepts writes.

use crate::sql::{self, Connection};

/// Writes a row that nothing reads.
///
/// SQLite shows it when the transaction is committed and its log is synced. PostgreSQL shows it before: the row fills a
/// page, which needs space in the file. The row is rolled back, and vacuum frees the page.
pub(crate) async fn write(connection: &mut Connection<'_>) -> sqlx::Result<()> {
    if !connection.is_shared() {
        return sql::query("UPDATE write_probe SET writes = writes + 1").run(connection).await;
    }
    sql::begin_rehearsal(connection).await?;
    sql::query("INSERT INTO write_probe (filler) VALUES (repeat(' ', 8000))").run(connection).await?;
    sql::roll_back_rehearsal(connection).await
}
