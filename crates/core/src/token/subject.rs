//! The subject of issued tokens.

use serde_json::{Map, Value};

use super::Claims;
use crate::{id::SessionId, user::UserKey};

/// The claims that both tokens of a pair share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The user claim.
    pub user: UserKey,
    /// The session.
    pub session: SessionId,
    /// The generation of the session.
    pub generation: u32,
    /// Custom claims, such as `username`.
    pub custom: Claims,
}

impl Subject {
    /// Sets custom claims. A null removes a claim.
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
