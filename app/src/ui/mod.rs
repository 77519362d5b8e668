//! What people see: the document, the routes, a page a route, and what pages share. No rule about
//! accounts or tokens is made here.

#![expect(unreachable_pub, reason = "the component macro writes `pub` where nobody outside can reach")]

mod address;
mod application;
mod components;
mod deed;
mod found;
mod here;
mod last_session;
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
