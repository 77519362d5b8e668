//! Hallpass, the application, compiled twice: to WebAssembly for the browser and natively for the
//! server. This file is the map; `docs/architecture.md` explains the rooms.
//!
//! Imports run one way: `ui → session → api → auth ← store`; `wire`, `language`, `local_url` and `delay` are imported
//! by all and import nothing.

// The type of a page is as deep as its markup.
#![recursion_limit = "256"]

mod chunk;
mod delay;

pub mod api;
pub mod language;
pub mod local_url;
pub mod session;
pub mod ui;
