//! Randomness behind a gate. A new password's hash needs a salt: while the gate is closed, every running hash waits
//! for one and occupies its processor, so that the hashing queue does not move.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::available_parallelism,
};

use hallpass_core::{
    Account, Auth,
    clock::{Randomness, SystemRandomness},
    user::Role,
};

use crate::{
    actors::PASSWORD,
    patience::{PATIENCE, until},
};

/// The number of concurrent hashes.
pub(crate) fn parallelism() -> usize {
    available_parallelism().map_or(1, usize::from)
}

#[derive(Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    opened: Condvar,
}

#[derive(Default)]
struct State {
    is_closed: bool,
    waiting: usize,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the gate and creates as many accounts as there are processors, so that every later hash has to wait.
    pub(crate) async fn close(self: &Arc<Self>, auth: &Arc<Auth>) -> Closed {
        self.state().is_closed = true;
        let closed = Closed(self.clone());
        for number in 0..parallelism() {
            let (auth, username) = (auth.clone(), format!("waiting{number}"));
            let account = Account {
                username,
                email: String::new(),
                password: PASSWORD.into(),
                role: Role::User,
                is_active: true,
            };
            tokio::spawn(async move { auth.create_user(account).await });
        }
        until("every processor has a hash to compute", async || self.state().waiting == parallelism()).await;
        closed
    }
}

impl Randomness for Gate {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.state();
        state.waiting += 1;
        let opened = self.opened.wait_timeout_while(state, PATIENCE, |state| state.is_closed);
        opened.unwrap_or_else(PoisonError::into_inner).0.waiting -= 1;
        SystemRandomness.fill(bytes);
    }
}

/// Opens the gate on drop.
pub(crate) struct Closed(Arc<Gate>);

impl Drop for Closed {
    fn drop(&mut self) {
        self.0.state().is_closed = false;
        self.0.opened.notify_all();
    }
}
