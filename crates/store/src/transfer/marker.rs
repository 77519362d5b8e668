//! The marker of a SQLite file that was moved to another database. The transaction that closes the file writes it, with a
//! trigger for each kind of write to each table. After this commit no process can change the file, not even one that had it
//! open, or an earlier version. A file without a marker has no triggers, so normal writes cost nothing.

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

/// The marker of a closed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    /// The URL of the other database, without secrets.
    pub(crate) to: String,
    /// The id of the move, which the other database stores too.
    pub(super) move_id: String,
}

const WRITES: [&str; 3] = ["INSERT", "UPDATE", "DELETE"];

/// Selects the tables to close. Names that begin with `sqlite_` belong to SQLite.
const TABLES: &str = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> 'hallpass_moved'";

/// Finds the marker of a file.
pub(crate) async fn find(connection: &mut SqliteConnection) -> sqlx::Result<Option<Marker>> {
    let is_there: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'hallpass_moved')")
            .fetch_one(&mut *connection)
            .await?;
    if !is_there {
        return Ok(None);
    }
    let row: Option<(String, String)> =
        sqlx::query_as("SELECT target, move_id FROM hallpass_moved").fetch_optional(connection).await?;
    Ok(row.map(|(to, move_id)| Marker { to, move_id }))
}

impl Marker {
    /// Closes the file in the open transaction of the connection.
    pub(super) async fn set(&self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        let tables: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut *connection).await?;
        for (table, write) in tables.iter().flat_map(|table| WRITES.map(|write| (table, write))) {
            let sql = self.trigger(table, write);
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *connection).await?;
        }
        let create = "CREATE TABLE hallpass_moved (target TEXT NOT NULL, move_id TEXT NOT NULL) STRICT";
        sqlx::query(create).execute(&mut *connection).await?;
        let insert = sqlx::query("INSERT INTO hallpass_moved (target, move_id) VALUES ($1, $2)");
        insert.bind(&self.to).bind(&self.move_id).execute(connection).await.map(drop)
    }

    fn trigger(&self, table: &str, write: &str) -> String {
        let said = format!("this database was moved to {}; stop this server and use the new database", self.to);
        format!(
            "CREATE TRIGGER {} BEFORE {write} ON {} BEGIN SELECT RAISE(ABORT, {}); END",
            name(&trigger_name(table, write)),
            name(table),
            text(&said)
        )
    }
}

/// Removes the marker, so that the file accepts writes again.
pub(super) async fn lift(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let tables: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut *transaction).await?;
    for (table, write) in tables.iter().flat_map(|table| WRITES.map(|write| (table, write))) {
        let sql = format!("DROP TRIGGER IF EXISTS {}", name(&trigger_name(table, write)));
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *transaction).await?;
    }
    sqlx::query("DROP TABLE IF EXISTS hallpass_moved").execute(&mut *transaction).await?;
    transaction.commit().await
}

fn trigger_name(table: &str, write: &str) -> String {
    format!("hallpass_moved_{table}_{}", write.to_lowercase())
}

/// Quotes a name for SQL.
fn name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quotes a text for SQL.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};

    use super::{Marker, TABLES, find, lift};
    use crate::migrations;

    async fn database() -> SqliteConnection {
        let mut database = SqliteConnection::connect("sqlite::memory:").await.expect("a database");
        migrations::sqlite().run(&mut database).await.expect("the tables");
        database
    }

    fn marker() -> Marker {
        Marker { to: "postgres://o'neill@db.example/hallpass".to_owned(), move_id: "a move".to_owned() }
    }

    #[tokio::test]
    async fn a_marked_file_rejects_inserts_into_every_table() {
        let mut database = database().await;
        let tables: Vec<String> = sqlx::query_scalar(TABLES).fetch_all(&mut database).await.expect("the tables");
        assert!(tables.len() > 5, "{tables:?}");
        marker().set(&mut database).await.expect("the marker");
        for table in &tables {
            let insert = AssertSqlSafe(format!("INSERT INTO {table} DEFAULT VALUES"));
            let refused = database.execute(insert).await.expect_err(table).to_string();
            assert!(refused.contains("was moved to postgres://o'neill@db.example/hallpass"), "{table}: {refused}");
        }
        assert_eq!(find(&mut database).await.expect("an answer"), Some(marker()));
    }

    #[tokio::test]
    async fn a_marked_file_rejects_updates_and_deletes_until_the_marker_is_removed() {
        let mut database = database().await;
        let insert = "INSERT INTO revocations (session_id, at, why, until) VALUES ('a', 1, 'signed_out', 2)";
        database.execute(insert).await.expect("a row");
        marker().set(&mut database).await.expect("the marker");
        for change in ["UPDATE revocations SET at = 2", "DELETE FROM revocations"] {
            assert!(database.execute(change).await.is_err(), "{change}");
            assert!(database.execute(change).await.is_err(), "{change}, prepared before");
        }
        lift(&mut database).await.expect("no marker");
        assert_eq!(find(&mut database).await.expect("an answer"), None);
        database.execute("DELETE FROM revocations").await.expect("a write");
        let left = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'hallpass_moved%'";
        let left: i64 = sqlx::query_scalar(left).fetch_one(&mut database).await.expect("a count");
        assert_eq!(left, 0, "nothing of it is left");
    }
}
