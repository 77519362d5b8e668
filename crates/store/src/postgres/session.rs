//! The setup of sessions, on a direct connection and behind a pooler.
//!
//! A pooler such as `PgBouncer` may give each transaction another session. There, no state outlasts a transaction: settings are
//! local, statements are unnamed, reads use a transaction, and there is no LISTEN connection.

use std::time::Duration;

use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, Row, SqlSafeStr, SqlStr, postgres::PgConnectOptions};
use tokio::time;

use super::failure::no_answer;
use crate::{Timeouts, sql::Statements};

/// The isolation level that work relies on, whatever the database's default is.
const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// Begins work that reads with one statement.
const READ: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY";
/// Begins work that reads a snapshot with several statements.
const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Selects the transaction's id, with which the outcome of COMMIT can be looked up.
const ID: &str = "SELECT CAST(pg_current_xact_id() AS text)";

/// A custom setting that reaches the server only on a direct connection: poolers reject it or do not forward it.
const PROOF: &str = "hallpass.session";

/// The setup of all connections to a database.
pub(super) struct Sessions {
    pub(super) options: PgConnectOptions,
    pub(super) statements: Statements,
    /// Begins a transaction that writes, and selects its id.
    pub(super) begin: SqlStr,
    /// Begins a transaction that reads with several statements.
    pub(super) begin_snapshot: SqlStr,
    /// Begins a transaction that reads with one statement. `None` if no transaction is needed.
    pub(super) begin_read: Option<SqlStr>,
}

impl Sessions {
    /// Connects and detects a pooler.
    pub(super) async fn connect(options: PgConnectOptions, timeouts: Timeouts) -> sqlx::Result<(Self, PgConnection)> {
        let found = time::timeout(timeouts.answer, find(options, timeouts)).await;
        found.unwrap_or_else(|_| Err(no_answer("connecting")))
    }

    fn direct(options: PgConnectOptions) -> Self {
        Self {
            options,
            statements: Statements::Named,
            begin: AssertSqlSafe(format!("{WRITE}; {ID}")).into_sql_str(),
            begin_snapshot: SNAPSHOT.into_sql_str(),
            begin_read: None,
        }
    }

    fn pooled(options: PgConnectOptions, timeouts: Timeouts) -> Self {
        let settings: String =
            bounds(timeouts).iter().map(|(setting, value)| format!("; SET LOCAL {setting} = {value}")).collect();
        Self {
            options,
            statements: Statements::Unnamed,
            begin: AssertSqlSafe(format!("{WRITE}{settings}; {ID}")).into_sql_str(),
            begin_snapshot: AssertSqlSafe(format!("{SNAPSHOT}{settings}")).into_sql_str(),
            begin_read: Some(AssertSqlSafe(format!("{READ}{settings}")).into_sql_str()),
        }
    }

    /// Whether a connection keeps its session.
    pub(super) const fn are_lasting(&self) -> bool {
        matches!(self.statements, Statements::Named)
    }
}

async fn find(options: PgConnectOptions, timeouts: Timeouts) -> sqlx::Result<(Sessions, PgConnection)> {
    let direct = options.clone().options(settings(timeouts)).options([(PROOF, "on")]);
    match direct.connect().await {
        Ok(mut connection) => {
            let ask = AssertSqlSafe(format!("SELECT coalesce(current_setting('{PROOF}', true), '') = 'on'"));
            if sqlx::raw_sql(ask).fetch_one(&mut connection).await?.try_get(0)? {
                return Ok((Sessions::direct(direct), connection));
            }
        }
        Err(error) if refuses_settings(&error) => {}
        Err(error) => return Err(error),
    }
    tracing::info!("PostgreSQL is behind a pooler: no session state is used");
    let connection = options.connect().await?;
    Ok((Sessions::pooled(options, timeouts), connection))
}

/// Whether a pooler rejected settings that it does not forward.
fn refuses_settings(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else { return false };
    error.code().is_some_and(|code| code == "0A000" || code == "08P01") || error.message().contains("startup parameter")
}

/// The settings of a session. Nothing that work relies on is inherited from the database or the role.
fn settings(timeouts: Timeouts) -> impl Iterator<Item = (&'static str, String)> {
    let others = [
        ("default_transaction_isolation", "read committed".to_owned()),
        ("default_transaction_deferrable", "off".to_owned()),
        ("client_min_messages", "warning".to_owned()),
    ];
    bounds(timeouts).into_iter().chain(others)
}

/// The timeouts in milliseconds. The lock timeout leaves time to receive its error.
fn bounds(Timeouts { answer, statement, lock }: Timeouts) -> [(&'static str, String); 3] {
    // PostgreSQL reads 0 as no limit.
    let millis = |time: Duration| time.as_millis().max(1).to_string();
    [
        ("statement_timeout", millis(statement)),
        ("lock_timeout", millis(lock.min(answer * 4 / 5))),
        ("idle_in_transaction_session_timeout", millis(answer)),
    ]
}
