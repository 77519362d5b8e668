//! Copies a table in pieces, and compares both sides.

use aws_lc_rs::digest;
use sqlx::{PgConnection, SqliteConnection};

use super::{MoveError, answered, tables::Table, target::Run};
use crate::sql::{Connection, Row, Statement, Value};

/// The number of rows in a piece. Each value is a parameter of one statement, of which PostgreSQL allows 65,535.
const PIECE: u32 = 1_000;

/// The two sides, and the table to copy.
pub(super) struct Copy<'c> {
    pub(super) source: &'c mut SqliteConnection,
    pub(super) target: &'c mut PgConnection,
    pub(super) run: &'c Run,
    pub(super) table: &'static Table,
}

type Values = Vec<Value<'static>>;

impl Copy<'_> {
    /// Makes the rows of the target equal to those of the source. Returns the number of written rows.
    pub(super) async fn run(mut self, progress: &mut impl FnMut(&'static str, u64)) -> Result<u64, MoveError> {
        let (mut after, mut written, mut seen) = (self.table.before_all(), 0, 0);
        loop {
            let rows = self.of_source(&after).await?;
            let Some(last) = rows.last().map(|row| row[0].clone()) else {
                self.replace(&after, Vec::new()).await?;
                return Ok(written);
            };
            seen += rows.len() as u64;
            if self.of_target(&after, &last).await? != rows {
                written += rows.len() as u64;
                self.replace(&after, rows).await?;
            }
            progress(self.table.name, seen);
            after = last;
        }
    }

    /// Reads both sides completely and compares them. Returns the number of rows and their digest.
    pub(super) async fn verify(mut self) -> Result<(u64, String), MoveError> {
        let differs = MoveError::Differs(self.table.name);
        let (mut here, mut there) = (Digest::new(), Digest::new());
        let mut after = self.table.before_all();
        loop {
            let rows = self.of_source(&after).await?;
            let Some(last) = rows.last().map(|row| row[0].clone()) else { break };
            here.update(&rows);
            there.update(&self.of_target(&after, &last).await?);
            after = last;
        }
        let (rows, digest) = here.finish();
        let is_all = self.count_of_target().await? == rows;
        if is_all && there.finish() == (rows, digest.clone()) { Ok((rows, digest)) } else { Err(differs) }
    }

    async fn of_source(&mut self, after: &Value<'static>) -> Result<Vec<Values>, MoveError> {
        let Table { name, key: (key, _), .. } = self.table;
        let columns = self.table.column_names();
        let sql = format!("SELECT {columns} FROM {name} WHERE {key} > $1 ORDER BY {key} LIMIT $2");
        let statement = Statement::assembled(sql, vec![after.clone(), PIECE.into()]);
        let rows = statement.fetch_all(&mut Connection::sqlite(self.source)).await;
        self.read(rows).map_err(MoveError::Source)
    }

    async fn of_target(&mut self, after: &Value<'static>, last: &Value<'static>) -> Result<Vec<Values>, MoveError> {
        let Table { name, key: (key, _), .. } = self.table;
        let columns = self.table.column_names();
        let sql = format!("SELECT {columns} FROM {name} WHERE {key} > $1 AND {key} <= $2 ORDER BY {key}");
        let statement = Statement::assembled(sql, vec![after.clone(), last.clone()]);
        let mut connection = Connection::postgres(self.target);
        let rows = answered(async { statement.fetch_all(&mut connection).await.map_err(MoveError::Target) }).await?;
        self.read(Ok(rows)).map_err(MoveError::Target)
    }

    fn read(&self, rows: sqlx::Result<Vec<Row>>) -> sqlx::Result<Vec<Values>> {
        rows?.iter().map(|row| self.table.read(row)).collect()
    }

    async fn count_of_target(&mut self) -> Result<u64, MoveError> {
        let statement = Statement::assembled(format!("SELECT count(*) FROM {}", self.table.name), Vec::new());
        let mut connection = Connection::postgres(self.target);
        let count: i64 =
            answered(async { statement.fetch_value(&mut connection).await.map_err(MoveError::Target) }).await?;
        Ok(count.cast_unsigned())
    }

    /// Replaces all rows after a key with these. From the first difference on, no row of the target is kept.
    async fn replace(&mut self, after: &Value<'static>, rows: Vec<Values>) -> Result<(), MoveError> {
        let deletion = format!("DELETE FROM {} WHERE {} > $1", self.table.name, self.table.key.0);
        let deletion = Statement::assembled(deletion, vec![after.clone()]);
        let insertion = (!rows.is_empty()).then(|| self.insertion(rows));
        answered(async {
            let mut transaction = self.run.transaction(self.target).await?;
            let mut connection = Connection::postgres(&mut transaction);
            for statement in std::iter::once(deletion).chain(insertion) {
                statement.execute(&mut connection).await.map_err(MoveError::Target)?;
            }
            transaction.commit().await.map_err(MoveError::Target)
        })
        .await
    }

    fn insertion(&self, rows: Vec<Values>) -> Statement<'static> {
        let width = self.table.columns().count();
        let places = (0..rows.len()).map(|row| {
            let places: Vec<_> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
            format!("({})", places.join(", "))
        });
        let places: Vec<_> = places.collect();
        let (name, columns) = (self.table.name, self.table.column_names());
        let sql = format!("INSERT INTO {name} ({columns}) VALUES {}", places.join(", "));
        Statement::assembled(sql, rows.into_iter().flatten().collect())
    }
}

/// A digest over rows. Each value is preceded by its type and length, so that different rows have different digests.
struct Digest {
    rows: u64,
    context: digest::Context,
}

impl Digest {
    fn new() -> Self {
        Self { rows: 0, context: digest::Context::new(&digest::SHA256) }
    }

    fn update(&mut self, rows: &[Values]) {
        self.rows += rows.len() as u64;
        for value in rows.iter().flatten() {
            match value {
                Value::Bool(value) => self.context.update(&[b'b', u8::from(*value)]),
                Value::Number(None) | Value::Text(None) => self.context.update(b"-"),
                Value::Number(Some(number)) => {
                    self.context.update(b"n");
                    self.context.update(&number.to_be_bytes());
                }
                Value::Text(Some(text)) => {
                    self.context.update(b"t");
                    self.context.update(&(text.len() as u64).to_be_bytes());
                    self.context.update(text.as_bytes());
                }
            }
        }
    }

    fn finish(self) -> (u64, String) {
        let digest = self.context.finish();
        (self.rows, hex::encode(digest))
    }
}
