//! The connection pool. Work waits for a returned or a new connection, whichever comes first. If the server refuses more
//! connections, the pool continues with those that are open.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bb8::{ManageConnection, PooledConnection, QueueStrategy, RunError};
use tokio::time::{self, Instant};

use super::{
    attempts::Attempts,
    connection::ServerConnection,
    failure::{Failure, is_silence, no_answer},
    session::Sessions,
};

/// The interval at which waiting work checks whether more connections should be opened.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// The time for which the result that a new session is read-only stays valid.
const REFUSAL_STANDS_FOR: Duration = Duration::from_secs(1);

/// A connection for one piece of work. It returns to the pool only if the work has read all answers.
pub(super) type Pooled<'p> = PooledConnection<'p, Connector>;

#[derive(Clone)]
pub(super) struct Pool {
    connections: bb8::Pool<Connector>,
    connector: Connector,
}

impl Pool {
    /// A pool of up to `size` connections, opened on demand. `answer` bounds every wait.
    pub(super) fn new(sessions: Sessions, size: u32, answer: Duration) -> Self {
        let connector = Connector { sessions: Arc::new(sessions), answer, seen: Arc::default() };
        let connections = bb8::Pool::builder()
            .max_size(size)
            .test_on_check_out(false)
            .retry_connection(false)
            .connection_timeout(LOOK_EVERY)
            .queue_strategy(QueueStrategy::Lifo)
            .build_unchecked(connector.clone());
        Self { connections, connector }
    }

    /// The setup of all connections.
    pub(super) fn sessions(&self) -> &Sessions {
        &self.connector.sessions
    }

    /// Acquires a connection that answered recently.
    ///
    /// # Errors
    /// When no connection is available in time, or none can be opened.
    pub(super) async fn acquire(&self, until: Instant) -> sqlx::Result<Pooled<'_>> {
        loop {
            let mut connection = self.get(until).await?;
            connection.begin_use();
            if self.connector.has_fallen_silent(&connection) {
                continue;
            }
            if connection.is_proven() {
                return Ok(connection);
            }
            let asked_at = Instant::now();
            match connection.prove(self.connector.patience()).await {
                Ok(()) => return Ok(connection),
                Err(error) => self.connector.note_loss(&error, asked_at),
            }
        }
    }

    /// Whether the server is read-only: a session that was opened after the work began has rejected a write. Otherwise, older
    /// sessions are closed, because the setting they started with may have changed.
    pub(super) fn takes_no_writes(&self, connection: &ServerConnection, begun: Instant) -> bool {
        let now = Instant::now();
        self.connector.seen(|seen| {
            if connection.opened_at >= begun {
                seen.refusal = Some(now);
            }
            let is_known = seen.refusal.is_some_and(|refusal| now < refusal + REFUSAL_STANDS_FOR);
            if !is_known {
                seen.silence = Some(now);
            }
            is_known
        })
    }

    async fn get(&self, until: Instant) -> sqlx::Result<Pooled<'_>> {
        let begun = Instant::now();
        loop {
            match time::timeout_at(until, self.connections.get()).await {
                Ok(Ok(connection)) => return Ok(connection),
                Ok(Err(RunError::User(error))) => return Err(error),
                Ok(Err(RunError::TimedOut)) | Err(_) => self.connector.check(begun, until)?,
            }
        }
    }
}

/// Opens connections.
#[derive(Clone)]
pub(super) struct Connector {
    sessions: Arc<Sessions>,
    answer: Duration,
    seen: Arc<Mutex<Seen>>,
}

/// Observations of the server.
#[derive(Default)]
struct Seen {
    /// The last failure to connect.
    failure: Option<ConnectFailure>,
    /// Time of a query that was not answered. Connections that have not answered since are not used.
    silence: Option<Instant>,
    /// Time when a new session rejected a write.
    refusal: Option<Instant>,
}

struct ConnectFailure {
    at: Instant,
    message: String,
    passes: bool,
}

impl Connector {
    /// The time to accept a connection or to answer a check. It leaves time for another attempt.
    fn patience(&self) -> Duration {
        self.answer / 2
    }

    fn seen<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn has_fallen_silent(&self, connection: &ServerConnection) -> bool {
        self.seen(|seen| seen.silence.is_some_and(|silence| connection.answered_at < silence))
    }

    /// Records that an idle connection is lost. If it is unresponsive, the others are as well.
    fn note_loss(&self, error: &sqlx::Error, asked_at: Instant) {
        tracing::debug!(%error, "idle PostgreSQL connection lost");
        if is_silence(error) {
            self.seen(|seen| seen.silence = seen.silence.max(Some(asked_at)));
        }
    }

    fn note_failure(&self, error: &sqlx::Error) {
        let failure = ConnectFailure {
            at: Instant::now(),
            message: error.to_string(),
            passes: Failure::passes_when_connecting(error),
        };
        self.seen(|seen| seen.failure = Some(failure));
    }

    /// Whether to keep waiting for a connection.
    fn check(&self, begun: Instant, until: Instant) -> sqlx::Result<()> {
        let is_over = Instant::now() >= until;
        self.seen(|seen| match &seen.failure {
            Some(failure) if failure.at >= begun && (is_over || !failure.passes) => Err(no_answer(&failure.message)),
            _ if is_over => Err(no_answer("all connections are in use")),
            _ => Ok(()),
        })
    }
}

impl ManageConnection for Connector {
    type Connection = ServerConnection;
    type Error = sqlx::Error;

    /// Retries until the server accepts a connection or the time is over.
    async fn connect(&self) -> sqlx::Result<ServerConnection> {
        let mut attempts = Attempts::within(self.answer);
        loop {
            let error = match ServerConnection::open(&self.sessions, self.patience()).await {
                Ok(connection) => return Ok(connection),
                Err(error) => error,
            };
            self.note_failure(&error);
            if !Failure::passes_when_connecting(&error) || !attempts.pause().await {
                return Err(error);
            }
        }
    }

    async fn is_valid(&self, connection: &mut ServerConnection) -> sqlx::Result<()> {
        connection.prove(self.patience()).await
    }

    fn has_broken(&self, connection: &mut ServerConnection) -> bool {
        connection.is_in_use()
    }
}
