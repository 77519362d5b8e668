//! Server functions by subject. A server function decodes, calls one operation of the
//! core, and encodes; it decides nothing.

pub(crate) mod account;
pub(crate) mod admin;
mod error;
mod sentence;
pub(crate) mod session;
pub mod status;

#[cfg(feature = "ssr")]
pub mod expose;
#[cfg(feature = "ssr")]
mod listing;
#[cfg(feature = "ssr")]
mod request;
#[cfg(feature = "ssr")]
mod words;

pub use error::{ApiError, Code, FieldError};
