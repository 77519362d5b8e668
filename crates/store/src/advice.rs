//! Advice for the operator about a database that cannot be opened.

use std::io;

use hallpass_core::store::StoreError;
use sqlx::{migrate::MigrateError, postgres::PgDatabaseError};

use super::{ConnectError, error::DatabaseError, sqlite::busy};

/// `EMFILE` and `ENFILE`, which have no [`io::ErrorKind`].
const TOO_MANY_FILES: [i32; 2] = [24, 23];

const ACCESS: &str =
    "Run the command as the user of the server, or give this user read and write access to the file and its folder.";
const FULL: &str = "Free disk space, or raise the quota.";
const FILES: &str = "Raise the limit of open files (ulimit -n, LimitNOFILE).";
const REACH: &str = "Check that PostgreSQL is running, and the host and port in database_url.";
const LOGS: &str = "See the message above and the log of the database.";

impl ConnectError {
    /// The advice for this kind of error, in one sentence.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Foreign(_) => "Set database_url to the database of Hallpass, or to a new one.",
            Self::Version { .. } => "Build Hallpass with a newer SQLite.",
            Self::PostgresVersion { .. } => "Upgrade the PostgreSQL server.",
            Self::Standby(_) => "Set the host in database_url to the primary.",
            Self::Moved { .. } => "Set database_url to the new database.",
            Self::HalfMoved(_) => "Run hallpass move again, with the settings of the file.",
            Self::Access { .. } => ACCESS,
            Self::Newer { .. } | Self::Different { .. } => {
                "Install the version that migrated it, or restore a backup from before that."
            }
            Self::HalfApplied { .. } => "Restore a backup from before the migration.",
            Self::Open { cause, .. } | Self::Derived(cause) => of_store(cause),
        }
    }
}

fn of_store(StoreError(cause): &StoreError) -> &'static str {
    if let Some(error) = cause.downcast_ref::<io::Error>() {
        return of_io(error);
    }
    let error = match cause.downcast_ref::<MigrateError>() {
        Some(MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) => Some(error),
        _ => cause.downcast_ref::<DatabaseError>().map(DatabaseError::cause),
    };
    error.map_or(LOGS, of_sqlx)
}

fn of_sqlx(error: &sqlx::Error) -> &'static str {
    match error {
        sqlx::Error::Io(error) => of_io(error),
        sqlx::Error::Tls(_) => "Check sslmode and sslrootcert in database_url, and the certificate of the server.",
        sqlx::Error::Database(database) => match database.try_downcast_ref::<PgDatabaseError>() {
            Some(error) => of_sqlstate(error.code()),
            None => busy::primary_code(error).map_or(LOGS, of_sqlite),
        },
        _ => LOGS,
    }
}

fn of_io(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => ACCESS,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => FULL,
        _ if error.raw_os_error().is_some_and(|code| TOO_MANY_FILES.contains(&code)) => FILES,
        _ => REACH,
    }
}

/// By SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn of_sqlstate(code: &str) -> &'static str {
    match code {
        "28P01" => "Check user and password in database_url; each / ? # @ : and % in them is percent-encoded.",
        "28000" => "Check the user and sslmode in database_url, and pg_hba.conf of the server.",
        "3D000" => "Create the database (createdb), or set another one in database_url.",
        "42501" => "Grant the user the right to create and use tables in the schema of the database.",
        "53100" => "Free disk space on the server.",
        "53300" => "Raise max_connections of the server, or close other connections.",
        "57P03" => "Wait until the server has started.",
        "25006" => "Set the host in database_url to the primary, or make the database writable.",
        _ => LOGS,
    }
}

/// By primary result code: <https://sqlite.org/rescode.html>.
fn of_sqlite(code: i32) -> &'static str {
    match code {
        // SQLITE_BUSY, SQLITE_LOCKED
        5 | 6 => "Wait until the other process has finished, or stop it.",
        // SQLITE_PERM, SQLITE_READONLY
        3 | 8 => ACCESS,
        // SQLITE_FULL
        13 => FULL,
        // SQLITE_CANTOPEN, which is also the code for too many open files
        14 => "Check that this user can open the file and its -wal and -shm, and the limit of open files (ulimit -n).",
        // SQLITE_CORRUPT, SQLITE_NOTADB
        11 | 26 => {
            "Set database_url to the file of Hallpass. If it is damaged, keep it and restore the last good backup."
        }
        // SQLITE_IOERR
        10 => "Check the disk and the system's log.",
        _ => LOGS,
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{ACCESS, FILES, FULL, REACH, of_io, of_sqlite, of_sqlstate};

    #[test]
    fn the_advice_fits_the_system_error() {
        for (error, advice) in [
            (io::Error::from(io::ErrorKind::PermissionDenied), ACCESS),
            (io::Error::from(io::ErrorKind::StorageFull), FULL),
            (io::Error::from(io::ErrorKind::ConnectionRefused), REACH),
            (io::Error::from_raw_os_error(24), FILES),
        ] {
            assert_eq!(of_io(&error), advice, "{error}");
        }
    }

    #[test]
    fn the_advice_fits_the_error_code_of_the_database() {
        assert!(of_sqlstate("28P01").contains("password"));
        assert!(of_sqlstate("3D000").contains("createdb"));
        assert!(of_sqlite(5).contains("other process"));
        assert_eq!((of_sqlite(13), of_sqlite(8)), (FULL, ACCESS));
    }
}
