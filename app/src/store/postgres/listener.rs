//! Hears of revocations as they are committed (`NOTIFY`, by a trigger of the table).

use std::{sync::Arc, time::Duration};

use sqlx::{PgPool, postgres::PgListener};
use tokio::{sync::Notify, task::AbortHandle, time};

/// What the trigger calls it.
const CHANNEL: &str = "hallpass_revocations";

/// How soon a line that was cut is tried again.
const RECONNECT_AFTER: Duration = Duration::from_millis(250);

/// Hears until it is dropped.
pub(super) struct Listener {
    heard: Arc<Notify>,
    task: AbortHandle,
}

impl Listener {
    pub(super) fn start(pool: PgPool) -> Self {
        let heard = Arc::new(Notify::new());
        let task = tokio::spawn(listen(pool, heard.clone())).abort_handle();
        Self { heard, task }
    }

    pub(super) async fn told(&self) {
        self.heard.notified().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen(pool: PgPool, heard: Arc<Notify>) {
    loop {
        if let Err(error) = listen_once(&pool, &heard).await {
            tracing::debug!(%error, "not hearing of other servers' revocations; they are asked for instead");
        }
        time::sleep(RECONNECT_AFTER).await;
    }
}

async fn listen_once(pool: &PgPool, heard: &Notify) -> sqlx::Result<()> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    loop {
        // What was said before, or while the line was cut, was not heard.
        heard.notify_one();
        listener.try_recv().await?;
    }
}
