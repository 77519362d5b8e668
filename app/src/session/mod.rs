//! The browser's token engine: it keeps the pair in local storage, renews it unnoticed, and agrees
//! with the other tabs. The rules are in `docs/protocol.md`; those that can be stated without a
//! browser are pure functions here ([`pair::merge`], [`schedule`], [`outcome`]) and tested as such.
//! Pages meet the engine in [`Session`] and in the functions of `chunk`, which downloads the rest.

mod browser;
mod chunk;
mod engine;
mod flight;
mod inspect;
mod lock;
pub mod outcome;
pub mod pair;
mod refresh;
mod release;
pub mod schedule;
mod sign_in;
mod sign_out;
mod staff;
mod state;
mod storage;
mod tabs;
mod turn;

pub use browser::{now, online, random, respite, visible};
pub use chunk::{prepare, register, sign_in, sign_out, start};
pub use flight::{Deed, Entry, Flight, flight};
pub use inspect::{renew_now, stored_pair};
pub use release::why_missing;
pub use state::{Connection, Session, SessionState};
