//! What goes into a token that we sign.

use serde_json::{Map, Value};

use super::Claims;
use crate::{id::SessionId, user::UserKey};

/// Whom and what a pair is about. Both tokens of a pair say the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The user, as tokens name it.
    pub user: UserKey,
    /// The session.
    pub session: SessionId,
    /// How many rotations the session has seen.
    pub generation: u32,
    /// Claims beyond the standard ones, such as `username`.
    pub custom: Claims,
}

impl Subject {
    /// Puts these claims in the place of those of the same names; a claim that is null removes it.
    pub fn replace(&mut self, claims: Map<String, Value>) {
        for (name, value) in claims {
            if value.is_null() {
                self.custom.remove(&name);
            } else {
                self.custom.insert(name, &value);
            }
        }
    }
}
