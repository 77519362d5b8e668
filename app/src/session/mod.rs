//! The browser's token engine: it keeps the pair in local storage, renews it unnoticed, and agrees
//! with the other tabs. The rules are in `docs/protocol.md`; those that can be stated without a
//! browser are pure functions here ([`pair::merge`], [`schedule`], [`outcome`]) and tested as such.

mod backoff;
mod browser;
mod engine;
mod lock;
pub mod outcome;
pub mod pair;
mod refresh;
pub mod schedule;
mod sign_in;
mod sign_out;
mod state;
mod storage;
mod tabs;

pub use sign_in::{register, sign_in};
pub use sign_out::sign_out;
pub use state::{Connection, Session, SessionState};

use crate::api::client;

/// Starts the engine of this tab, once, after hydration: from here on `session` tells who is signed
/// in.
pub fn start(session: Session) {
    engine::attach(session);
    client::install(refresh::Source);
    tabs::listen();
    engine::wake();
    sign_out::finish_pending();
}
