//! A read-only connection to a Django database in SQLite or PostgreSQL.

use std::path::Path;

use hallpass_core::clock::Timestamp;
use sqlx::{
    ConnectOptions, PgConnection, Row as _, SqliteConnection, sqlite::SqliteConnectOptions, types::time::OffsetDateTime,
};

use super::DjangoError;
use crate::{
    PostgresDatabase,
    sql::{self, Row, Statement},
};

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

    /// Queries the database catalogue about `subject`, and reads the rows.
    pub(super) async fn catalogue<T>(
        &mut self,
        question: &Query,
        subject: &str,
        read: impl FnMut(&Row) -> sqlx::Result<T>,
    ) -> sqlx::Result<Vec<T>> {
        let mut connection = self.statements();
        let statement = sql::query_either(&connection, question.sqlite, question.postgres);
        statement.bind(subject).list(&mut connection, read).await
    }

    /// Reads up to `limit` rows after an id. `select` was assembled from quoted names.
    pub(super) async fn rows_after(&mut self, select: &str, after: i64, limit: u16) -> sqlx::Result<Vec<Row>> {
        let values = vec![after.into(), u32::from(limit).into()];
        Statement::assembled(select.to_owned(), values).fetch_all(&mut self.statements()).await
    }

    fn statements(&mut self) -> sql::Connection<'_> {
        match self {
            Self::Sqlite(connection) => sql::Connection::sqlite(connection),
            Self::Postgres(connection) => sql::Connection::postgres(connection),
        }
    }

    /// The SQL of a timestamp for [`timestamp`]: text in SQLite, and milliseconds in PostgreSQL, where a timestamp
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

/// Reads a timestamp or NULL. In SQLite, Django stores UTC without a time zone.
pub(super) fn timestamp(row: &Row, column: &str) -> sqlx::Result<Option<Timestamp>> {
    let Row::Sqlite(row) = row else { return row.get(column) };
    let time: Option<OffsetDateTime> = row.try_get_unchecked(column)?;
    let millis = time.map(|time| i64::try_from(time.unix_timestamp_nanos().div_euclid(1_000_000)));
    let millis = millis.transpose().map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(millis.map(Timestamp::from_millis))
}
