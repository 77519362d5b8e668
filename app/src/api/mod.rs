//! Server functions by subject, and the client that sends them. A server function decodes, calls one operation of the
//! core, and encodes; it decides nothing.

pub mod account;
pub mod admin;
mod error;
pub mod events;
mod sentence;
pub mod session;
pub mod sessions;
pub mod status;

#[cfg(feature = "ssr")]
pub mod expose;
#[cfg(feature = "ssr")]
mod listing;
#[cfg(feature = "ssr")]
mod request;
#[cfg(feature = "ssr")]
mod words;

pub use hallpass_leptos as client;

pub use error::{ApiError, Code, FieldError};
