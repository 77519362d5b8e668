//! Reads the database of a Django project: its users, and the tokens of Simple JWT's app `token_blacklist`. Nothing is
//! written.

mod connection;
mod tables;

use async_trait::async_trait;
use connection::{Connection, timestamp};
use hallpass_core::{
    id::Jti,
    import::{ForeignToken, ForeignUser, Page, Source, SourceError},
};
use secrecy::SecretString;
use tables::Tables;

use super::{UrlError, error::message, sql::Row};

/// The reason the database of a Django project cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum DjangoError {
    /// The file does not exist.
    #[error("the file {0:?} does not exist; write the path of a SQLite file, or postgres://user@host/name")]
    NoFile(String),
    /// The URL has an unknown scheme.
    #[error("{0}:// is not a supported database; write the path of a SQLite file, or postgres://user@host/name")]
    UnknownKind(String),
    /// The database is of an unsupported kind.
    #[error(
        "{0} databases are not supported. Copy the data to a SQLite file first: in the Django project run \
         `python manage.py dumpdata auth token_blacklist --output accounts.json` (with the app of your own user \
         model, if you have one), point DATABASES at a new SQLite file, run `python manage.py migrate` and \
         `python manage.py loaddata accounts.json`, and import that file"
    )]
    OtherKind(&'static str),
    /// The URL of the PostgreSQL database is invalid.
    #[error("the URL of the Django database {0}")]
    Url(#[from] UrlError),
    /// The database does not answer, or is not a Django database.
    #[error("the Django database cannot be read: {}", message(.0))]
    Unreadable(#[from] sqlx::Error),
    /// The table of users does not exist.
    #[error("the table of users {table:?} does not exist; {hint}")]
    NoUserTable {
        /// The name of the table.
        table: String,
        /// The tables that exist.
        hint: String,
    },
    /// The table lacks a column.
    #[error("the table {table:?} has no column {column:?}{hint}")]
    NoColumn {
        /// The name of the table.
        table: String,
        /// The missing column.
        column: String,
        /// The advice.
        hint: &'static str,
    },
    /// The primary key is not an integer.
    #[error("the primary key of {table:?} has the type {kind:?}; only integer keys can be imported")]
    NoIntegerKey {
        /// The name of the table.
        table: String,
        /// The type of the primary key.
        kind: String,
    },
}

/// The table of users, if it is not the one that Django records.
#[derive(Clone, Debug, Default)]
pub struct UserTable {
    /// The name of the table.
    pub name: Option<String>,
    /// The column of the name that users sign in with.
    pub username: Option<String>,
}

/// An open database of a Django project.
pub struct DjangoDatabase {
    connection: Connection,
    tables: Tables,
}

impl DjangoDatabase {
    /// Opens a SQLite file or a `postgres://` URL for reading, and finds the tables.
    ///
    /// # Errors
    /// [`DjangoError`] when it cannot be opened, or is not a Django database.
    pub async fn open(source: &str, users: UserTable) -> Result<Self, DjangoError> {
        let mut connection = Connection::open(source).await?;
        let tables = Tables::find(&mut connection, users).await?;
        Ok(Self { connection, tables })
    }

    /// The name of the table of users.
    pub fn user_table(&self) -> &str {
        &self.tables.users.name
    }

    /// Whether the project uses `token_blacklist`.
    pub fn has_tokens(&self) -> bool {
        self.tables.tokens.is_some()
    }
}

fn source_error(error: sqlx::Error) -> SourceError {
    SourceError(Box::new(error))
}

#[async_trait]
impl Source for DjangoDatabase {
    async fn users(&mut self, after: i64, limit: u16) -> Result<Page<ForeignUser>, SourceError> {
        let rows = self.connection.rows_after(&self.tables.users.select, after, limit).await.map_err(source_error)?;
        page(&rows, limit, user).map_err(source_error)
    }

    async fn tokens(&mut self, after: i64, limit: u16) -> Result<Page<ForeignToken>, SourceError> {
        match &self.tables.tokens {
            Some(tokens) => {
                let rows = self.connection.rows_after(&tokens.select, after, limit).await.map_err(source_error)?;
                page(&rows, limit, token).map_err(source_error)
            }
            None => Ok(Page { rows: Vec::new(), next: None }),
        }
    }

    async fn highest_user_id(&mut self) -> Result<Option<i64>, SourceError> {
        tables::highest_id(&mut self.connection, &self.tables.users.name).await.map_err(source_error)
    }

    async fn newest_token(&mut self) -> Result<Option<SecretString>, SourceError> {
        match &self.tables.tokens {
            Some(tokens) => {
                let rows = self.connection.rows_after(&tokens.newest, i64::MIN, 1).await.map_err(source_error)?;
                rows.first().map(|row| row.get("token")).transpose().map_err(source_error)
            }
            None => Ok(None),
        }
    }
}

/// Reads a page of rows. A row that cannot be read is reported with its id and does not affect the others.
fn page<T>(rows: &[Row], limit: u16, read: fn(&Row) -> sqlx::Result<T>) -> sqlx::Result<Page<T>> {
    let mut page = Page { rows: Vec::with_capacity(rows.len()), next: None };
    for row in rows {
        let number: i64 = row.get("id")?;
        page.rows.push(read(row).map_err(|problem| format!("{number}: {problem}")));
        page.next = Some(number);
    }
    if rows.len() < usize::from(limit) {
        page.next = None;
    }
    Ok(page)
}

fn user(row: &Row) -> sqlx::Result<ForeignUser> {
    let is_set = |column: &str| row.get::<i64>(column).map(|flag| flag != 0);
    Ok(ForeignUser {
        id: row.get("id")?,
        username: row.get("username")?,
        email: row.get("email")?,
        password: row.get("password")?,
        is_active: is_set("is_active")?,
        is_staff: is_set("is_staff")?,
        is_superuser: is_set("is_superuser")?,
        date_joined: timestamp(row, "date_joined")?,
        last_login: timestamp(row, "last_login")?,
    })
}

fn token(row: &Row) -> sqlx::Result<ForeignToken> {
    let missing = || sqlx::Error::Decode("it has no expiry".into());
    let jti: Jti = row.get("jti")?;
    if jti.as_str().contains('\0') {
        return Err(sqlx::Error::Decode("its jti contains a NUL".into()));
    }
    Ok(ForeignToken {
        jti,
        user: row.get("user_id")?,
        created_at: timestamp(row, "created_at")?,
        expires_at: timestamp(row, "expires_at")?.ok_or_else(missing)?,
        blacklisted_at: timestamp(row, "blacklisted_at")?,
    })
}
