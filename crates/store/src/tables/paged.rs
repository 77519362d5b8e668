//! One page of a long list: counted, then read. Statements are assembled from literals in this crate, so that each filter
//! can use its index. Values are always bound.

use hallpass_core::paging::{PagePlace, PageRequest};
use hallpass_types::Listing;

use crate::sql::{Connection, Row, Statement, Value};

/// The WHERE clause of a statement.
#[derive(Default)]
pub(super) struct Conditions<'v> {
    sql: String,
    values: Vec<Value<'v>>,
}

impl<'v> Conditions<'v> {
    /// Adds a condition without a value.
    pub(super) fn and(&mut self, condition: &'static str) {
        self.sql.push_str(if self.sql.is_empty() { " WHERE " } else { " AND " });
        self.sql.push_str(condition);
    }

    /// Adds a comparison with a value, if there is one.
    pub(super) fn compare<T: Into<Value<'v>>>(&mut self, comparison: &'static str, value: Option<T>) {
        if let Some(value) = value {
            self.and(comparison);
            self.place(value);
        }
    }

    /// Adds a condition that `text` contains these characters.
    pub(super) fn contains(&mut self, text: &'static str, characters: &str) {
        let escaped = characters.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        self.and(text);
        self.sql.push_str(" LIKE ");
        self.place(format!("%{escaped}%"));
        self.sql.push_str(r" ESCAPE '\'");
    }

    /// The statement that selects matching rows up to a limit, in an order. `lock` is the locking clause, or empty.
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

/// The parts of a list's statements.
pub(super) struct List<T> {
    pub(super) columns: &'static str,
    pub(super) table: &'static str,
    /// The join for the page. The count does without it.
    pub(super) joined: &'static str,
    pub(super) order: &'static str,
    pub(super) read: fn(&Row) -> sqlx::Result<T>,
}

/// Reads the page of rows that match the conditions. Both statements must read the same snapshot.
pub(super) async fn list<T>(
    connection: &mut Connection<'_>,
    page: PageRequest,
    list: List<T>,
    conditions: Conditions<'_>,
) -> sqlx::Result<Option<Listing<T>>> {
    let List { columns, table, joined, order, read } = list;
    let Conditions { sql: conditions, mut values } = conditions;
    let count = Statement::assembled(format!("SELECT count(*) FROM {table}{conditions}"), values.clone());
    let count = count.fetch_value(connection).await?;
    let size = page.size.max(1);
    let Some(PagePlace { page, pages, offset }) = page.place(count) else { return Ok(None) };
    let (limit_place, offset_place) = (values.len() + 1, values.len() + 2);
    values.extend([size.into(), offset.cast_signed().into()]);
    let select = format!(
        "SELECT {columns} FROM {table} {joined}{conditions} ORDER BY {order} LIMIT ${limit_place} OFFSET ${offset_place}"
    );
    let items = Statement::assembled(select, values).list(connection, read).await?;
    Ok(Some(Listing { count, page, pages, items }))
}
