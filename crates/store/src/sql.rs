//! Statements for both databases. The tables are the same, and so are nearly all statements: literals with parameters `$1`,
//! `$2`, …, and values of three types. Where the databases differ, the code asks which one it is.
//!
//! `sqlx::Any` does not replace this layer, which also chooses between named and unnamed statements (for poolers), binds
//! text with a NUL as NULL on PostgreSQL, and collects the sessions that a transaction revokes.

mod row;
mod value;

use hallpass_core::revocation::Revocation;
use serde::Serialize;
use sqlx::{
    AssertSqlSafe, Database, PgConnection, Postgres, SqlSafeStr, SqlStr, Sqlite, SqliteConnection, query::Query,
};

pub(super) use row::{Readable, Row};
pub(super) use value::Value;

/// A connection for one piece of work, with the sessions that the work has revoked.
pub(super) struct Connection<'c> {
    database: Handle<'c>,
    revoked: Vec<Revocation>,
}

enum Handle<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection, Statements),
}

/// The way in which statements are prepared on PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statements {
    /// By name, once per connection.
    Named,
    /// Without a name, for each execution: a pooler may give the next transaction another session.
    Unnamed,
}

impl<'c> Connection<'c> {
    /// A connection to a SQLite file, which has no other writer.
    pub(super) const fn sqlite(connection: &'c mut SqliteConnection) -> Self {
        Self { database: Handle::Sqlite(connection), revoked: Vec::new() }
    }

    /// A connection to PostgreSQL, where others write at the same time.
    pub(super) const fn postgres(connection: &'c mut PgConnection) -> Self {
        Self::prepared(connection, Statements::Named)
    }

    /// A connection to PostgreSQL with statements that are prepared in this way.
    pub(super) const fn prepared(connection: &'c mut PgConnection, statements: Statements) -> Self {
        Self { database: Handle::Postgres(connection, statements), revoked: Vec::new() }
    }

    /// Whether others write at the same time, so that a row must be locked before its content can be relied on.
    pub(super) const fn is_shared(&self) -> bool {
        match self.database {
            Handle::Sqlite(_) => false,
            Handle::Postgres(..) => true,
        }
    }

    /// Records sessions that the transaction revokes. The commit adds them to the set of revoked sessions.
    pub(super) fn note_revoked(&mut self, revoked: impl IntoIterator<Item = Revocation>) {
        self.revoked.extend(revoked);
    }

    /// The sessions that the transaction revoked.
    pub(super) fn into_revoked(self) -> Vec<Revocation> {
        self.revoked
    }
}

/// A statement and its values.
pub(super) struct Statement<'v> {
    sql: SqlStr,
    values: Vec<Value<'v>>,
}

/// A statement that is the same for both databases.
pub(super) fn query<'v>(sql: &'static str) -> Statement<'v> {
    Statement { sql: sql.into_sql_str(), values: Vec::new() }
}

/// The statement for the connection's database, where the two differ.
pub(super) fn query_either<'v>(
    connection: &Connection<'_>,
    sqlite: &'static str,
    postgres: &'static str,
) -> Statement<'v> {
    query(if connection.is_shared() { postgres } else { sqlite })
}

/// A statement on a list, its first value, which both databases expand from JSON. The statement names the list `TEXTS` or
/// `NUMBERS` as the values of a subquery, and `ROWS` as a table with the column `value`.
pub(super) fn query_list<'v, T: Serialize>(
    connection: &Connection<'_>,
    sql: &'static str,
    list: impl IntoIterator<Item = T>,
) -> sqlx::Result<Statement<'v>> {
    let [texts, numbers, rows] = if connection.is_shared() {
        [
            "SELECT value FROM json_array_elements_text(CAST($1 AS json))",
            "SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST($1 AS json))",
            "json_array_elements(CAST($1 AS json))",
        ]
    } else {
        ["SELECT value FROM json_each($1)", "SELECT value FROM json_each($1)", "json_each($1)"]
    };
    let list = json(&list.into_iter().collect::<Vec<_>>())?;
    let sql = sql.replace("TEXTS", texts).replace("NUMBERS", numbers).replace("ROWS", rows);
    Ok(Statement::assembled(sql, vec![list.into()]))
}

/// Begins a part of the transaction that [`roll_back_rehearsal`] undoes.
pub(super) async fn begin_rehearsal(connection: &mut Connection<'_>) -> sqlx::Result<()> {
    query("SAVEPOINT rehearsal").run(connection).await
}

/// Undoes everything since [`begin_rehearsal`].
pub(super) async fn roll_back_rehearsal(connection: &mut Connection<'_>) -> sqlx::Result<()> {
    query("ROLLBACK TO rehearsal").run(connection).await?;
    query("RELEASE rehearsal").run(connection).await
}

/// A value as JSON.
pub(super) fn json(values: &(impl Serialize + ?Sized)) -> sqlx::Result<String> {
    serde_json::to_string(values).map_err(|error| sqlx::Error::Encode(error.into()))
}

impl<'v> Statement<'v> {
    /// A statement that was assembled from literals.
    pub(super) fn assembled(sql: String, values: Vec<Value<'v>>) -> Self {
        Self { sql: AssertSqlSafe(sql).into_sql_str(), values }
    }

    /// Adds the value of the next parameter.
    pub(super) fn bind(mut self, value: impl Into<Value<'v>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs the statement and returns the number of written rows.
    pub(super) async fn execute(self, connection: &mut Connection<'_>) -> sqlx::Result<u64> {
        match &mut connection.database {
            Handle::Sqlite(c) => self.sqlite().execute(&mut **c).await.map(|done| done.rows_affected()),
            Handle::Postgres(c, statements) => {
                self.postgres(*statements).execute(&mut **c).await.map(|done| done.rows_affected())
            }
        }
    }

    /// Runs the statement.
    pub(super) async fn run(self, connection: &mut Connection<'_>) -> sqlx::Result<()> {
        self.execute(connection).await.map(drop)
    }

    /// Runs the statement, which must write this number of rows.
    ///
    /// # Errors
    /// `RowNotFound` if another number was written: a row changed since it was read. The caller rolls back and tries again.
    pub(super) async fn run_on(self, connection: &mut Connection<'_>, rows: usize) -> sqlx::Result<()> {
        let is_written = u64::try_from(rows) == Ok(self.execute(connection).await?);
        is_written.then_some(()).ok_or(sqlx::Error::RowNotFound)
    }

    /// Runs the statement and reads the first row, if any.
    pub(super) async fn find<T>(
        self,
        connection: &mut Connection<'_>,
        read: impl FnOnce(&Row) -> sqlx::Result<T>,
    ) -> sqlx::Result<Option<T>> {
        self.fetch_optional(connection).await?.as_ref().map(read).transpose()
    }

    /// Runs the statement and reads all rows.
    pub(super) async fn list<T, C: FromIterator<T>>(
        self,
        connection: &mut Connection<'_>,
        read: impl FnMut(&Row) -> sqlx::Result<T>,
    ) -> sqlx::Result<C> {
        self.fetch_all(connection).await?.iter().map(read).collect()
    }

    /// Runs the statement and returns the first row, if any.
    pub(super) async fn fetch_optional(self, connection: &mut Connection<'_>) -> sqlx::Result<Option<Row>> {
        match &mut connection.database {
            Handle::Sqlite(c) => self.sqlite().fetch_optional(&mut **c).await.map(|row| row.map(Row::Sqlite)),
            Handle::Postgres(c, statements) => {
                self.postgres(*statements).fetch_optional(&mut **c).await.map(|row| row.map(Row::Postgres))
            }
        }
    }

    /// Runs the statement and returns all rows.
    pub(super) async fn fetch_all(self, connection: &mut Connection<'_>) -> sqlx::Result<Vec<Row>> {
        match &mut connection.database {
            Handle::Sqlite(c) => {
                let rows = self.sqlite().fetch_all(&mut **c).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Handle::Postgres(c, statements) => {
                let rows = self.postgres(*statements).fetch_all(&mut **c).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Runs the statement and returns the value of its single row.
    pub(super) async fn fetch_value<T: Readable>(self, connection: &mut Connection<'_>) -> sqlx::Result<T> {
        self.fetch_optional(connection).await?.ok_or(sqlx::Error::RowNotFound)?.get(0)
    }

    fn sqlite(self) -> Query<'static, Sqlite, <Sqlite as Database>::Arguments> {
        self.values.into_iter().fold(sqlx::query(self.sql), |query, value| match value {
            Value::Bool(value) => query.bind(value),
            Value::Number(value) => query.bind(value),
            Value::Text(value) => query.bind(value.as_deref()),
        })
    }

    fn postgres(self, statements: Statements) -> Query<'static, Postgres, <Postgres as Database>::Arguments> {
        let query = sqlx::query(self.sql).persistent(statements == Statements::Named);
        self.values.into_iter().fold(query, |query, value| match value {
            Value::Bool(value) => query.bind(value),
            Value::Number(value) => query.bind(value),
            // PostgreSQL stores no text with a NUL, so such a text equals none.
            Value::Text(value) => query.bind(value.as_deref().filter(|text| !text.contains('\0'))),
        })
    }
}
