//! A LISTEN connection for revocations. A trigger of the table sends `NOTIFY` when they are committed.

use std::{sync::Arc, time::Duration};

use sqlx::{
    Executor,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio::{sync::Notify, task::AbortHandle, time};

use super::failure::no_answer;

/// The channel that the trigger notifies.
const CHANNEL: &str = "hallpass_revocations";

/// The pause before reconnecting.
const RECONNECT_AFTER: Duration = Duration::from_millis(250);

/// Listens until it is dropped.
pub(super) struct Listener {
    heard: Arc<Notify>,
    task: AbortHandle,
}

impl Listener {
    /// Starts listening. After each `answer` without a notification, the connection is checked, with half of that time for
    /// the reply.
    pub(super) fn start(options: PgConnectOptions, answer: Duration) -> Self {
        let heard = Arc::new(Notify::new());
        let task = tokio::spawn(listen(options, answer, heard.clone())).abort_handle();
        Self { heard, task }
    }

    /// Waits for the next notification.
    pub(super) async fn notified(&self) {
        self.heard.notified().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(options: PgConnectOptions, answer: Duration, heard: Arc<Notify>) {
    loop {
        if let Err(error) = listen_once(options.clone(), answer, &heard).await {
            tracing::debug!(%error, "LISTEN connection lost, polling for revocations");
        }
        time::sleep(RECONNECT_AFTER).await;
    }
}

async fn listen_once(options: PgConnectOptions, answer: Duration, heard: &Notify) -> sqlx::Result<()> {
    let mut listener = within(answer, connect(options)).await?;
    // This module reconnects itself, with a timeout.
    listener.eager_reconnect(false);
    // Notifications from before, or while the connection was lost, were missed.
    heard.notify_one();
    loop {
        match time::timeout(answer, listener.try_recv()).await {
            Ok(Ok(Some(_))) => heard.notify_one(),
            Ok(Ok(None)) => return Err(sqlx::Error::WorkerCrashed),
            Ok(Err(error)) => return Err(error),
            Err(_) => within(answer / 2, listener.fetch_optional("SELECT 1")).await.map(drop)?,
        }
    }
}

/// Connects. The listener needs a pool and gets its own, because an unresponsive connection occupies its slot until it is
/// closed.
async fn connect(options: PgConnectOptions) -> sqlx::Result<PgListener> {
    let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with(options);
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

async fn within<T>(time: Duration, answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    time::timeout(time, answer).await.unwrap_or_else(|_| Err(no_answer("the LISTEN connection")))
}
