//! A read-only connection to a Django database in SQLite or PostgreSQL.

use std::path::Path;

use hallpass_core::clock::Timestamp;
use sqlx::{
    AssertSqlSafe, ConnectOptions, PgConnection, Row, SqliteConnection,
    postgres::PgRow,
    sqlite::{SqliteConnectOptions, SqliteRow},
    types::time::OffsetDateTime,
};

use super::DjangoError;
use crate::PostgresDatabase;

/// The schemes of PostgreSQL URLs, as libpq and Django's tools write them.
const POSTGRES: [&str; 3] = ["postgres", "postgresql", "postgis"];

/// Databases that Django supports and the import does not.
const OTHERS: [(&str, &str); 4] =
    [("mysql", "MySQL"), ("mysqlgis", "MySQL"), ("mariadb", "MariaDB"), ("oracle", "Oracle")];

/// An open database.
pub(super) enum Connection {
    /// A SQLite file.
    Sqlite(SqliteConnection),
    /// A PostgreSQL server, in a read-only transaction that sees one snapshot.
    Postgres(PgConnection),
}

/// A row of either database.
pub(super) enum ForeignRow {
    /// A row of SQLite.
    Sqlite(SqliteRow),
    /// A row of PostgreSQL.
    Postgres(PgRow),
}

/// The same query for both databases.
pub(super) struct Query {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
}

impl Connection {
    /// Opens a file or a URL.
    pub(super) async fn open(source: &str) -> Result<Self, DjangoError> {
        let scheme = source.split_once("://").map(|(scheme, _)| scheme);
        match scheme {
            Some(scheme) if POSTGRES.contains(&scheme) => Self::open_postgres(source, scheme).await,
            Some(scheme) => match OTHERS.iter().find(|(other, _)| *other == scheme) {
                Some((_, name)) => Err(DjangoError::OtherKind(name)),
                None if scheme == "sqlite" => Self::open_sqlite(source).await,
                // The rest of a URL may contain a password, so it is not shown.
                None => Err(DjangoError::UnknownKind(scheme.to_owned())),
            },
            None => Self::open_sqlite(source).await,
        }
    }

    async fn open_sqlite(source: &str) -> Result<Self, DjangoError> {
        let path = source.strip_prefix("sqlite:").map_or(source, |path| path.strip_prefix("//").unwrap_or(path));
        if !Path::new(path).is_file() {
            return Err(DjangoError::NoFile(path.to_owned()));
        }
        let options = SqliteConnectOptions::new().filename(path).read_only(true).disable_statement_logging();
        Ok(Self::Sqlite(options.connect().await?))
    }

    async fn open_postgres(source: &str, scheme: &str) -> Result<Self, DjangoError> {
        let database: PostgresDatabase = source.replacen(scheme, "postgres", 1).parse()?;
        let mut connection = database.options().clone().disable_statement_logging().connect().await?;
        sqlx::query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY").execute(&mut connection).await?;
        Ok(Self::Postgres(connection))
    }

    /// Queries the database catalogue about `subject`.
    pub(super) async fn catalogue(&mut self, question: &Query, subject: &str) -> sqlx::Result<Vec<ForeignRow>> {
        match self {
            Self::Sqlite(connection) => {
                let rows = sqlx::query(question.sqlite).bind(subject).fetch_all(connection).await?;
                Ok(rows.into_iter().map(ForeignRow::Sqlite).collect())
            }
            Self::Postgres(connection) => {
                let rows = sqlx::query(question.postgres).bind(subject).fetch_all(connection).await?;
                Ok(rows.into_iter().map(ForeignRow::Postgres).collect())
            }
        }
    }

    /// Reads up to `limit` rows after an id. `select` was assembled from quoted names.
    pub(super) async fn rows_after(&mut self, select: &str, after: i64, limit: u16) -> sqlx::Result<Vec<ForeignRow>> {
        let (select, limit) = (AssertSqlSafe(select.to_owned()), i64::from(limit));
        match self {
            Self::Sqlite(connection) => {
                let rows = sqlx::query(select).bind(after).bind(limit).fetch_all(connection).await?;
                Ok(rows.into_iter().map(ForeignRow::Sqlite).collect())
            }
            Self::Postgres(connection) => {
                let rows = sqlx::query(select).bind(after).bind(limit).fetch_all(connection).await?;
                Ok(rows.into_iter().map(ForeignRow::Postgres).collect())
            }
        }
    }

    /// The SQL of a timestamp for [`ForeignRow::timestamp`]: text in SQLite, and milliseconds in PostgreSQL, where a timestamp
    /// may be infinite.
    pub(super) fn timestamp_of(&self, column: &str) -> String {
        match self {
            Self::Sqlite(_) => column.to_owned(),
            Self::Postgres(_) => format!(
                "CASE WHEN isfinite({column})
                 THEN CAST(EXTRACT(EPOCH FROM date_trunc('milliseconds', {column})) * 1000 AS bigint) END"
            ),
        }
    }
}

impl ForeignRow {
    /// Reads an integer.
    pub(super) fn number(&self, column: &str) -> sqlx::Result<i64> {
        match self {
            Self::Sqlite(row) => row.try_get_unchecked(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    /// Reads an integer or NULL.
    pub(super) fn find_number(&self, column: &str) -> sqlx::Result<Option<i64>> {
        match self {
            Self::Sqlite(row) => row.try_get_unchecked(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    /// Reads a text.
    pub(super) fn text(&self, column: &str) -> sqlx::Result<String> {
        match self {
            Self::Sqlite(row) => row.try_get_unchecked(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    /// Reads a timestamp or NULL. In SQLite, Django stores UTC without a time zone.
    pub(super) fn timestamp(&self, column: &str) -> sqlx::Result<Option<Timestamp>> {
        let millis = match self {
            Self::Sqlite(row) => {
                let time: Option<OffsetDateTime> = row.try_get_unchecked(column)?;
                let millis = time.map(|time| i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)));
                millis.transpose().map_err(|error| sqlx::Error::Decode(error.into()))?
            }
            Self::Postgres(row) => row.try_get(column)?,
        };
        Ok(millis.map(Timestamp::from_millis))
    }
}
