//! Access to the stored tokens, for the pages that display them.

use super::{
    outcome::Outcome,
    pair::{Stored, StoredPair},
    refresh, storage,
};

/// The stored pair, if a user is signed in.
pub fn stored_pair() -> Option<StoredPair> {
    match storage::load()? {
        Stored::Pair(pair) => Some(pair),
        Stored::Tombstone(_) => None,
    }
}

/// Renews the pair early. Returns whether there is a new one.
pub async fn renew_now() -> bool {
    matches!(refresh::renew().await, Outcome::Renewed | Outcome::Superseded)
}
