//! The changes of the tables, in order, inside the binary. Both databases have the same, under the same
//! numbers, each in its own words.

use sqlx::{
    SqlStr,
    migrate::{Migration, MigrationType, Migrator},
};

use super::schema::Schema;

/// The table in which sqlx records the migrations that it has applied.
pub(super) const TABLE: &str = "_sqlx_migrations";

/// The applied migrations of a database, for [`compare`].
pub(super) const APPLIED: &str = "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version";

/// An applied migration: its number and the checksum of its statements.
pub(super) type Applied = (i64, Vec<u8>);

/// A name, and the statements for `SQLite` and for PostgreSQL. The first is number 1.
const MIGRATIONS: [(&str, &str, &str); 9] = [
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
    (
        "application id",
        include_str!("../../../migrations/sqlite/0009_application_id.sql"),
        include_str!("../../../migrations/postgres/0009_application_id.sql"),
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

/// Compares the applied migrations of a database with those of this version.
pub(super) fn compare(migrator: &Migrator, applied: &[Applied]) -> Schema {
    let differs = |(number, checksum): &&Applied| {
        migrator.iter().any(|migration| migration.version == *number && migration.checksum[..] != checksum[..])
    };
    match (applied.iter().find(differs), applied.iter().find(|(number, _)| !migrator.version_exists(*number))) {
        // Other applications record their migrations in a table of the same name.
        (Some((1, _)), _) => Schema::Foreign,
        (_, Some(_)) if applied.iter().all(|(number, _)| *number != 1) => Schema::Foreign,
        (Some((migration, _)), _) => Schema::Different { migration: *migration },
        (_, Some((migration, _))) => Schema::Newer { migration: *migration },
        _ if applied.is_empty() => Schema::Empty,
        _ => match migrator.iter().count().saturating_sub(applied.len()) {
            0 => Schema::Current,
            due => Schema::Outdated { due },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Applied, MIGRATIONS, compare, sqlite};
    use crate::schema::Schema;

    fn applied() -> Vec<Applied> {
        sqlite().iter().map(|migration| (migration.version, migration.checksum.to_vec())).collect()
    }

    fn schema(applied: &[Applied]) -> Schema {
        compare(&sqlite(), applied)
    }

    #[test]
    fn missing_migrations_are_due() {
        assert_eq!(schema(&[]), Schema::Empty);
        assert_eq!(schema(&applied()), Schema::Current);
        assert_eq!(schema(&applied()[..1]), Schema::Outdated { due: MIGRATIONS.len() - 1 });
    }

    #[test]
    fn a_migration_of_a_later_version_is_newer() {
        let mut later = applied();
        later.push((1000, vec![1]));
        assert_eq!(schema(&later), Schema::Newer { migration: 1000 });
    }

    #[test]
    fn a_changed_migration_is_different() {
        let mut changed = applied();
        changed[1].1 = vec![1];
        assert_eq!(schema(&changed), Schema::Different { migration: 2 });
    }

    #[test]
    fn the_migrations_of_another_application_are_foreign() {
        for foreign in [(1, vec![1]), (20_240_101_000_000, vec![1])] {
            assert_eq!(schema(&[foreign]), Schema::Foreign);
        }
    }
}
