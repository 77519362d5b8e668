//! The database URL. A password never appears in output, nor does any part after the scheme of a URL that does not parse.

use std::{
    fmt,
    path::{Path, PathBuf},
    str::FromStr,
};

use percent_encoding::percent_decode_str;
use sqlx::postgres::PgConnectOptions;
use url::{Url, form_urlencoded};

/// The supported forms of a URL.
const FORMS: &str = "write sqlite://path/to/file.db or postgres://user:password@host/database";

/// The parameters of a PostgreSQL URL.
const POSTGRES_PARAMETERS: [&str; 16] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// The URL of a database.
#[derive(Clone, Debug)]
pub enum DatabaseUrl {
    /// A SQLite file.
    Sqlite(SqliteFile),
    /// A database of a PostgreSQL server.
    Postgres(Box<PostgresDatabase>),
}

/// The path of a SQLite file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteFile(PathBuf);

/// A database of a PostgreSQL server, with its connection options.
#[derive(Clone, Debug)]
pub struct PostgresDatabase {
    options: PgConnectOptions,
    shown: String,
}

/// The reason a database URL is rejected. No variant contains a part that may be secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// The URL is empty.
    #[error("is empty; {FORMS}")]
    Empty,
    /// The URL does not begin with a scheme.
    #[error("has no scheme; {FORMS}")]
    NoScheme,
    /// The scheme of an unsupported database.
    #[error("begins with {0}:, which is not supported; {FORMS}")]
    Scheme(String),
    /// The path of the SQLite file is missing.
    #[error("names no file; write sqlite://path/to/file.db")]
    NoFile,
    /// The path is not UTF-8 or contains a NUL.
    #[error("has a path that is not UTF-8 text; write sqlite://path/to/file.db")]
    Path,
    /// The path begins with `file:`, which SQLite parses as a URI with its own parameters.
    #[error("has a path that begins with \"file:\"; write the path alone, as in sqlite://path/to/file.db")]
    FileUri,
    /// A database in memory.
    #[error("is a database in memory, which loses everything when the process ends; name a file")]
    Memory,
    /// An unsafe parameter of a SQLite URL.
    #[error("has the parameter {parameter}, {reason}; remove it")]
    SqliteParameter {
        /// The name of the parameter.
        parameter: &'static str,
        /// The effect of the parameter.
        reason: &'static str,
    },
    /// An unknown parameter.
    #[error("has the unknown parameter {name}{hint}")]
    UnknownParameter {
        /// The name of the parameter.
        name: String,
        /// The parameter that was probably intended, or all of them.
        hint: String,
    },
    /// A parameter whose name may be secret.
    #[error("has an unknown parameter")]
    SecretParameter,
    /// A part of a password that is not percent-encoded.
    #[error(
        "is not a PostgreSQL URL; write postgres://user:password@host/database, with each / ? # @ : and % in the \
         password percent-encoded (%2F %3F %23 %40 %3A %25)"
    )]
    Postgres,
    /// A parameter of a PostgreSQL URL with an invalid value.
    #[error("has a parameter with an invalid value; check port, hostaddr, sslmode and statement-cache-capacity")]
    Value,
}

impl DatabaseUrl {
    /// The path of the file. `None` for PostgreSQL.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(file) => Some(file.path()),
            Self::Postgres(_) => None,
        }
    }
}

impl SqliteFile {
    /// The path, percent-decoded.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Parses the part after `sqlite:`.
    fn parse(rest: &str) -> Result<Self, UrlError> {
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        for (name, value) in form_urlencoded::parse(parameters.as_bytes()) {
            check_sqlite_parameter(&name, &value)?;
        }
        let path = percent_decode_str(path).decode_utf8().map_err(|_| UrlError::Path)?;
        match path.as_ref() {
            "" => Err(UrlError::NoFile),
            ":memory:" => Err(UrlError::Memory),
            path if path.contains('\0') => Err(UrlError::Path),
            path if path.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("file:")) => Err(UrlError::FileUri),
            path => Ok(Self(path.into())),
        }
    }
}

/// Accepts the parameters of sqlx that keep the default behavior.
fn check_sqlite_parameter(name: &str, value: &str) -> Result<(), UrlError> {
    let refused = |parameter, reason| Err(UrlError::SqliteParameter { parameter, reason });
    match (name, value) {
        ("mode", "rwc") | ("cache", "private") | ("immutable", "0" | "false") => Ok(()),
        ("mode", "memory") => Err(UrlError::Memory),
        ("mode", "ro") => refused("mode=ro", "which forbids writes"),
        ("mode", _) => refused("mode", "but the file is always opened for writing, and created if it does not exist"),
        ("cache", _) => refused("cache", "which lets connections read uncommitted data"),
        ("immutable", _) => refused("immutable", "which disables file locks"),
        ("vfs", _) => refused("vfs", "which can disable locks and syncs"),
        (name, _) => Err(unknown(name, &["mode", "cache"])),
    }
}

impl PostgresDatabase {
    /// The connection options.
    pub(super) const fn options(&self) -> &PgConnectOptions {
        &self.options
    }
}

impl FromStr for PostgresDatabase {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        let text = with_server_in_parameters(text);
        let url = Url::parse(&text).map_err(|_| UrlError::Postgres)?;
        // Both indicate a password that is not percent-encoded, so no part of it may appear.
        if url.fragment().is_some() || url.query().is_some_and(|query| query.contains('@')) {
            return Err(UrlError::Postgres);
        }
        for (name, _) in url.query_pairs() {
            check_postgres_parameter(&name)?;
        }
        let options = PgConnectOptions::from_str(&text).map_err(|error| match error {
            sqlx::Error::Configuration(_) => UrlError::Value,
            _ => UrlError::Postgres,
        })?;
        Ok(Self { shown: shown(&url), options })
    }
}

/// Moves the user of a URL without a host, as in `postgres://user@/database?host=/run/postgresql` (libpq, "Connection
/// URIs"), to the parameters, because other URL parsers reject it.
fn with_server_in_parameters(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_end);
    let Some(user) = authority.strip_suffix('@') else { return text.to_owned() };
    let (user, password) = user.split_once(':').map_or((user, None), |(user, password)| (user, Some(password)));
    let separator = if path.contains('?') { '&' } else { '?' };
    // In a parameter, + means a space and & is the separator.
    let encoded = |part: &str| part.replace('+', "%2B").replace('&', "%26");
    let password = password.map(|password| format!("&password={}", encoded(password))).unwrap_or_default();
    format!("{scheme}://{path}{separator}user={}{password}", encoded(user))
}

fn check_postgres_parameter(name: &str) -> Result<(), UrlError> {
    let is_known = POSTGRES_PARAMETERS.contains(&name)
        || matches!(name, "ssl-mode" | "ssl-root-cert")
        || name.strip_prefix("options[").is_some_and(|option| option.ends_with(']'));
    if is_known { Ok(()) } else { Err(unknown(name, &POSTGRES_PARAMETERS)) }
}

/// The error for an unknown parameter. A name with unusual characters may be part of a password.
fn unknown(name: &str, known: &[&str]) -> UrlError {
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic() || b"_-".contains(&byte));
    if !is_name {
        return UrlError::SecretParameter;
    }
    let spelt = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
    let meant = known.iter().find(|known| spelt(known) == spelt(name));
    let hint = match meant {
        Some(meant) => format!("; did you mean {meant}?"),
        None => format!("; the parameters are {}", known.join(", ")),
    };
    UrlError::UnknownParameter { name: name.to_owned(), hint }
}

/// The scheme, user, host, port and database of a URL.
fn shown(url: &Url) -> String {
    let parameter =
        |name: &str| url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned());
    let user = if url.username().is_empty() { parameter("user") } else { Some(url.username().to_owned()) };
    let host = parameter("host").or_else(|| url.host_str().map(str::to_owned)).unwrap_or_default();
    let port = url.port().map(|port| port.to_string()).or_else(|| parameter("port"));
    let path = url.path().trim_start_matches('/');
    let database = if path.is_empty() { parameter("dbname").unwrap_or_default() } else { path.to_owned() };
    let user = user.map(|user| format!("{user}@")).unwrap_or_default();
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    if host.starts_with('/') {
        format!("{}://{user}/{database}?host={host}", url.scheme())
    } else {
        format!("{}://{user}{host}{port}/{database}", url.scheme())
    }
}

impl FromStr for DatabaseUrl {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        if text.is_empty() {
            return Err(UrlError::Empty);
        }
        match text.split_once(':') {
            Some(("sqlite", rest)) => SqliteFile::parse(rest).map(Self::Sqlite),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(Box::new(text.parse()?))),
            Some((scheme, rest))
                if rest.starts_with("//") && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) =>
            {
                Err(UrlError::Scheme(scheme.to_owned()))
            }
            Some(_) | None => Err(UrlError::NoScheme),
        }
    }
}

impl fmt::Display for SqliteFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sqlite://{}", self.0.display())
    }
}

impl fmt::Display for PostgresDatabase {
    /// Writes the URL without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Display for DatabaseUrl {
    /// Writes the URL without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => file.fmt(f),
            Self::Postgres(database) => database.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use sqlx::ConnectOptions;

    use super::{DatabaseUrl, UrlError};

    fn parse(text: &str) -> Result<DatabaseUrl, UrlError> {
        text.parse()
    }

    fn refused(text: &str) -> UrlError {
        parse(text).expect_err(text)
    }

    #[test]
    fn a_path_is_percent_decoded_once() {
        for (text, path) in [
            ("sqlite://hallpass.db", "hallpass.db"),
            ("sqlite:hallpass.db", "hallpass.db"),
            ("sqlite:///srv/hallpass.db?mode=rwc", "/srv/hallpass.db"),
            ("sqlite://a%20b.db", "a b.db"),
            ("sqlite://a%2520b.db", "a%20b.db"),
            ("sqlite://50%25%3F.db", "50%?.db"),
            ("sqlite://%ED%95%9C.db", "한.db"),
        ] {
            assert_eq!(parse(text).expect(text).file().expect("a file").to_str(), Some(path), "{text}");
        }
    }

    #[test]
    fn a_url_that_could_lose_writes_is_rejected() {
        for text in [
            "sqlite::memory:",
            "sqlite://:memory:",
            "sqlite:%3Amemory%3A",
            "sqlite://x.db?mode=memory",
            "sqlite:file:x?mode=memory",
        ] {
            assert_eq!(refused(text), UrlError::Memory, "{text}");
        }
        for parameter in ["mode=ro", "mode=rw", "immutable=1", "immutable=true", "vfs=unix-none", "cache=shared"] {
            let text = format!("sqlite://x.db?{parameter}");
            assert!(matches!(refused(&text), UrlError::SqliteParameter { .. }), "{text}");
        }
        for text in ["sqlite:file:x%3Fmode=memory", "sqlite://FILE:x"] {
            assert_eq!(refused(text), UrlError::FileUri, "{text}");
        }
        for text in ["sqlite:", "sqlite://", "sqlite://?mode=rwc"] {
            assert_eq!(refused(text), UrlError::NoFile, "{text}");
        }
        assert_eq!(refused("sqlite://x%00.db"), UrlError::Path);
    }

    #[test]
    fn a_text_without_a_supported_scheme_is_rejected() {
        assert_eq!(refused(""), UrlError::Empty);
        for text in ["hallpass.db", "/srv/hallpass.db", "C:\\hallpass.db", "ada:secret@db/hallpass"] {
            assert_eq!(refused(text), UrlError::NoScheme, "{text}");
        }
        assert_eq!(refused("mysql://root@db/site"), UrlError::Scheme("mysql".into()));
    }

    #[test]
    fn a_displayed_url_contains_no_password() {
        for (text, shown) in [
            ("postgres://ada:secret@db.example:5432/hallpass", "postgres://ada@db.example:5432/hallpass"),
            ("postgres://db.example/hallpass?password=secret", "postgres://db.example/hallpass"),
            ("postgres://ada@db/hallpass?user=bob&sslmode=require", "postgres://ada@db/hallpass"),
            ("postgresql://ada:se%2Fcr%3Fet@db/", "postgresql://ada@db/"),
            ("postgres://ada:secret@/hallpass?host=/run/postgresql", "postgres://ada@/hallpass?host=/run/postgresql"),
        ] {
            assert_eq!(parse(text).expect(text).to_string(), shown);
        }
    }

    #[test]
    fn an_error_contains_no_part_of_a_malformed_url() {
        for text in [
            "postgres://ada:se/cret@db/hallpass",
            "postgres://ada:se?cret@db/hallpass",
            "postgres://ada:se#cret@db/hallpass",
            "postgres://ada:5?se=cret@db/hallpass",
            "postgres://ada:5#se=cret@db/hallpass",
            "postgres://ada:5/se?cret@db/hallpass",
            "postgres://db/hallpass?s3cret%40",
            "postgres://db/hallpass?port=s3cret",
            "sqlite://x?ada:s3cret@db",
        ] {
            let error = refused(text).to_string();
            for part in ["ada", "se=", "cret", "hallpass", "s3"] {
                assert!(!error.contains(part), "{text}: {error}");
            }
        }
    }

    #[test]
    fn a_socket_is_read_from_a_parameter() {
        let url = "postgres://ada:p%40+&%2Fw@/hallpass?host=/run/postgresql";
        let DatabaseUrl::Postgres(database) = parse(url).expect("a URL") else { panic!("not PostgreSQL") };
        let options = database.options();
        assert_eq!(options.get_socket().and_then(|path| path.to_str()), Some("/run/postgresql"));
        assert_eq!((options.get_username(), options.get_database()), ("ada", Some("hallpass")));
        assert!(options.to_url_lossy().as_str().contains("p%40%2B%26%2Fw"), "the password is decoded once");
    }

    #[test]
    fn an_unknown_parameter_is_rejected_with_a_hint() {
        for name in ["ssl_mode", "sslMode", "SSL-MODE"] {
            let error = refused(&format!("postgres://db/hallpass?{name}=require")).to_string();
            assert!(error.ends_with(&format!("{name}; did you mean sslmode?")), "{error}");
        }
        let error = refused("postgres://db/hallpass?connect_timeout=1").to_string();
        assert!(error.contains("connect_timeout; the parameters are application_name, "), "{error}");
        for known in
            ["sslmode=require", "ssl-mode=require", "options[statement_timeout]=1s", "statement-cache-capacity=0"]
        {
            assert!(parse(&format!("postgres://db/hallpass?{known}")).is_ok(), "{known}");
        }
        assert!(refused("sqlite://x.db?journal=off").to_string().contains("unknown parameter journal"));
    }
}
