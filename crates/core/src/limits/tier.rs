//! One rate for known networks and for strangers, in separate tables: a flood from networks that never succeeded can
//! neither use up nor displace the bucket of one that did.

use std::{sync::Arc, time::Duration};

use super::{Rate, buckets::Buckets};
use crate::clock::Clock;

pub(super) struct Tier {
    known: Buckets,
    strangers: Buckets,
}

impl Tier {
    pub(super) fn new(rate: Rate, clock: &Arc<dyn Clock>) -> Self {
        let buckets = || Buckets::new(rate, clock.clone());
        Self { known: buckets(), strangers: buckets() }
    }

    /// Takes one unit for an unknown network, or returns the time until one is available.
    pub(super) fn take(&self, key: u64) -> Result<(), Duration> {
        self.strangers.take(key)
    }

    /// Takes one unit for a known network, or returns the time until one is available.
    pub(super) fn take_known(&self, key: u64) -> Result<(), Duration> {
        self.known.take(key)
    }

    /// Counts an attempt that was already admitted.
    pub(super) fn note(&self, key: u64) {
        // An empty bucket stays empty.
        _ = self.known.take(key);
    }

    pub(super) fn remove_idle(&self) {
        self.known.remove_idle();
        self.strangers.remove_idle();
    }
}
