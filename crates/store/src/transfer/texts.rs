//! Texts with U+0000, which SQLite stores and PostgreSQL does not. The move rejects them before it copies a row: dropping the
//! character would change a username or a token.

use sqlx::{AssertSqlSafe, SqliteConnection};

use super::{
    MoveError,
    tables::{Kind, TABLES, Table},
};

/// Rejects a file that contains such a text.
pub(super) async fn check(source: &mut SqliteConnection) -> Result<(), MoveError> {
    for table in &TABLES {
        for (column, _) in table.columns().filter(|(_, kind)| *kind == Kind::Text) {
            check_column(source, table, column).await?;
        }
    }
    Ok(())
}

async fn check_column(
    source: &mut SqliteConnection,
    table: &'static Table,
    column: &'static str,
) -> Result<(), MoveError> {
    let (name, (key, _)) = (table.name, table.key);
    let sql = format!(
        "SELECT count(*), coalesce(quote(min({key})), '') FROM {name} WHERE instr(CAST({column} AS BLOB), x'00') > 0"
    );
    let found = sqlx::query_as(AssertSqlSafe(sql)).fetch_one(source).await;
    let (rows, first): (i64, String) = found.map_err(MoveError::Source)?;
    if rows == 0 {
        return Ok(());
    }
    let repair =
        format!("UPDATE {name} SET {column} = 'replaced-' || {key} WHERE instr(CAST({column} AS BLOB), x'00') > 0");
    Err(MoveError::Nul { table: name, column, key, first, rows, repair })
}
