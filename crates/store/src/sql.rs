//! One way to speak to both databases. The tables are the same in both, and so are nearly all statements:
//! literals with places `$1`, `$2`, …, and values of three kinds. Nothing is translated; where the two
//! differ, the code asks which it is.

use std::borrow::Cow;

use hallpass_core::{
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    revocation::Revocation,
};
use serde::Serialize;
use sqlx::{
    AssertSqlSafe, Database, Decode, PgConnection, Postgres, Row as _, SqlSafeStr, SqlStr, Sqlite, SqliteConnection,
    Type, postgres::PgRow, query::Query, sqlite::SqliteRow,
};

/// A connection that a piece of work has for itself, and the sessions that the work has ended.
pub(super) struct Connection<'c> {
    database: Handle<'c>,
    revoked: Vec<Revocation>,
}

enum Handle<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection, Statements),
}

/// How statements are prepared on a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statements {
    /// By name, once for each connection.
    Named,
    /// Each time anew: a pooler may give the next transaction another session.
    Unnamed,
}

impl<'c> Connection<'c> {
    /// To a file, of which this is the only writer.
    pub(super) const fn sqlite(connection: &'c mut SqliteConnection) -> Self {
        Self { database: Handle::Sqlite(connection), revoked: Vec::new() }
    }

    /// To a server, where others write at the same time.
    pub(super) const fn postgres(connection: &'c mut PgConnection) -> Self {
        Self::prepared(connection, Statements::Named)
    }

    /// The same, with statements that are prepared in this way.
    pub(super) const fn prepared(connection: &'c mut PgConnection, statements: Statements) -> Self {
        Self { database: Handle::Postgres(connection, statements), revoked: Vec::new() }
    }

    /// Whether others write at the same time, so that a row has to be locked before what is read of it can
    /// be relied on.
    pub(super) const fn is_shared(&self) -> bool {
        match self.database {
            Handle::Sqlite(_) => false,
            Handle::Postgres(..) => true,
        }
    }

    /// Notes sessions that the transaction ends. Whoever commits it adds them to the set of revoked sessions.
    pub(super) fn note_revoked(&mut self, revoked: impl IntoIterator<Item = Revocation>) {
        self.revoked.extend(revoked);
    }

    /// The sessions that were noted.
    pub(super) fn into_revoked(self) -> Vec<Revocation> {
        self.revoked
    }
}

/// A value for a place in a statement.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'v> {
    Bool(bool),
    Number(Option<i64>),
    Text(Option<Cow<'v, str>>),
}

/// A statement and its values.
pub(super) struct Statement<'v> {
    sql: SqlStr,
    values: Vec<Value<'v>>,
}

/// A statement as it stands in the code.
pub(super) fn query<'v>(sql: &'static str) -> Statement<'v> {
    Statement { sql: sql.into_sql_str(), values: Vec::new() }
}

/// The statement for the database that the connection leads to, where the two differ.
pub(super) fn query_either<'v>(
    connection: &Connection<'_>,
    sqlite: &'static str,
    postgres: &'static str,
) -> Statement<'v> {
    query(if connection.is_shared() { postgres } else { sqlite })
}

/// Many values as one: both databases take JSON apart.
pub(super) fn json(values: &(impl Serialize + ?Sized)) -> sqlx::Result<String> {
    serde_json::to_string(values).map_err(|error| sqlx::Error::Encode(error.into()))
}

impl<'v> Statement<'v> {
    /// A statement that was put together from literals, as [`Builder`](super::tables::paged) does.
    pub(super) fn assembled(sql: String, values: Vec<Value<'v>>) -> Self {
        Self { sql: AssertSqlSafe(sql).into_sql_str(), values }
    }

    /// The value of the next place.
    pub(super) fn bind(mut self, value: impl Into<Value<'v>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs it. How many rows it wrote.
    pub(super) async fn execute(self, connection: &mut Connection<'_>) -> sqlx::Result<u64> {
        match &mut connection.database {
            Handle::Sqlite(c) => self.sqlite().execute(&mut **c).await.map(|done| done.rows_affected()),
            Handle::Postgres(c, statements) => {
                self.postgres(*statements).execute(&mut **c).await.map(|done| done.rows_affected())
            }
        }
    }

    /// The row, if there is one.
    pub(super) async fn fetch_optional(self, connection: &mut Connection<'_>) -> sqlx::Result<Option<Row>> {
        match &mut connection.database {
            Handle::Sqlite(c) => self.sqlite().fetch_optional(&mut **c).await.map(|row| row.map(Row::Sqlite)),
            Handle::Postgres(c, statements) => {
                self.postgres(*statements).fetch_optional(&mut **c).await.map(|row| row.map(Row::Postgres))
            }
        }
    }

    /// The rows.
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

    /// The one value of the one row.
    pub(super) async fn fetch_value<T: Readable>(self, connection: &mut Connection<'_>) -> sqlx::Result<T> {
        let row = self.fetch_optional(connection).await?.ok_or(sqlx::Error::RowNotFound)?;
        match row {
            Row::Sqlite(row) => row.try_get(0),
            Row::Postgres(row) => row.try_get(0),
        }
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
            // No text of PostgreSQL has a NUL in it: one that does is equal to none.
            Value::Text(value) => query.bind(value.as_deref().filter(|text| !text.contains('\0'))),
        })
    }
}

/// What can be read from a column of either database.
pub(super) trait Readable:
    for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{
}

impl<T> Readable for T where T: for<'r> Decode<'r, Sqlite> + Type<Sqlite> + for<'r> Decode<'r, Postgres> + Type<Postgres>
{}

/// A row of either database.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The value in a column.
    pub(super) fn get<T: Readable>(&self, column: &str) -> sqlx::Result<T> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Some(text.into()))
    }
}

impl<'v> From<&'v String> for Value<'v> {
    fn from(text: &'v String) -> Self {
        text.as_str().into()
    }
}

impl<'v> From<Option<&'v str>> for Value<'v> {
    fn from(text: Option<&'v str>) -> Self {
        Self::Text(text.map(Cow::from))
    }
}

impl<'v> From<&'v Option<String>> for Value<'v> {
    fn from(text: &'v Option<String>) -> Self {
        text.as_deref().into()
    }
}

impl From<Option<String>> for Value<'_> {
    fn from(text: Option<String>) -> Self {
        Self::Text(text.map(Cow::from))
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        i64::from(number).into()
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(time: Timestamp) -> Self {
        time.millis().into()
    }
}

impl From<Option<Timestamp>> for Value<'_> {
    fn from(time: Option<Timestamp>) -> Self {
        Self::Number(time.map(Timestamp::millis))
    }
}

impl From<UserId> for Value<'_> {
    fn from(user: UserId) -> Self {
        user.0.into()
    }
}

impl From<Option<UserId>> for Value<'_> {
    fn from(user: Option<UserId>) -> Self {
        Self::Number(user.map(|user| user.0))
    }
}

impl From<SessionId> for Value<'_> {
    fn from(session: SessionId) -> Self {
        session.to_string().into()
    }
}

impl From<Option<SessionId>> for Value<'_> {
    fn from(session: Option<SessionId>) -> Self {
        session.map(|session| session.to_string()).into()
    }
}

impl<'v> From<&'v Jti> for Value<'v> {
    fn from(jti: &'v Jti) -> Self {
        jti.as_str().into()
    }
}
