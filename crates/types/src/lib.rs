//! What crosses the wire, in one set of types for both sides. Plain data with `serde`, safe for
//! WebAssembly; nothing here decides anything.

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
    Credentials, LengthFault, Me, PasswordChange, PasswordPolicy, ProfileForm, Registration, SessionInfo,
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
