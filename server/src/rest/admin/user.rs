//! The user that a URL names.

use hallpass_core::id::UserId;

use crate::rest::reject::{Rejection, at_protected};

/// Reads the id of a user in a path.
pub(super) fn user_id(text: &str) -> Result<UserId, Rejection> {
    UserId::named(text).map_err(at_protected)
}
