//! Connections for the tables that an application keeps beside Hallpass's own.

use sqlx::{
    PgPool, SqlitePool,
    migrate::{MigrateError, Migrator},
    postgres::PgPoolOptions,
    sqlite::SqlitePoolOptions,
};

use super::{DatabaseUrl, Timeouts, postgres, sqlite};

/// The table in which sqlx records the application's migrations. Hallpass's own are recorded elsewhere.
const MIGRATIONS_TABLE: &str = "_application_migrations";

/// Connections to the same database as Hallpass's, for an application's own tables.
///
/// Foreign keys may refer to `users (id)`. Hallpass never reads or writes other tables than its own, and
/// `hallpass move` does not copy them.
#[derive(Clone, Debug)]
pub enum ApplicationPool {
    /// The connections to a SQLite file. It has one writer at a time, so write transactions must be short: begin them
    /// with `BEGIN IMMEDIATE`.
    Sqlite(SqlitePool),
    /// The connections to a PostgreSQL server. sqlx uses prepared statements and, for migrations, a lock of the session,
    /// so a pooler in front of the server must be in session mode.
    Postgres(PgPool),
}

impl ApplicationPool {
    /// Connections that are opened when they are first needed.
    pub fn new(url: &DatabaseUrl, timeouts: Timeouts) -> Self {
        match url {
            DatabaseUrl::Sqlite(file) => {
                let pool = SqlitePoolOptions::new().acquire_timeout(timeouts.answer);
                Self::Sqlite(pool.connect_lazy_with(sqlite::options(file, timeouts)))
            }
            DatabaseUrl::Postgres(database) => {
                let pool = PgPoolOptions::new().acquire_timeout(timeouts.answer);
                Self::Postgres(pool.connect_lazy_with(postgres::options(database)))
            }
        }
    }

    /// Applies the application's migrations that are due.
    ///
    /// # Errors
    /// When the database cannot be reached, a migration fails, or an applied one was changed.
    pub async fn migrate(&self, mut migrations: Migrator) -> Result<(), MigrateError> {
        migrations.dangerous_set_table_name(MIGRATIONS_TABLE);
        match self {
            Self::Sqlite(pool) => migrations.run(pool).await,
            Self::Postgres(pool) => migrations.run(pool).await,
        }
    }

    /// The connections to a SQLite file, if the database is one.
    pub const fn sqlite(&self) -> Option<&SqlitePool> {
        match self {
            Self::Sqlite(pool) => Some(pool),
            Self::Postgres(_) => None,
        }
    }

    /// The connections to a PostgreSQL server, if the database is on one.
    pub const fn postgres(&self) -> Option<&PgPool> {
        match self {
            Self::Postgres(pool) => Some(pool),
            Self::Sqlite(_) => None,
        }
    }
}
