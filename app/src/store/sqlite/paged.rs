//! One page of a long list: counted, then read. The text of a statement is put together from literals
//! here and in the rooms beside, so that each filter can use its index; values are always bound.

use sqlx::{Encode, QueryBuilder, Sqlite, SqlitePool, Type, sqlite::SqliteRow};

use crate::auth::paging::{Listed, PageRequest};

/// The conditions of a statement, one after the other.
pub(super) struct Conditions<'s> {
    sql: &'s mut QueryBuilder<Sqlite>,
    word: &'static str,
}

impl<'s> Conditions<'s> {
    /// Of a statement that has none yet.
    pub(super) fn of(sql: &'s mut QueryBuilder<Sqlite>) -> Self {
        Self { sql, word: " WHERE " }
    }

    /// `comparison` with a value, if there is one.
    pub(super) fn compare<'v, T: Encode<'v, Sqlite> + Type<Sqlite>>(
        &mut self,
        comparison: &'static str,
        value: Option<T>,
    ) {
        if let Some(value) = value {
            self.and(comparison).push_bind(value);
        }
    }

    /// One that stands as it is.
    pub(super) fn and(&mut self, condition: &'static str) -> &mut QueryBuilder<Sqlite> {
        let sql = self.sql.push(self.word).push(condition);
        self.word = " AND ";
        sql
    }
}

/// What a list is made of.
pub(super) struct List<T> {
    pub(super) columns: &'static str,
    pub(super) table: &'static str,
    /// What the page is joined with, and the count is not.
    pub(super) joined: &'static str,
    pub(super) order: &'static str,
    pub(super) read: fn(&SqliteRow) -> sqlx::Result<T>,
}

/// The page of what meets the conditions.
pub(super) async fn list<T>(
    pool: &SqlitePool,
    page: PageRequest,
    list: List<T>,
    conditions: impl Fn(&mut QueryBuilder<Sqlite>),
) -> sqlx::Result<Option<Listed<T>>> {
    let List { columns, table, joined, order, read } = list;
    // Both are read from one state of the database.
    let mut transaction = pool.begin().await?;
    let mut sql = QueryBuilder::new("SELECT count(*) FROM ");
    sql.push(table);
    conditions(&mut sql);
    let count: i64 = sql.build_query_scalar().fetch_one(&mut *transaction).await?;
    let count = count.cast_unsigned();
    let Some(place) = page.place(count) else {
        return Ok(None);
    };
    let mut sql = QueryBuilder::new("SELECT ");
    sql.push(columns).push(" FROM ").push(table).push(" ").push(joined);
    conditions(&mut sql);
    sql.push(" ORDER BY ").push(order).push(" LIMIT ").push_bind(place.size);
    sql.push(" OFFSET ").push_bind(place.offset.cast_signed());
    let rows = sql.build().fetch_all(&mut *transaction).await?;
    let items = rows.iter().map(read).collect::<sqlx::Result<_>>()?;
    Ok(Some(Listed { count, place, items }))
}
