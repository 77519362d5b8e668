//! The Hallpass server as a library: configuration, REST API, pages, command line, logs and metrics. The rules about
//! tokens and accounts are in `hallpass_core`.
//!
//! The binary `hallpass` is built on it. So is an application that adds a policy, tables and endpoints:
//!
//! ```no_run
//! use axum::{Router, routing::get};
//! use server::{Hallpass, config::Config, extract::SignedIn};
//!
//! async fn whoami(SignedIn(bearer): SignedIn) -> String {
//!     bearer.user.to_string()
//! }
//!
//! # async fn serve() -> Result<(), server::commands::Failure> {
//! Hallpass::builder(Config::load(None)?)
//!     .routes(|hallpass| Router::new().route("/api/whoami/", get(whoami)).with_state(hallpass))
//!     .serve()
//!     .await
//! # }
//! ```

// Page types nest as deeply as their markup.
#![recursion_limit = "256"]
// These macros panic when the output cannot be written; `output` does not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod background;
mod base_url;
mod body;
mod body_timeout;
pub mod cli;
pub mod commands;
pub mod config;
pub mod connections;
pub mod extract;
pub mod forwarded;
mod hallpass;
mod host;
pub mod http_options;
mod key_follower;
pub mod layers;
pub mod metrics;
pub mod output;
pub mod pages;
mod parameters;
mod preferences;
mod request_id;
pub mod rest;
pub mod router;
mod signals;
mod site;
pub mod telemetry;

pub use hallpass::{Builder, Hallpass, Server};
