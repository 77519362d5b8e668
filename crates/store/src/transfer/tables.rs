//! The tables to move, with every column.

use sqlx::SqliteConnection;

use crate::sql::{Row, Value};

/// A table to move, with its columns by type.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) key: (&'static str, Kind),
    numbers: &'static [&'static str],
    texts: &'static [&'static str],
    flags: &'static [&'static str],
}

/// The type of a column.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Text,
    Bool,
}

/// The tables, referenced ones first.
pub(super) const TABLES: [Table; 7] = [
    Table {
        name: "users",
        key: ("id", Kind::Number),
        numbers: &["date_joined", "last_login", "adopts_from"],
        texts: &["username", "email", "password", "search_text", "email_key"],
        flags: &["is_active", "is_staff", "is_superuser"],
    },
    Table {
        name: "sessions",
        key: ("id", Kind::Text),
        numbers: &[
            "user_id",
            "generation",
            "current_issued_at",
            "current_expires_at",
            "last_seen_gen",
            "created_at",
            "refreshed_at",
            "ends_at",
            "access_expires_at",
            "revoked_at",
        ],
        texts: &["current_jti", "address", "user_agent", "revoked_why", "revoked_by"],
        flags: &[],
    },
    Table {
        name: "outstanding_tokens",
        key: ("id", Kind::Number),
        numbers: &["user_id", "generation", "created_at", "expires_at", "blacklisted_at"],
        texts: &["jti", "session_id", "blacklisted_why"],
        flags: &[],
    },
    Table {
        name: "revocations",
        key: ("sequence", Kind::Number),
        numbers: &["at", "until"],
        texts: &["session_id", "why", "by"],
        flags: &[],
    },
    Table {
        name: "security_events",
        key: ("id", Kind::Number),
        numbers: &["at", "user_id", "actor_id", "count", "last_at"],
        texts: &[
            "kind",
            "session_id",
            "address",
            "user_agent",
            "other_address",
            "other_user_agent",
            "changed",
            "fold_key",
        ],
        flags: &[],
    },
    Table {
        name: "imported_users",
        key: ("user_id", Kind::Number),
        numbers: &[],
        texts: &["username", "email", "password_there", "password_here"],
        flags: &["is_active", "is_staff", "is_superuser"],
    },
    Table { name: "imports", key: ("id", Kind::Number), numbers: &["began_at"], texts: &[], flags: &[] },
];

impl Table {
    /// The names and types of the columns, the key first.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&'static str, Kind)> {
        let typed = [(self.numbers, Kind::Number), (self.texts, Kind::Text), (self.flags, Kind::Bool)];
        let others = typed.into_iter().flat_map(|(names, kind)| names.iter().map(move |name| (*name, kind)));
        std::iter::once(self.key).chain(others)
    }

    /// A value that sorts before every key.
    pub(super) const fn before_all(&self) -> Value<'static> {
        match self.key.1 {
            Kind::Number => Value::Number(Some(i64::MIN)),
            Kind::Text | Kind::Bool => Value::Text(Some(std::borrow::Cow::Borrowed(""))),
        }
    }

    /// The names of the columns, separated by commas.
    pub(super) fn column_names(&self) -> String {
        self.columns().map(|(name, _)| name).collect::<Vec<_>>().join(", ")
    }

    /// Reads the values of a row.
    pub(super) fn read(&self, row: &Row) -> sqlx::Result<Vec<Value<'static>>> {
        let read = |(name, kind)| {
            Ok(match kind {
                Kind::Number => Value::Number(row.get(name)?),
                Kind::Text => row.get::<Option<String>>(name)?.into(),
                Kind::Bool => Value::Bool(row.get(name)?),
            })
        };
        self.columns().map(read).collect()
    }

    /// The highest key that a row has or had.
    pub(super) async fn highest_key(&self, source: &mut SqliteConnection) -> sqlx::Result<i64> {
        let ((key, _), name) = (self.key, self.name);
        let sql = format!(
            "SELECT max(coalesce((SELECT max({key}) FROM {name}), 0),
                 coalesce((SELECT seq FROM sqlite_sequence WHERE name = '{name}'), 0))"
        );
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(source).await
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sqlx::{Connection, SqliteConnection};

    use super::TABLES;
    use crate::migrations;

    #[tokio::test]
    async fn every_column_of_every_table_is_moved() {
        let mut database = SqliteConnection::connect("sqlite::memory:").await.expect("a database");
        migrations::sqlite().run(&mut database).await.expect("the tables");
        let there: Vec<(String, String)> = sqlx::query_as(
            "SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
             WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite%' AND tables.name NOT LIKE '\\_sqlx%' ESCAPE '\\'
                 AND tables.name <> 'write_probe'",
        )
        .fetch_all(&mut database)
        .await
        .expect("the columns");
        let moved = TABLES
            .iter()
            .flat_map(|table| table.columns().map(|(column, _)| (table.name.to_owned(), column.to_owned())));
        assert_eq!(moved.collect::<BTreeSet<_>>(), there.into_iter().collect());
    }
}
