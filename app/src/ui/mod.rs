//! The user interface: document, routes, pages and shared components. Contains no rule about accounts or tokens.

#![expect(unreachable_pub, reason = "the component macro writes `pub` where nobody outside can reach")]

mod action;
mod application;
mod components;
mod current_url;
mod last_session;
mod list;
mod list_url;
mod load;
mod lost_reply;
mod next;
mod pages;
pub mod panic;
mod place;
mod query;
mod routes;
pub mod shell;
pub mod theme;

pub use application::App;
