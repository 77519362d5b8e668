//! The tables to move, with every column.

use sqlx::SqliteConnection;

use crate::sql::{Row, Value};

/// A table to move. The first column is the key.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Kind)],
    /// The sequence of the key in PostgreSQL.
    pub(super) sequence: Option<&'static str>,
}

/// The type of a column.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Number,
    Text,
    Bool,
}

use Kind::{Bool, Number, Text};

/// The tables, referenced ones first.
pub(super) const TABLES: [Table; 7] = [
    Table {
        name: "users",
        columns: &[
            ("id", Number),
            ("username", Text),
            ("email", Text),
            ("password", Text),
            ("is_active", Bool),
            ("is_staff", Bool),
            ("is_superuser", Bool),
            ("date_joined", Number),
            ("last_login", Number),
            ("adopts_from", Number),
            ("search_text", Text),
            ("email_key", Text),
        ],
        sequence: Some("users_id_seq"),
    },
    Table {
        name: "sessions",
        columns: &[
            ("id", Text),
            ("user_id", Number),
            ("generation", Number),
            ("current_jti", Text),
            ("current_issued_at", Number),
            ("current_expires_at", Number),
            ("last_seen_gen", Number),
            ("created_at", Number),
            ("refreshed_at", Number),
            ("ends_at", Number),
            ("access_expires_at", Number),
            ("address", Text),
            ("user_agent", Text),
            ("revoked_at", Number),
            ("revoked_why", Text),
            ("revoked_by", Text),
        ],
        sequence: None,
    },
    Table {
        name: "outstanding_tokens",
        columns: &[
            ("id", Number),
            ("jti", Text),
            ("session_id", Text),
            ("user_id", Number),
            ("generation", Number),
            ("created_at", Number),
            ("expires_at", Number),
            ("blacklisted_at", Number),
            ("blacklisted_why", Text),
        ],
        sequence: Some("outstanding_tokens_id_seq"),
    },
    Table {
        name: "revocations",
        columns: &[
            ("sequence", Number),
            ("session_id", Text),
            ("at", Number),
            ("why", Text),
            ("by", Text),
            ("until", Number),
        ],
        sequence: Some("revocations_sequence_seq"),
    },
    Table {
        name: "security_events",
        columns: &[
            ("id", Number),
            ("at", Number),
            ("kind", Text),
            ("user_id", Number),
            ("session_id", Text),
            ("address", Text),
            ("user_agent", Text),
            ("other_address", Text),
            ("other_user_agent", Text),
            ("actor_id", Number),
            ("count", Number),
            ("last_at", Number),
            ("changed", Text),
            ("fold_key", Text),
        ],
        sequence: Some("security_events_id_seq"),
    },
    Table {
        name: "imported_users",
        columns: &[
            ("user_id", Number),
            ("username", Text),
            ("email", Text),
            ("password_there", Text),
            ("password_here", Text),
            ("is_active", Bool),
            ("is_staff", Bool),
            ("is_superuser", Bool),
        ],
        sequence: None,
    },
    Table { name: "imports", columns: &[("id", Number), ("began_at", Number)], sequence: None },
];

impl Table {
    /// The name of the key column.
    pub(super) const fn key(&self) -> &'static str {
        self.columns[0].0
    }

    /// A value that sorts before every key.
    pub(super) const fn before_all(&self) -> Value<'static> {
        match self.columns[0].1 {
            Number => Value::Number(Some(i64::MIN)),
            Text | Bool => Value::Text(Some(std::borrow::Cow::Borrowed(""))),
        }
    }

    /// The names of the columns, separated by commas.
    pub(super) fn column_names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }

    /// Reads the values of a row.
    pub(super) fn read(&self, row: &Row) -> sqlx::Result<Vec<Value<'static>>> {
        let read = |&(name, kind): &(&'static str, Kind)| {
            Ok(match kind {
                Number => Value::Number(row.get(name)?),
                Text => row.get::<Option<String>>(name)?.into(),
                Bool => Value::Bool(row.get(name)?),
            })
        };
        self.columns.iter().map(read).collect()
    }

    /// The highest key that a row has or had.
    pub(super) async fn highest_key(&self, source: &mut SqliteConnection) -> sqlx::Result<i64> {
        let (key, name) = (self.key(), self.name);
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
            .flat_map(|table| table.columns.iter().map(|(column, _)| (table.name.to_owned(), (*column).to_owned())));
        assert_eq!(moved.collect::<BTreeSet<_>>(), there.into_iter().collect());
    }
}
