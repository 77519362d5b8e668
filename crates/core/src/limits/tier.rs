//! One rate for known networks and for strangers, in separate tables: a flood from networks that never succeeded can
//! neither use up nor displace the bucket of one that did.

use std::sync::Arc;

use super::{Rate, buckets::Buckets};
use crate::clock::Clock;

pub(super) struct Tier {
    pub(super) known: Buckets,
    pub(super) strangers: Buckets,
}

impl Tier {
    pub(super) fn new(rate: Rate, clock: &Arc<dyn Clock>) -> Self {
        let buckets = || Buckets::new(rate, clock.clone());
        Self { known: buckets(), strangers: buckets() }
    }

    pub(super) fn remove_idle(&self) {
        self.known.remove_idle();
        self.strangers.remove_idle();
    }
}
