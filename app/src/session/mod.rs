//! The browser's token engine: keeps the pair in local storage, renews it in the background, and coordinates tabs.
//! `docs/protocol.md` has the rules. Rules that need no browser are pure functions with unit tests ([`pair::merge`],
//! [`schedule`], [`outcome`]). Pages use [`Session`] and the functions of `chunk`, which loads the rest.

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
pub use flight::{EngineEvent, Entry, Flight, flight};
pub use inspect::{renew_now, stored_pair};
pub use release::why_missing;
pub use state::{Connection, Session, SessionState};
