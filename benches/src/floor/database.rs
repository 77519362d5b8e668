//! The statements of a refresh and of a sign-in on Hallpass's tables, with the same durability (WAL with `synchronous
//! = FULL`) and one transaction, hence one sync, each.

use std::path::Path;

use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::Mutex;

use super::tokens::Claims;

pub(crate) struct Database {
    writer: Mutex<SqliteConnection>,
    reader: Mutex<SqliteConnection>,
}

impl Database {
    pub(crate) async fn open(file: &Path) -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .disable_statement_logging();
        Ok(Self { writer: Mutex::new(options.connect().await?), reader: Mutex::new(options.connect().await?) })
    }

    /// Spends a token for its successor, `next`. Returns whether the token was unspent.
    pub(crate) async fn rotate(&self, spent: &str, next: &Claims) -> sqlx::Result<bool> {
        let mut connection = self.writer.lock().await;
        let mut write = connection.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("SELECT session_id, generation, blacklisted_at FROM outstanding_tokens WHERE jti = $1")
            .bind(spent)
            .fetch_one(&mut *write)
            .await?;
        sqlx::query(
            "SELECT sessions.*, users.username, users.email, users.password, users.is_active, users.is_staff,
                 users.is_superuser, users.date_joined, users.last_login
             FROM sessions LEFT JOIN users ON users.id = sessions.user_id WHERE sessions.id = $1",
        )
        .bind(&next.session)
        .fetch_one(&mut *write)
        .await?;
        let swapped = sqlx::query(
            "UPDATE sessions SET generation = $1, current_jti = $2, current_issued_at = $3, current_expires_at = $4,
                 refreshed_at = $3, access_expires_at = $5
             WHERE id = $6 AND generation = $7 AND revoked_at IS NULL",
        )
        .bind(next.generation)
        .bind(&next.jti)
        .bind(millis(next.iat))
        .bind(millis(next.exp))
        .bind(millis(next.iat + 3600))
        .bind(&next.session)
        .bind(next.generation - 1)
        .execute(&mut *write)
        .await?;
        sqlx::query(
            "UPDATE outstanding_tokens SET blacklisted_at = $1, blacklisted_why = 'rotated'
             WHERE jti = $2 AND blacklisted_at IS NULL",
        )
        .bind(millis(next.iat))
        .bind(spent)
        .execute(&mut *write)
        .await?;
        insert_token(&mut write, next).await?;
        write.commit().await?;
        Ok(swapped.rows_affected() == 1)
    }

    pub(crate) async fn find_password(&self, username: &str) -> sqlx::Result<Option<(i64, String)>> {
        sqlx::query_as("SELECT id, password FROM users WHERE username = $1")
            .bind(username)
            .fetch_optional(&mut *self.reader.lock().await)
            .await
    }

    pub(crate) async fn open_session(&self, user: i64, first: &Claims) -> sqlx::Result<()> {
        let mut connection = self.writer.lock().await;
        let mut write = connection.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "INSERT INTO sessions (id, user_id, generation, current_jti, current_issued_at, current_expires_at,
                 created_at, refreshed_at, ends_at, access_expires_at)
             VALUES ($1, $2, 0, $3, $4, $5, $4, $4, $5, $5)",
        )
        .bind(&first.session)
        .bind(user)
        .bind(&first.jti)
        .bind(millis(first.iat))
        .bind(millis(first.exp))
        .execute(&mut *write)
        .await?;
        insert_token(&mut write, first).await?;
        write.commit().await
    }
}

async fn insert_token(connection: &mut SqliteConnection, token: &Claims) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO outstanding_tokens (jti, session_id, user_id, generation, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&token.jti)
    .bind(&token.session)
    .bind(&token.user)
    .bind(token.generation)
    .bind(millis(token.iat))
    .bind(millis(token.exp))
    .execute(connection)
    .await
    .map(drop)
}

fn millis(seconds: u64) -> i64 {
    i64::try_from(seconds * 1000).unwrap_or(i64::MAX)
}
