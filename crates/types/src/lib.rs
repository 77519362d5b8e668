//! The requests and answers of Hallpass, shared by the server, the browser application and clients in Rust. Plain data
//! with `serde`, without logic, for every target including WebAssembly.
//!
//! ```
//! use hallpass_types::TokenPair;
//!
//! let pair: TokenPair = serde_json::from_str(r#"{"refresh": "r.r.r", "access": "a.a.a"}"#)?;
//! assert_eq!(pair.access.expose(), "a.a.a");
//! # Ok::<(), serde_json::Error>(())
//! ```

mod account;
mod admin;
mod claims;
mod ended;
mod event;
mod millis;
mod oauth;
mod search;
mod secret;
mod token;

pub use account::{
    Credentials, LengthError, Me, PasswordChange, PasswordPolicy, ProfileForm, Registration, SessionInfo,
};
pub use admin::{BlacklistReason, NewUserForm, Page, PasswordForm, TokenRecord, UserChange, UserRecord};
pub use claims::SessionClaims;
pub use ended::{EndReason, Ended};
pub use event::{EventKind, EventRecord, OwnEvent};
pub use millis::millis;
pub use oauth::{Introspection, OAuthError, OAuthErrorCode, ServerMetadata};
pub use search::{EventSearch, Listing, TokenSearch, UserOrdering, UserSearch};
pub use secret::Secret;
pub use token::{SlidingToken, TokenPair};
