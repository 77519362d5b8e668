//! Writes that tell whether the database takes writes.

use crate::sql::{self, Connection};

/// Writes. Whether it has to be committed to tell.
///
/// In SQLite the row is written to the log, and the log to the disk, by the commit. In PostgreSQL a new row fills a page,
/// for which there has to be room in the file before anything is committed; it is rolled back, and vacuum frees the page.
pub(crate) async fn write(connection: &mut Connection<'_>) -> sqlx::Result<bool> {
    let write = sql::query_either(
        connection,
        "UPDATE write_probe SET writes = writes + 1",
        "INSERT INTO write_probe (filler) VALUES (repeat(' ', 8000))",
    );
    write.execute(connection).await?;
    Ok(!connection.is_shared())
}
