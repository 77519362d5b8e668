//! One connection to the server, and whether it can be used again.

use std::{io, sync::Arc, time::Duration};

use sqlx::{ConnectOptions, PgConnection, Row, postgres::PgRow};
use tokio::time::{self, Instant};

use super::{failure::no_answer, session::Sessions};
use crate::sql::Connection;

/// The time for which a connection counts as working after an answer. Later, it is checked before use.
const PROVEN_FOR: Duration = Duration::from_secs(1);

/// Selects the role of the server and the history of its data. A promotion or a restore (another timeline) and a crash (reset
/// statistics) start a new history, in which transaction ids may be assigned again.
const SERVER: &str = "
    SELECT pg_is_in_recovery() AS is_standby,
        CASE WHEN pg_is_in_recovery() THEN NULL ELSE
            concat_ws('/', system_identifier, substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8), stats_reset)
        END AS history
    FROM pg_control_system(), pg_stat_bgwriter";

/// Selects the role where the history is not available.
const ROLE: &str = "SELECT pg_is_in_recovery() AS is_standby, CAST(NULL AS text) AS history";

/// The server is a standby. A host name can lead to one during a failover.
#[derive(Debug, thiserror::Error)]
#[error("the PostgreSQL server is a standby, which accepts no writes; set the host in database_url to the primary")]
struct Standby;

/// A connection. It can be used again only if the work has confirmed that all answers were read: a dropped future leaves
/// unread answers.
pub(super) struct ServerConnection {
    /// The connection of the driver.
    pub(super) raw: PgConnection,
    /// The setup of the session.
    pub(super) sessions: Arc<Sessions>,
    /// The history of the server's data, if it is known.
    pub(super) history: Option<Arc<str>>,
    pub(super) opened_at: Instant,
    pub(super) answered_at: Instant,
    is_in_use: bool,
}

impl ServerConnection {
    /// Connects to a primary.
    pub(super) async fn open(sessions: &Arc<Sessions>, within: Duration) -> sqlx::Result<Self> {
        let opened = time::timeout(within, async {
            let mut raw = sessions.options.connect().await?;
            let server = ask_server(&mut raw).await?;
            Ok((raw, server))
        });
        let (raw, server) = opened.await.unwrap_or_else(|_| Err(no_answer("connecting")))?;
        if server.try_get("is_standby")? {
            return Err(sqlx::Error::Io(io::Error::other(Standby)));
        }
        let history: Option<String> = server.try_get("history")?;
        let now = Instant::now();
        Ok(Self {
            raw,
            sessions: sessions.clone(),
            history: history.map(Arc::from),
            opened_at: now,
            answered_at: now,
            is_in_use: false,
        })
    }

    /// The connection for the statements of the tables.
    pub(super) fn connection(&mut self) -> Connection<'_> {
        Connection::prepared(&mut self.raw, self.sessions.statements)
    }

    /// Begins a piece of work. Until it is finished, the connection is not used again.
    pub(super) const fn begin_use(&mut self) {
        self.is_in_use = true;
    }

    /// Ends a piece of work: all answers were read, and no transaction is open.
    pub(super) fn finish_use(&mut self) {
        self.is_in_use = false;
        self.answered_at = Instant::now();
    }

    pub(super) const fn is_in_use(&self) -> bool {
        self.is_in_use
    }

    /// Whether the connection answered recently.
    pub(super) fn is_proven(&self) -> bool {
        self.answered_at.elapsed() < PROVEN_FOR
    }

    /// Checks that the server answers.
    pub(super) async fn prove(&mut self, within: Duration) -> sqlx::Result<()> {
        let proved = time::timeout(within, sqlx::Connection::ping(&mut self.raw)).await;
        proved.unwrap_or_else(|_| Err(no_answer("an idle connection")))
    }
}

async fn ask_server(raw: &mut PgConnection) -> sqlx::Result<PgRow> {
    match sqlx::raw_sql(SERVER).fetch_one(&mut *raw).await {
        // Managed services may not provide all functions of PostgreSQL.
        Err(sqlx::Error::Database(error)) => {
            tracing::debug!(%error, "PostgreSQL does not report the history of its data");
            sqlx::raw_sql(ROLE).fetch_one(raw).await
        }
        answer => answer,
    }
}
