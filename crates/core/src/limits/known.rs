//! The networks from which each account was signed in to. Attempts are not recorded here, so a flood of them cannot
//! evict the owner's network: a success evicts only older successes.

use std::sync::{Mutex, PoisonError};

use lru::LruCache;

use super::Network;

/// The maximum number of accounts; the one whose last success is oldest is evicted first.
const MAX_ACCOUNTS: usize = 1 << 16;

/// The maximum number of networks per account. The bound is per account, so that signing in to one from many networks
/// evicts no network of another.
const MAX_NETWORKS: usize = 16;

/// The networks of successful sign-ins, by hash of the username.
pub(super) struct KnownNetworks(Mutex<LruCache<u64, Vec<Network>>>);

impl Default for KnownNetworks {
    fn default() -> Self {
        // Bounded in `insert`: a bounded cache would allocate its whole table at once.
        Self(Mutex::new(LruCache::unbounded()))
    }
}

impl KnownNetworks {
    /// Whether the account was signed in to from this network. The order of eviction stays as it is.
    pub(super) fn contains(&self, account: u64, network: Network) -> bool {
        self.with(|accounts| accounts.peek(&account).is_some_and(|networks| networks.contains(&network)))
    }

    /// Adds a success. Returns whether the network is new for the account.
    pub(super) fn insert(&self, account: u64, network: Network) -> bool {
        self.with(|accounts| {
            let networks = accounts.get_or_insert_mut(account, Vec::new);
            let found = networks.iter().position(|known| *known == network);
            if let Some(place) = found {
                networks[..=place].rotate_right(1);
            } else {
                networks.truncate(MAX_NETWORKS - 1);
                networks.insert(0, network);
            }
            if accounts.len() > MAX_ACCOUNTS {
                accounts.pop_lru();
            }
            found.is_none()
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut LruCache<u64, Vec<Network>>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::{KnownNetworks, MAX_ACCOUNTS, MAX_NETWORKS};
    use crate::limits::Network;

    const HOME: Network = Network::V4(1);

    #[test]
    fn only_newer_networks_of_the_same_account_evict_a_network() {
        let known = KnownNetworks::default();
        assert!(known.insert(1, HOME));
        for number in 0..1000 {
            known.insert(2, Network::V4(number));
        }
        assert!(known.contains(1, HOME));
        for number in (2..).take(MAX_NETWORKS - 1) {
            known.insert(1, Network::V4(number));
        }
        assert!(!known.insert(1, HOME), "a success moves its network to the front");
        known.insert(1, Network::V4(1000));
        assert!(known.contains(1, HOME) && !known.contains(1, Network::V4(2)));
    }

    #[test]
    fn the_account_whose_last_success_is_oldest_is_evicted_first() {
        let known = KnownNetworks::default();
        for account in 0..MAX_ACCOUNTS as u64 {
            known.insert(account, HOME);
        }
        assert!(known.contains(1, HOME), "a question does not change the order");
        known.insert(0, HOME);
        known.insert(u64::MAX, HOME);
        assert!(known.contains(0, HOME) && !known.contains(1, HOME));
    }
}
