//! A Django project's database, read and never written: the users of whatever table the project keeps
//! them in, and the tokens of Simple JWT's app `token_blacklist`.

mod connection;
mod tables;

use async_trait::async_trait;
use connection::{Connection, ForeignRow};
use hallpass_core::{
    id::{Jti, UserId},
    import::{ForeignToken, ForeignUser, Page, Source, SourceError},
};
use secrecy::SecretString;
use tables::Tables;

use super::{UrlError, fault::message};

/// Why a Django project's database cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum DjangoError {
    /// There is no file of that name.
    #[error("there is no database {0:?}; write the path of a SQLite file, or postgres://user@host/name")]
    NoFile(String),
    /// Its address begins with a word that is not known.
    #[error(
        "{0}:// is no kind of database that is read; write the path of a SQLite file, or postgres://user@host/name"
    )]
    UnknownKind(String),
    /// It is of a kind that is not read.
    #[error(
        "{0} databases are not read. Take the data over into a SQLite file first: in the Django project run \
         `python manage.py dumpdata auth token_blacklist --output accounts.json` (with the app of your own user \
         model, if you have one), point DATABASES at a new SQLite file, run `python manage.py migrate` and \
         `python manage.py loaddata accounts.json`, and import that file"
    )]
    OtherKind(&'static str),
    /// The URL of the PostgreSQL database is not understood.
    #[error("the URL of the Django database {0}")]
    Url(#[from] UrlError),
    /// It does not answer, or not as a database of Django's does.
    #[error("the Django database cannot be read: {}", message(.0))]
    Unreadable(#[from] sqlx::Error),
    /// There is no table of users.
    #[error("there is no table {table:?} with the users; {hint}")]
    NoUserTable {
        /// The one that was looked for.
        table: String,
        /// Which there are.
        hint: String,
    },
    /// The table lacks something.
    #[error("the table {table:?} has no column {column:?}{hint}")]
    NoColumn {
        /// Which table.
        table: String,
        /// What it lacks.
        column: String,
        /// What to do.
        hint: &'static str,
    },
    /// Users are not numbered.
    #[error("the users in {table:?} are known by {kind:?} and not by a whole number, as users are here")]
    NotNumbered {
        /// Which table.
        table: String,
        /// The type of its primary key.
        kind: String,
    },
}

/// Where the users are, if not where Django says.
#[derive(Clone, Debug, Default)]
pub struct UserTable {
    /// The table's name.
    pub name: Option<String>,
    /// The column that people sign in with.
    pub username: Option<String>,
}

/// An open one.
pub struct DjangoDatabase {
    connection: Connection,
    tables: Tables,
}

impl DjangoDatabase {
    /// Opens a SQLite file or a `postgres://` address for reading, and finds the tables.
    ///
    /// # Errors
    /// When it cannot be opened, or is no Django project's.
    pub async fn open(source: &str, users: UserTable) -> Result<Self, DjangoError> {
        let mut connection = Connection::open(source).await?;
        let tables = Tables::find(&mut connection, users).await?;
        Ok(Self { connection, tables })
    }

    /// The table that the users are read from.
    pub fn user_table(&self) -> &str {
        &self.tables.users.name
    }

    /// Whether the project keeps a list of its refresh tokens.
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
        tables::highest_number(&mut self.connection, &self.tables.users.name).await.map_err(source_error)
    }

    async fn newest_token(&mut self) -> Result<Option<SecretString>, SourceError> {
        match &self.tables.tokens {
            Some(tokens) => {
                let rows = self.connection.rows_after(&tokens.newest, i64::MIN, 1).await.map_err(source_error)?;
                let token = rows.first().map(|row| row.text("token")).transpose().map_err(source_error)?;
                Ok(token.map(SecretString::from))
            }
            None => Ok(None),
        }
    }
}

/// A row that cannot be read is told by its number, and the others are read all the same.
fn page<T>(rows: &[ForeignRow], limit: u16, read: fn(&ForeignRow) -> sqlx::Result<T>) -> sqlx::Result<Page<T>> {
    let mut page = Page { rows: Vec::with_capacity(rows.len()), next: None };
    for row in rows {
        let number = row.number("id")?;
        page.rows.push(read(row).map_err(|problem| format!("{number}: {problem}")));
        page.next = Some(number);
    }
    if rows.len() < usize::from(limit) {
        page.next = None;
    }
    Ok(page)
}

fn user(row: &ForeignRow) -> sqlx::Result<ForeignUser> {
    Ok(ForeignUser {
        id: UserId(row.number("id")?),
        username: row.text("username")?,
        email: row.text("email")?,
        password: row.text("password")?.into(),
        is_active: row.number("is_active")? != 0,
        is_staff: row.number("is_staff")? != 0,
        is_superuser: row.number("is_superuser")? != 0,
        date_joined: row.moment("date_joined")?,
        last_login: row.moment("last_login")?,
    })
}

fn token(row: &ForeignRow) -> sqlx::Result<ForeignToken> {
    let missing = || sqlx::Error::Decode("it does not say when it expires".into());
    let jti = row.text("jti")?;
    if jti.contains('\0') {
        return Err(sqlx::Error::Decode("its jti has a null character".into()));
    }
    Ok(ForeignToken {
        jti: Jti::from_text(jti),
        user: row.find_number("user_id")?.map(UserId),
        created_at: row.moment("created_at")?,
        expires_at: row.moment("expires_at")?.ok_or_else(missing)?,
        blacklisted_at: row.moment("blacklisted_at")?,
    })
}
