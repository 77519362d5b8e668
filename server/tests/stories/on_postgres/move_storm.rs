//! Every operation during a move from SQLite to PostgreSQL. Acknowledged writes are in the new database.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};

use futures::future::join_all;
use hallpass_core::settings::Settings;
use tokio::task;

use crate::{
    actors::{Direct, World, settings},
    cluster::Cluster,
    patience::until,
    sqlite,
    storm::{OPERATIONS, Operation, Storm, administrator},
};

/// The number of concurrent callers per operation.
const CALLERS: usize = 2;

/// How often each operation is answered before the move begins.
const ANSWERS: usize = 3;

/// The contents that both databases must share: a text and a number of each row.
const ROWS: [&str; 6] = [
    "SELECT username || email || password || CASE WHEN is_active THEN 1 ELSE 0 END, id FROM users ORDER BY id",
    "SELECT id || coalesce(revoked_why, ''), refreshed_at FROM sessions ORDER BY id",
    "SELECT jti || coalesce(blacklisted_why, ''), expires_at FROM outstanding_tokens ORDER BY id",
    "SELECT session_id || why, until FROM revocations ORDER BY sequence",
    "SELECT kind || coalesce(session_id, ''), at FROM security_events ORDER BY id",
    "SELECT username || password_there || password_here, user_id FROM imported_users ORDER BY user_id",
];

/// A user, and the operation that is performed on that user during the move.
struct Beside<'w> {
    operation: Operation,
    storm: Storm<'w>,
    tried: AtomicUsize,
    answered: AtomicUsize,
}

impl Beside<'_> {
    /// Repeats the operation until one was tried that began after the move.
    async fn go_on(&self, is_moved: &AtomicBool) {
        loop {
            let was_moved = is_moved.load(Ordering::SeqCst);
            // Reopen ended sessions, so that there is always something to end.
            for operation in [self.operation, Operation::Refresh] {
                self.tried.fetch_add(1, Ordering::SeqCst);
                let answer = self.storm.perform(operation).await;
                let is_counted = answer.is_ok() && operation == self.operation;
                self.answered.fetch_add(usize::from(is_counted), Ordering::SeqCst);
                // Some operations fail without waiting for anything.
                task::yield_now().await;
            }
            if was_moved {
                return;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_acknowledged_during_a_move_are_in_the_new_database() {
    let (cluster, folder) = (Cluster::start(&["fsync=off"]), sqlite::folder());
    let (file, target) = (sqlite::migrated_database(folder.path()).await, cluster.database().await);
    // Each operation advances the clock; none of their tokens expires.
    let days = |days: u64| Duration::from_hours(24 * days);
    let settings = Settings { access_token_lifetime: days(30), refresh_token_lifetime: days(60), ..settings() };
    let world = World::at(file.clone(), settings).await;
    let root = administrator(&world).await;
    let mut all = Vec::new();
    for (id, operation) in (1_000..).zip(OPERATIONS) {
        let storm = Storm::begin(&world, &root, id).await;
        all.push(Beside { operation, storm, tried: AtomicUsize::new(0), answered: AtomicUsize::new(0) });
    }
    let is_moved = AtomicBool::new(false);
    let moving = async {
        until("each operation was answered", async || {
            all.iter().all(|beside| beside.answered.load(Ordering::SeqCst) >= ANSWERS)
        })
        .await;
        let (from, to) = (file.parse().expect("a URL"), target.parse().expect("a URL"));
        hallpass_store::transfer(&from, &to, |_, _| {}).await.expect("a move");
        is_moved.store(true, Ordering::SeqCst);
    };
    let callers = all.iter().flat_map(|beside| (0..CALLERS).map(|_| beside.go_on(&is_moved)));
    tokio::join!(moving, join_all(callers));

    for Beside { operation, storm, tried, answered } in &all {
        println!("{operation:?}: {tried:?} tried, {answered:?} of them answered");
        assert_eq!(storm.lost(&target).await, Vec::<String>::new(), "{operation:?}: lost");
        assert_eq!(storm.ended_early(&target).await, Vec::<String>::new(), "{operation:?}: ended early");
    }
    let (mut old, mut new) = (Direct::connect(&file).await, Direct::connect(&target).await);
    for rows in ROWS {
        assert_eq!(old.pairs(rows).await, new.pairs(rows).await, "{rows}");
    }
}
