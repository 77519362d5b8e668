//! What is stored, for the pages that take it apart in front of its owner.

use super::{
    outcome::Outcome,
    pair::{Stored, StoredPair},
    refresh, storage,
};

/// The stored pair, while somebody is signed in.
pub fn stored_pair() -> Option<StoredPair> {
    match storage::load()? {
        Stored::Pair(pair) => Some(pair),
        Stored::Tombstone(_) => None,
    }
}

/// Renews the pair before its time. Answers whether there is another one now.
pub async fn renew_now() -> bool {
    matches!(refresh::renew().await, Outcome::Renewed | Outcome::Superseded)
}
