//! The changes of the tables, in order, inside the binary. Both databases have the same, under the same
//! numbers, each in its own words.

use sqlx::{
    SqlStr,
    migrate::{Migration, MigrationType, Migrator},
};

/// A name, and the statements for `SQLite` and for PostgreSQL. The first is number 1.
const MIGRATIONS: [(&str, &str, &str); 8] = [
    (
        "accounts",
        include_str!("../../../migrations/sqlite/0001_accounts.sql"),
        include_str!("../../../migrations/postgres/0001_accounts.sql"),
    ),
    (
        "imported users",
        include_str!("../../../migrations/sqlite/0002_imported_users.sql"),
        include_str!("../../../migrations/postgres/0002_imported_users.sql"),
    ),
    (
        "administration",
        include_str!("../../../migrations/sqlite/0003_administration.sql"),
        include_str!("../../../migrations/postgres/0003_administration.sql"),
    ),
    (
        "adoption",
        include_str!("../../../migrations/sqlite/0004_adoption.sql"),
        include_str!("../../../migrations/postgres/0004_adoption.sql"),
    ),
    (
        "live sessions",
        include_str!("../../../migrations/sqlite/0005_live_sessions.sql"),
        include_str!("../../../migrations/postgres/0005_live_sessions.sql"),
    ),
    (
        "write probe",
        include_str!("../../../migrations/sqlite/0006_write_probe.sql"),
        include_str!("../../../migrations/postgres/0006_write_probe.sql"),
    ),
    (
        "search",
        include_str!("../../../migrations/sqlite/0007_search.sql"),
        include_str!("../../../migrations/postgres/0007_search.sql"),
    ),
    (
        "imports",
        include_str!("../../../migrations/sqlite/0008_imports.sql"),
        include_str!("../../../migrations/postgres/0008_imports.sql"),
    ),
];

pub(super) fn sqlite() -> Migrator {
    migrator(|(_, sqlite, _)| sqlite)
}

pub(super) fn postgres() -> Migrator {
    migrator(|(_, _, postgres)| postgres)
}

type Words = (&'static str, &'static str, &'static str);

fn migrator(choose: fn(Words) -> &'static str) -> Migrator {
    let numbered = (1..).zip(MIGRATIONS);
    let migrations = numbered.map(|(number, words)| {
        let sql = SqlStr::from_static(choose(words));
        Migration::new(number, words.0.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}
