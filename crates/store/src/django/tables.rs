//! Where a Django project keeps its users and tokens, and how they are read. Names that come out of the
//! database or from the command line stand quoted in the statements; they cannot be bound.

use super::{
    DjangoError, UserTable,
    connection::{Connection, ForeignRow, Question},
};

const OUTSTANDING: &str = "token_blacklist_outstandingtoken";
const BLACKLISTED: &str = "token_blacklist_blacklistedtoken";

/// Django's own user table, where nothing else is said.
const DEFAULT_USERS: &str = "auth_user";

/// The columns of a table: their names, their types, and whether they are in the primary key.
const COLUMNS: Question = Question {
    sqlite: "SELECT name, lower(type) AS kind, pk > 0 AS is_key FROM pragma_table_info($1)",
    postgres: "SELECT CAST(attname AS text) AS name, format_type(atttypid, NULL) AS kind,
                   CAST(CAST(EXISTS (SELECT 1 FROM pg_index WHERE indrelid = attrelid AND indisprimary
                       AND attnum = ANY (indkey)) AS integer) AS bigint) AS is_key
               FROM pg_attribute
               WHERE attrelid = to_regclass(quote_ident($1)) AND attnum > 0 AND NOT attisdropped",
};

/// The table that the users of outstanding tokens are in: the project's `AUTH_USER_MODEL`.
const USERS_OF_TOKENS: Question = Question {
    sqlite: r#"SELECT "table" AS name FROM pragma_foreign_key_list($1) WHERE "from" = 'user_id'"#,
    postgres: "SELECT CAST(users.relname AS text) AS name
               FROM pg_constraint
               JOIN pg_class users ON users.oid = confrelid
               JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
               WHERE contype = 'f' AND conrelid = to_regclass(quote_ident($1)) AND attname = 'user_id'",
};

/// Tables whose names contain a word.
const TABLES_NAMED: Question = Question {
    sqlite: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE '%' || $1 || '%' ORDER BY name",
    postgres: "SELECT CAST(tablename AS text) AS name FROM pg_tables
               WHERE schemaname = ANY (current_schemas(false)) AND tablename LIKE '%' || $1 || '%' ORDER BY name",
};

/// The highest number that was given to a row of a table that was made with `AUTOINCREMENT`.
const SEQUENCES: Question = Question {
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
    /// The statement that reads users after a number.
    pub(super) select: String,
}

/// The tables of tokens.
pub(super) struct Tokens {
    /// The statement that reads tokens after a number.
    pub(super) select: String,
    /// The statement that reads the text of the newest one.
    pub(super) newest: String,
}

struct Column {
    name: String,
    kind: String,
    is_key: bool,
}

impl Tables {
    /// Finds them.
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
    /// What a table lacks of the columns of `auth_user` is what Django takes for a user who has none.
    fn new(
        connection: &Connection,
        table: String,
        columns: &[Column],
        username: Option<String>,
    ) -> Result<Self, DjangoError> {
        let key = quoted(&numbered_key(&table, columns)?);
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
            format!("{} AS date_joined", moment(connection, columns, "date_joined")),
            format!("{} AS last_login", moment(connection, columns, "last_login")),
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
        (username, "; say with --username-column which one people sign in with"),
        ("password", ", so it is not the table that people sign in with; say which one is with --user-table"),
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

fn moment(connection: &Connection, columns: &[Column], name: &str) -> String {
    if has(columns, name) { connection.moment_of(&quoted(name)) } else { "CAST(NULL AS bigint)".to_owned() }
}

impl Tokens {
    fn new(connection: &Connection) -> Self {
        let moment = |column: &str| connection.moment_of(column);
        let select = format!(
            "SELECT CAST(tokens.id AS bigint) AS id, CAST(jti AS text) AS jti, CAST(user_id AS bigint) AS user_id,
                 {} AS created_at, {} AS expires_at, {} AS blacklisted_at
             FROM {OUTSTANDING} tokens LEFT JOIN {BLACKLISTED} ON token_id = tokens.id
             WHERE tokens.id > $1 ORDER BY tokens.id LIMIT $2",
            moment("created_at"),
            moment("expires_at"),
            moment("blacklisted_at"),
        );
        let newest = format!(
            "SELECT CAST(id AS bigint) AS id, CAST(token AS text) AS token
             FROM {OUTSTANDING} WHERE id > $1 ORDER BY id DESC LIMIT $2"
        );
        Self { select, newest }
    }
}

/// The highest number that was ever given to a row of the table, if that is kept.
pub(super) async fn highest_number(connection: &mut Connection, table: &str) -> sqlx::Result<Option<i64>> {
    // SQLite has this table once a table was made with AUTOINCREMENT.
    if matches!(connection, Connection::Sqlite(_)) && columns(connection, "sqlite_sequence").await?.is_empty() {
        return Ok(None);
    }
    let rows = connection.catalogue(&SEQUENCES, table).await?;
    Ok(rows.first().map(|row| row.find_number("highest")).transpose()?.flatten())
}

async fn columns(connection: &mut Connection, table: &str) -> sqlx::Result<Vec<Column>> {
    let rows = connection.catalogue(&COLUMNS, table).await?;
    let column = |row: &ForeignRow| {
        Ok(Column { name: row.text("name")?, kind: row.text("kind")?, is_key: row.number("is_key")? != 0 })
    };
    rows.iter().map(column).collect()
}

async fn find_user_table(connection: &mut Connection) -> sqlx::Result<Option<String>> {
    let rows = connection.catalogue(&USERS_OF_TOKENS, OUTSTANDING).await?;
    rows.first().map(|row| row.text("name")).transpose()
}

async fn hint(connection: &mut Connection) -> sqlx::Result<String> {
    let rows = connection.catalogue(&TABLES_NAMED, "user").await?;
    let names = rows.iter().map(|row| row.text("name")).collect::<sqlx::Result<Vec<_>>>()?;
    Ok(match names.as_slice() {
        [] => "is this the database of a Django project that was migrated?".to_owned(),
        names => format!("say which one it is with --user-table: {}", names.join(", ")),
    })
}

/// The primary key, which has to be a number: tokens name their user by it.
fn numbered_key(table: &str, columns: &[Column]) -> Result<String, DjangoError> {
    let Some(key) = columns.iter().find(|column| column.is_key) else {
        return Err(DjangoError::NotNumbered { table: table.to_owned(), kind: "nothing".to_owned() });
    };
    if !key.kind.contains("int") {
        return Err(DjangoError::NotNumbered { table: table.to_owned(), kind: key.kind.clone() });
    }
    Ok(key.name.clone())
}

/// A name as SQL takes it, whatever its characters.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
