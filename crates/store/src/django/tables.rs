//! Finds the tables of users and tokens in a Django database. Names from the catalogue and the command line cannot be bound,
//! so they are quoted in the statements.

use super::{
    DjangoError, UserTable,
    connection::{Connection, Query},
};
use crate::sql::Row;

const OUTSTANDING: &str = "token_blacklist_outstandingtoken";
const BLACKLISTED: &str = "token_blacklist_blacklistedtoken";

/// The default table of users.
const DEFAULT_USERS: &str = "auth_user";

/// Selects the names and types of a table's columns, and whether they belong to the primary key.
const COLUMNS: Query = Query {
    sqlite: "SELECT name, lower(type) AS kind, pk > 0 AS is_key FROM pragma_table_info($1)",
    postgres: "SELECT CAST(attname AS text) AS name, format_type(atttypid, NULL) AS kind,
                   CAST(CAST(EXISTS (SELECT 1 FROM pg_index WHERE indrelid = attrelid AND indisprimary
                       AND attnum = ANY (indkey)) AS integer) AS bigint) AS is_key
               FROM pg_attribute
               WHERE attrelid = to_regclass(quote_ident($1)) AND attnum > 0 AND NOT attisdropped",
};

/// Selects the table that outstanding tokens reference: the project's `AUTH_USER_MODEL`.
const USERS_OF_TOKENS: Query = Query {
    sqlite: r#"SELECT "table" AS name FROM pragma_foreign_key_list($1) WHERE "from" = 'user_id'"#,
    postgres: "SELECT CAST(users.relname AS text) AS name
               FROM pg_constraint
               JOIN pg_class users ON users.oid = confrelid
               JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
               WHERE contype = 'f' AND conrelid = to_regclass(quote_ident($1)) AND attname = 'user_id'",
};

/// Selects tables whose names contain a word.
const TABLES_NAMED: Query = Query {
    sqlite: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%' || $1 || '%' ORDER BY name",
    postgres: "SELECT CAST(tablename AS text) AS name FROM pg_tables
               WHERE schemaname = ANY (current_schemas(false)) AND tablename LIKE '%' || $1 || '%' ORDER BY name",
};

/// Selects the highest id that a table with an automatic key ever assigned.
const SEQUENCES: Query = Query {
    sqlite: "SELECT CAST(seq AS bigint) AS highest FROM sqlite_sequence WHERE name = $1",
    postgres: "SELECT CASE WHEN has_sequence_privilege(name, 'USAGE, SELECT')
                   THEN pg_sequence_last_value(CAST(name AS regclass)) END AS highest
               FROM (SELECT pg_get_serial_sequence(quote_ident($1), attname) AS name FROM pg_attribute
                   JOIN pg_index ON indrelid = attrelid AND indisprimary AND attnum = ANY (indkey)
                   WHERE attrelid = to_regclass(quote_ident($1))) sequences
               WHERE name IS NOT NULL",
};

/// The tables to read.
pub(super) struct Tables {
    pub(super) users: Users,
    /// `None` when the project does not use Simple JWT's `token_blacklist`.
    pub(super) tokens: Option<Tokens>,
}

/// The table of users.
pub(super) struct Users {
    pub(super) name: String,
    /// The statement that reads users after an id.
    pub(super) select: String,
}

/// The tables of tokens.
pub(super) struct Tokens {
    /// The statement that reads tokens after an id.
    pub(super) select: String,
    /// The statement that reads the text of the newest token.
    pub(super) newest: String,
}

struct Column {
    name: String,
    kind: String,
    is_key: bool,
}

impl Tables {
    /// Finds the tables.
    pub(super) async fn find(connection: &mut Connection, wanted: UserTable) -> Result<Self, DjangoError> {
        let has_tokens = !columns(connection, OUTSTANDING).await?.is_empty();
        let name = match wanted.name {
            Some(name) => name,
            None => find_user_table(connection).await?.unwrap_or_else(|| DEFAULT_USERS.to_owned()),
        };
        let columns = columns(connection, &name).await?;
        if columns.is_empty() {
            return Err(DjangoError::NoUserTable { table: name, hint: hint(connection).await? });
        }
        let users = Users::new(connection, name, &columns, wanted.username)?;
        Ok(Self { users, tokens: has_tokens.then(|| Tokens::new(connection)) })
    }
}

impl Users {
    /// Assembles the statement. A missing optional column has the default of `auth_user`.
    fn new(
        connection: &Connection,
        table: String,
        columns: &[Column],
        username: Option<String>,
    ) -> Result<Self, DjangoError> {
        let key = quoted(&integer_key(&table, columns)?);
        let username = username.unwrap_or_else(|| default_username(columns).to_owned());
        check_columns(&table, columns, &username)?;
        let select = [
            format!("SELECT CAST({key} AS bigint) AS id"),
            format!("{} AS username", text(columns, &username)),
            format!("{} AS email", text(columns, "email")),
            format!("{} AS password", text(columns, "password")),
            format!("{} AS is_active", flag(columns, "is_active", "1")),
            format!("{} AS is_staff", flag(columns, "is_staff", "0")),
            format!("{} AS is_superuser", flag(columns, "is_superuser", "0")),
            format!("{} AS date_joined", timestamp(connection, columns, "date_joined")),
            format!("{} AS last_login", timestamp(connection, columns, "last_login")),
        ];
        let (select, from) = (select.join(", "), quoted(&table));
        Ok(Self { name: table, select: format!("{select} FROM {from} WHERE {key} > $1 ORDER BY {key} LIMIT $2") })
    }
}

fn has(columns: &[Column], name: &str) -> bool {
    columns.iter().any(|column| column.name == name)
}

fn default_username(columns: &[Column]) -> &'static str {
    if has(columns, "username") { "username" } else { "email" }
}

fn check_columns(table: &str, columns: &[Column], username: &str) -> Result<(), DjangoError> {
    let needed = [
        (username, "; name the column that users sign in with by --username-column"),
        ("password", ", so users do not sign in with it; name the table of users by --user-table"),
    ];
    match needed.into_iter().find(|(name, _)| !has(columns, name)) {
        Some((name, hint)) => Err(DjangoError::NoColumn { table: table.to_owned(), column: name.to_owned(), hint }),
        None => Ok(()),
    }
}

fn text(columns: &[Column], name: &str) -> String {
    if has(columns, name) {
        format!("COALESCE(CAST({} AS text), '')", quoted(name))
    } else {
        "CAST('' AS text)".to_owned()
    }
}

fn flag(columns: &[Column], name: &str, default: &str) -> String {
    if has(columns, name) {
        format!("CAST(COALESCE(CAST({} AS integer), 0) AS bigint)", quoted(name))
    } else {
        format!("CAST({default} AS bigint)")
    }
}

fn timestamp(connection: &Connection, columns: &[Column], name: &str) -> String {
    if has(columns, name) { connection.timestamp_of(&quoted(name)) } else { "CAST(NULL AS bigint)".to_owned() }
}

impl Tokens {
    fn new(connection: &Connection) -> Self {
        let timestamp = |column: &str| connection.timestamp_of(column);
        let select = format!(
            "SELECT CAST(tokens.id AS bigint) AS id, CAST(jti AS text) AS jti, CAST(user_id AS bigint) AS user_id,
                 {} AS created_at, {} AS expires_at, {} AS blacklisted_at
             FROM {OUTSTANDING} tokens LEFT JOIN {BLACKLISTED} ON token_id = tokens.id
             WHERE tokens.id > $1 ORDER BY tokens.id LIMIT $2",
            timestamp("created_at"),
            timestamp("expires_at"),
            timestamp("blacklisted_at"),
        );
        let newest = format!(
            "SELECT CAST(id AS bigint) AS id, CAST(token AS text) AS token
             FROM {OUTSTANDING} WHERE id > $1 ORDER BY id DESC LIMIT $2"
        );
        Self { select, newest }
    }
}

/// The highest id that the table ever assigned, if the database records it.
pub(super) async fn highest_id(connection: &mut Connection, table: &str) -> sqlx::Result<Option<i64>> {
    // SQLite creates this table with the first AUTOINCREMENT column.
    if matches!(connection, Connection::Sqlite(_)) && columns(connection, "sqlite_sequence").await?.is_empty() {
        return Ok(None);
    }
    let highest = connection.catalogue(&SEQUENCES, table, |row| row.get("highest")).await?;
    Ok(highest.first().copied().flatten())
}

async fn columns(connection: &mut Connection, table: &str) -> sqlx::Result<Vec<Column>> {
    let column = |row: &Row| {
        Ok(Column { name: row.get("name")?, kind: row.get("kind")?, is_key: row.get::<i64>("is_key")? != 0 })
    };
    connection.catalogue(&COLUMNS, table, column).await
}

async fn find_user_table(connection: &mut Connection) -> sqlx::Result<Option<String>> {
    Ok(connection.catalogue(&USERS_OF_TOKENS, OUTSTANDING, |row| row.get("name")).await?.into_iter().next())
}

async fn hint(connection: &mut Connection) -> sqlx::Result<String> {
    let names: Vec<String> = connection.catalogue(&TABLES_NAMED, "user", |row| row.get("name")).await?;
    Ok(match names.as_slice() {
        [] => "is this the migrated database of a Django project?".to_owned(),
        names => format!("name the table of users by --user-table: {}", names.join(", ")),
    })
}

/// The primary key, which must be an integer, because tokens name their user by it.
fn integer_key(table: &str, columns: &[Column]) -> Result<String, DjangoError> {
    let Some(key) = columns.iter().find(|column| column.is_key) else {
        return Err(DjangoError::NoIntegerKey { table: table.to_owned(), kind: "none".to_owned() });
    };
    if !key.kind.contains("int") {
        return Err(DjangoError::NoIntegerKey { table: table.to_owned(), kind: key.kind.clone() });
    }
    Ok(key.name.clone())
}

/// Quotes a name for SQL.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
