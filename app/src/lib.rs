//! The Hallpass application, compiled to WebAssembly for the browser and natively for the server. See
//! `docs/architecture.md`.

// The type of a page nests as deeply as its markup.
#![recursion_limit = "256"]

mod chunk;
mod session;

pub mod api;
pub mod language;
pub mod local_url;
pub mod ui;
