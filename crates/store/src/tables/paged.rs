//! One page of a long list: counted, then read. The text of a statement is put together from literals
//! here and in the rooms beside, so that each filter can use its index; values are always bound.

use hallpass_core::paging::{Listed, PageRequest};

use crate::sql::{Connection, Row, Statement, Value};

/// The conditions of a statement, one after the other.
#[derive(Default)]
pub(super) struct Conditions<'v> {
    sql: String,
    values: Vec<Value<'v>>,
}

impl<'v> Conditions<'v> {
    /// One that stands as it is.
    pub(super) fn and(&mut self, condition: &'static str) {
        self.sql.push_str(if self.sql.is_empty() { " WHERE " } else { " AND " });
        self.sql.push_str(condition);
    }

    /// `comparison` with a value, if there is one.
    pub(super) fn compare<T: Into<Value<'v>>>(&mut self, comparison: &'static str, value: Option<T>) {
        if let Some(value) = value {
            self.and(comparison);
            self.place(value);
        }
    }

    /// `text` has these characters in it, one after the other.
    pub(super) fn contains(&mut self, text: &'static str, characters: &str) {
        let escaped = characters.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        self.and(text);
        self.sql.push_str(" LIKE ");
        self.place(format!("%{escaped}%"));
        self.sql.push_str(r" ESCAPE '\'");
    }

    /// The rows that meet the conditions, up to a limit, in an order; `lock` is what locks them, if anything does.
    pub(super) fn select(
        mut self,
        columns: &'static str,
        order: &'static str,
        limit: Option<u32>,
        lock: &'static str,
    ) -> Statement<'v> {
        self.sql = format!("SELECT {columns}{} ORDER BY {order}", self.sql);
        if let Some(limit) = limit {
            self.sql.push_str(" LIMIT ");
            self.place(limit);
        }
        self.sql.push_str(lock);
        Statement::assembled(self.sql, self.values)
    }

    fn place(&mut self, value: impl Into<Value<'v>>) {
        self.values.push(value.into());
        self.sql.push('$');
        self.sql.push_str(&self.values.len().to_string());
    }
}

/// What a list is made of.
pub(super) struct List<T> {
    pub(super) columns: &'static str,
    pub(super) table: &'static str,
    /// What the page is joined with, and the count is not.
    pub(super) joined: &'static str,
    pub(super) order: &'static str,
    pub(super) read: fn(&Row) -> sqlx::Result<T>,
}

/// The page of what meets the conditions. Both statements should see one state of the database.
pub(super) async fn list<T>(
    connection: &mut Connection<'_>,
    page: PageRequest,
    list: List<T>,
    conditions: Conditions<'_>,
) -> sqlx::Result<Option<Listed<T>>> {
    let List { columns, table, joined, order, read } = list;
    let Conditions { sql: conditions, mut values } = conditions;
    let count = Statement::assembled(format!("SELECT count(*) FROM {table}{conditions}"), values.clone());
    let count = count.fetch_value::<i64>(connection).await?.cast_unsigned();
    let Some(place) = page.place(count) else {
        return Ok(None);
    };
    let (limit, offset) = (values.len() + 1, values.len() + 2);
    values.extend([place.size.into(), place.offset.cast_signed().into()]);
    let page =
        format!("SELECT {columns} FROM {table} {joined}{conditions} ORDER BY {order} LIMIT ${limit} OFFSET ${offset}");
    let rows = Statement::assembled(page, values).fetch_all(connection).await?;
    let items = rows.iter().map(read).collect::<sqlx::Result<_>>()?;
    Ok(Some(Listed { count, place, items }))
}
