//! What crosses the wire, in one set of types for both sides. Plain data with `serde`, safe for
//! WebAssembly; nothing here decides anything.

mod account;
mod claims;
mod error;
mod secret;
mod token;

pub use account::{Credentials, Me, PasswordChange, PasswordPolicy, Registration, SessionInfo};
pub use claims::SessionClaims;
pub use error::{ApiError, Code, EndReason, Ended, FieldError};
pub use secret::Secret;
pub use token::{SlidingToken, TokenPair};
