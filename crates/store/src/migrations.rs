//! The embedded migrations, and the comparison of a database with them.
//!
//! The same names exist for both databases. The files are embedded by name, because `sqlx::migrate!` needs sqlx's feature
//! `macros`, which compiles sqlx, both drivers, rustls and tokio a second time for the build host. Names, descriptions
//! and checksums are those that `sqlx::migrate!` would record.

use sqlx::{
    SqlStr,
    migrate::{Migration, MigrationType, Migrator},
};

use super::schema::Schema;

/// The table in which sqlx records applied migrations.
pub(super) const TABLE: &str = "_sqlx_migrations";

/// Reads the applied migrations of a database, for [`compare`].
pub(super) const APPLIED: &str = "SELECT version, checksum, success FROM _sqlx_migrations ORDER BY version";

/// An applied migration: its version, the checksum of its statements, and whether it was applied completely.
pub(super) type Applied = (i64, Vec<u8>, bool);

/// The name of a file, and its content for SQLite and for PostgreSQL.
type Embedded = (&'static str, &'static str, &'static str);

macro_rules! embedded {
    ($($name:literal,)*) => {
        [$((
            $name,
            include_str!(concat!("../../../migrations/sqlite/", $name, ".sql")),
            include_str!(concat!("../../../migrations/postgres/", $name, ".sql")),
        )),*]
    };
}

const MIGRATIONS: &[Embedded] = &embedded![
    "0001_accounts",
    "0002_imported_users",
    "0003_administration",
    "0004_adoption",
    "0005_live_sessions",
    "0006_write_probe",
    "0007_search",
    "0008_imports",
    "0009_application_id",
];

pub(super) fn sqlite() -> Migrator {
    migrator(|(_, sqlite, _)| sqlite)
}

pub(super) fn postgres() -> Migrator {
    migrator(|(_, _, postgres)| postgres)
}

fn migrator(choose: fn(Embedded) -> &'static str) -> Migrator {
    let numbered = (1..).zip(MIGRATIONS);
    let migrations = numbered.map(|(version, embedded)| {
        let description = embedded.0.split_once('_').map_or("", |(_, description)| description).replace('_', " ");
        let sql = SqlStr::from_static(choose(*embedded));
        Migration::new(version, description.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}

/// The first migration that is not applied.
pub(super) fn next_due<'m>(migrator: &'m Migrator, applied: &[Applied]) -> Option<&'m Migration> {
    migrator.iter().find(|migration| applied.iter().all(|(version, ..)| *version != migration.version))
}

/// Compares the applied migrations of a database with those of this binary.
pub(super) fn compare(migrator: &Migrator, applied: &[Applied]) -> Schema {
    let find =
        |matches: &dyn Fn(&Applied) -> bool| applied.iter().find(|one| matches(one)).map(|(version, ..)| *version);
    let different = find(&|(version, checksum, _)| {
        migrator.iter().any(|migration| migration.version == *version && migration.checksum[..] != checksum[..])
    });
    let unknown = find(&|(version, ..)| !migrator.version_exists(*version));
    let incomplete = find(&|(.., is_complete)| !is_complete);
    let is_ours = find(&|(version, ..)| *version == 1).is_some();
    match (different, unknown, incomplete) {
        // Other applications record their migrations in a table of the same name.
        (Some(1), ..) => Schema::Foreign,
        (_, Some(_), _) if !is_ours => Schema::Foreign,
        (.., Some(migration)) => Schema::HalfApplied { migration },
        (Some(migration), ..) => Schema::Different { migration },
        (_, Some(migration), _) => Schema::Newer { migration },
        _ if applied.is_empty() => Schema::Empty,
        _ => match migrator.iter().count().saturating_sub(applied.len()) {
            0 => Schema::Current,
            due => Schema::Outdated { due },
        },
    }
}

#[cfg(test)]
mod tests {
    use std::{ffi::OsString, fs, path::Path};

    use super::{Applied, MIGRATIONS, compare, next_due, sqlite};
    use crate::schema::Schema;

    fn applied() -> Vec<Applied> {
        sqlite().iter().map(|migration| (migration.version, migration.checksum.to_vec(), true)).collect()
    }

    fn schema(applied: &[Applied]) -> Schema {
        compare(&sqlite(), applied)
    }

    #[test]
    fn every_migration_is_embedded_for_both_databases() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
        for database in ["sqlite", "postgres"] {
            let entries = fs::read_dir(folder.join(database)).expect("a folder of migrations");
            let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").file_name()).collect();
            files.sort();
            let embedded: Vec<_> = MIGRATIONS.iter().map(|(name, ..)| OsString::from(format!("{name}.sql"))).collect();
            assert_eq!(files, embedded, "{database}");
        }
    }

    #[test]
    fn a_migration_has_the_version_and_the_description_of_its_file_name() {
        for ((name, ..), migration) in MIGRATIONS.iter().zip(sqlite().iter()) {
            let description = migration.description.replace(' ', "_");
            assert_eq!(*name, format!("{:04}_{description}", migration.version));
        }
    }

    #[test]
    fn missing_migrations_are_due_in_order() {
        assert_eq!(schema(&[]), Schema::Empty);
        assert_eq!(schema(&applied()), Schema::Current);
        assert_eq!(schema(&applied()[..1]), Schema::Outdated { due: MIGRATIONS.len() - 1 });
        let next = |applied: &[Applied]| next_due(&sqlite(), applied).map(|migration| migration.version);
        assert_eq!([next(&[]), next(&applied()[..1]), next(&applied())], [Some(1), Some(2), None]);
    }

    #[test]
    fn a_migration_of_a_later_version_is_newer() {
        let mut later = applied();
        later.push((1000, vec![1], true));
        assert_eq!(schema(&later), Schema::Newer { migration: 1000 });
    }

    #[test]
    fn a_changed_migration_is_different() {
        let mut changed = applied();
        changed[1].1 = vec![1];
        assert_eq!(schema(&changed), Schema::Different { migration: 2 });
    }

    #[test]
    fn a_migration_that_was_interrupted_is_half_applied() {
        let mut interrupted = applied();
        interrupted[1].2 = false;
        assert_eq!(schema(&interrupted), Schema::HalfApplied { migration: 2 });
    }

    #[test]
    fn the_migrations_of_another_application_are_foreign() {
        for foreign in [(1, vec![1], true), (20_240_101_000_000, vec![1], true)] {
            assert_eq!(schema(&[foreign]), Schema::Foreign);
        }
    }
}
